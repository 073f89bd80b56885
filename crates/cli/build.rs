//! Has the binary built anew when the web app was.

use std::{fs, path::Path};

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    // An empty folder stands for a web app that was not built: cargo takes a path that is missing for one that
    // changes all the time, and would build the binary anew each time.
    if let Err(error) = fs::create_dir_all(&dist) {
        println!("cargo::warning=web/dist is not there and cannot be made: {error}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.display());
}
