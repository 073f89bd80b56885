//! A small file system in memory, to be filled; it is gone when dropped.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

pub struct SmallDisk(PathBuf);

impl SmallDisk {
    pub fn mount(at: PathBuf, megabytes: u32) -> Self {
        std::fs::create_dir(&at).expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(&at)
            .output()
            .expect("mount runs");
        assert!(
            mounted.status.success(),
            "this test mounts a small file system, which only root may: {}",
            String::from_utf8_lossy(&mounted.stderr)
        );
        Self(at)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes all room there is.
    pub fn fill(&self) {
        let file = format!("of={}", self.0.join("ballast").display());
        let filled = Command::new("dd")
            .args(["if=/dev/zero", "bs=4k", &file])
            .output();
        let told = filled.expect("dd runs").stderr;
        assert!(String::from_utf8_lossy(&told).contains("No space left"));
    }

    pub fn free(&self) {
        std::fs::remove_file(self.0.join("ballast")).expect("removed");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
        println!("the small disk was taken away: {unmounted:?}");
    }
}
