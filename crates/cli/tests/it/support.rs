//! What journeys share: a running marketplace, servers, a gRPC-web client, people, photographs.

pub mod campaign;
mod counter;
pub mod full_stack;
pub mod grpc_web;
pub mod market;
pub mod minio;
pub mod person;
pub mod process;
pub mod servers;
pub mod toxiproxy;

use std::path::PathBuf;

/// A real photograph, read from where the test runner says they are.
///
/// # Panics
/// With a clear message when there are none: a test that needs them must not pass without.
pub fn photograph(name: &str) -> Vec<u8> {
    let folder = photographs();
    let path = folder.join(name);
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "this test needs the photograph {}: {error}; PICASSO_PHOTOS names their folder",
            path.display()
        )
    })
}

/// The folder of photographs.
pub fn photographs() -> PathBuf {
    std::env::var_os("PICASSO_PHOTOS").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../../shared/photos"
            ))
        },
        PathBuf::from,
    )
}
