//! Tells the other processes on this machine that one lives: a locked file, whose lock the system lets go with it.
//!
//! Keeps true: a file has its name only once it is locked, so nobody takes a process that begins for a dead one.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use uuid::Uuid;

/// This process, for as long as it lives or keeps this.
pub(super) struct Alive {
    folder: PathBuf,
    name: String,
    _locked: File,
}

impl Alive {
    pub(super) fn begin(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let name = Uuid::new_v4().to_string();
        let unnamed = folder.join(format!("{name}.new"));
        let file = File::create(&unnamed)?;
        file.try_lock()?;
        let alive = Self {
            folder: folder.to_owned(),
            name,
            _locked: file,
        };
        fs::rename(unnamed, alive.path(&alive.name))?;
        alive.bury()?;
        Ok(alive)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether a process of that name lives; when in doubt it does.
    pub(super) fn lives(&self, name: &str) -> bool {
        name == self.name || !is_dead(&self.path(name))
    }

    /// Removes what processes left behind that were killed.
    fn bury(&self) -> io::Result<()> {
        let own = self.path(&self.name);
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let is_mark = path.extension().is_some_and(|found| found == "alive");
            if is_mark && path != own && is_dead(&path) {
                remove(&path);
            }
        }
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.alive"))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        remove(&self.path(&self.name));
    }
}

fn is_dead(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
        },
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, path = %path.display(), "the mark of a process that ended stays behind");
    }
}
