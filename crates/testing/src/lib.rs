//! What tests of several crates need of the machine and of the servers of `scripts/servers`. Nothing of it is ever part of
//! the product; whatever goes wrong here panics, and says what to do.

mod bucket;
mod port;
mod small_disk;
mod topic;

pub use bucket::{S3Server, TestBucket};
pub use port::free_port;
pub use small_disk::SmallDisk;
pub use topic::Topic;

/// What `scripts/servers env` says of a server.
///
/// # Panics
/// With what to do, when it does not run.
#[must_use]
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run `make test`, or `scripts/servers up && source <(scripts/servers env)` first")
    })
}

/// The letters that the mail server has taken and that hold some text.
#[must_use]
pub fn letters_holding(text: &str) -> Vec<String> {
    let folder = std::path::PathBuf::from(variable("PICASSO_TEST_SMTP_MAILDIR")).join("new");
    let files = std::fs::read_dir(folder).into_iter().flatten();
    let letters = files.filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok());
    letters.filter(|letter| letter.contains(text)).collect()
}
