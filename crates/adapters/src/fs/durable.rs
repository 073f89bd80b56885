//! Changes to the folder that are whole and on the disk when they return, or have not happened.
//!
//! A file is written under another name, synced, moved into place, and then its folder is synced: only the last
//! makes the new name itself survive a power cut (see `fsync(2)`).

use std::{
    fs::{self, DirBuilder, File, Metadata},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::Path,
    time::SystemTime,
};

use picasso_domain::Timestamp;
use tempfile::NamedTempFile;

/// How often a file is stored that is collected at the same moment.
const ATTEMPTS: u32 = 3;

/// A file of mode 0600 that is deleted when dropped, unless it has been moved into place.
pub struct Partial {
    file: NamedTempFile,
}

impl Partial {
    pub fn new_in(folder: &Path) -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix("").tempfile_in(folder)?;
        Ok(Self { file })
    }

    /// The same file opened again, for writing in another way.
    pub fn reopen(&self) -> io::Result<File> {
        self.file.reopen()
    }

    /// Syncs the content, moves it to `path` over whatever was there, and syncs the folder.
    pub fn move_to(self, path: &Path) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(path).map_err(|refused| refused.error)?;
        sync_parent(path)
    }
}

/// Writes `body` to `path`, unless it is there already; then only its age is renewed.
pub fn write(path: &Path, body: &[u8], partial: &Path) -> io::Result<()> {
    if renew(path)? {
        return Ok(());
    }
    let mut written = Partial::new_in(partial)?;
    written.file.write_all(body)?;
    written.move_to(path)
}

/// Gives the file `from` the second name `to`, unless `to` is there already; then only its age is renewed.
///
/// `from` must be synced. File systems without hard links get a copy.
pub fn link(from: &Path, to: &Path, partial: &Path) -> io::Result<()> {
    for _ in 0..ATTEMPTS {
        if renew(to)? {
            return Ok(());
        }
        match fs::hard_link(from, to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
            Err(_) => return copy(from, to, partial),
        }
    }
    Err(io::Error::other(
        "the file is removed as fast as it is stored",
    ))
}

fn copy(from: &Path, to: &Path, partial: &Path) -> io::Result<()> {
    let mut copied = Partial::new_in(partial)?;
    io::copy(&mut File::open(from)?, &mut copied.file)?;
    copied.move_to(to)
}

/// Removes a file; one that is not there is removed already.
pub fn remove(path: &Path) -> io::Result<()> {
    match if_there(fs::remove_file(path))? {
        Some(()) => sync_parent(path),
        None => Ok(()),
    }
}

/// Removes a file that was last stored before a time; answers whether it did.
pub fn remove_older(path: &Path, before: Timestamp) -> io::Result<bool> {
    let Some(file) = open_locked(path)? else {
        return Ok(false);
    };
    if modified(&file.metadata()?)? >= before {
        return Ok(false);
    }
    fs::remove_file(path)?;
    sync_parent(path)?;
    Ok(true)
}

/// Sets a stored file's age to zero, so that the collector of orphans waits anew; `false` when there is none.
fn renew(path: &Path) -> io::Result<bool> {
    let Some(file) = open_locked(path)? else {
        return Ok(false);
    };
    file.set_modified(SystemTime::now())?;
    // Whoever stored it first may not have come to this yet, and we are about to say that it is durable.
    sync_parent(path)?;
    Ok(true)
}

/// Opens a stored file with its lock, which renewing and removing take in turn, in whatever process; `None` when
/// there is none, or when it was removed while we waited.
fn open_locked(path: &Path) -> io::Result<Option<File>> {
    let Some(file) = if_there(File::options().write(true).open(path))? else {
        return Ok(None);
    };
    file.lock()?;
    let found = if_there(fs::metadata(path))?;
    let opened = file.metadata()?;
    Ok(found
        .is_some_and(|found| found.ino() == opened.ino())
        .then_some(file))
}

/// When a file was last written or renewed.
pub fn modified(metadata: &Metadata) -> io::Result<Timestamp> {
    let since = metadata
        .modified()?
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_err(io::Error::other)?;
    let since = jiff::SignedDuration::try_from(since).map_err(io::Error::other)?;
    Timestamp::from_duration(since).map_err(io::Error::other)
}

/// What is found, or nothing if it is not there.
pub fn if_there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the store's own folder and what is missing above it.
pub fn make_root(root: &Path) -> io::Result<()> {
    builder().recursive(true).create(root)
}

/// Makes the folders that lead to `file`, below `root`.
pub fn make_folders_of(root: &Path, file: &Path) -> io::Result<()> {
    file.parent()
        .map_or(Ok(()), |folder| make_folders(root, folder))
}

/// Makes `folder` and its parents up to `root`, each of mode 0700 and synced into its parent: a folder that is
/// there may have been made a moment ago by another who has not synced it yet.
pub fn make_folders(root: &Path, folder: &Path) -> io::Result<()> {
    if folder == root {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_folders(root, parent)?;
    }
    match builder().create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => sync_parent(folder),
    }
}

fn builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
