//! What can go wrong inside the sandbox itself, as opposed to what it refuses its callers.

use std::path::PathBuf;

pub type Result<T, E = SandboxError> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("the sandbox database failed")]
    Database(#[from] rusqlite::Error),
    #[error("the sandbox cannot use {path}")]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the sandbox setting {name} is wrong: {problem}")]
    Setting { name: &'static str, problem: String },
    #[error("the sandbox signing key cannot be used")]
    SigningKey(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the sandbox cannot hash passwords")]
    PasswordHash(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the sandbox HTTP client cannot be built")]
    HttpClient(#[source] reqwest::Error),
    #[error("a stored sandbox document cannot be read")]
    Document(#[from] serde_json::Error),
    #[error("the sandbox server stopped")]
    Serve(#[source] std::io::Error),
    #[error("a sandbox task was cut short")]
    Task(#[from] tokio::task::JoinError),
}
