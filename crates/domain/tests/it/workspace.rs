//! The workspace as files: where it is, and all Rust sources in it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.join("../..").canonicalize().unwrap()
}

/// A Rust source file; `path` is relative to the workspace.
pub struct Source {
    pub path: String,
    pub text: String,
}

/// Every `.rs` file of the crates and the benchmarks.
pub fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for folder in ["crates", "bench"] {
        collect(&root().join(folder), &mut found);
    }
    assert!(found.len() > 100, "only {} files were found", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let skipped = path.ends_with("target") || path.ends_with("node_modules");
            if !skipped {
                collect(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap();
            let path = path.to_str().unwrap().to_owned();
            found.push(Source { path, text });
        }
    }
}
