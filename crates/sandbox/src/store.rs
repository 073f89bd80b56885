//! One SQLite database for everything the sandbox knows.
//!
//! All work goes through one connection, one transaction at a time, so each request is atomic and
//! requests never interleave. A commit is on disk before its caller is answered.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Mutex;

use crate::error::SandboxError;

const SCHEMA: &str = include_str!("store/schema.sql");

#[derive(Clone)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens or creates the database; `None` keeps it in memory.
    pub fn open(file: Option<&Path>) -> Result<Self, SandboxError> {
        let connection = match file {
            Some(file) => {
                create_private(file)?;
                Connection::open(file)?
            }
            None => Connection::open_in_memory()?,
        };
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Runs `work` in a transaction off the async threads; an error rolls everything back. Transactions are
    /// immediate, so another process with the same file (a seed, say) is waited for instead of failed on.
    pub async fn transact<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SandboxError> + Send + 'static,
    {
        let mut connection = self.connection.clone().lock_owned().await;
        let finished = tokio::task::spawn_blocking(move || {
            let tx = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(SandboxError::from)?;
            let result = work(&tx)?;
            tx.commit().map_err(SandboxError::from)?;
            Ok(result)
        });
        finished.await.map_err(SandboxError::from)?
    }
}

/// The file holds password hashes: only its owner may read it. SQLite gives its side files the same mode.
fn create_private(file: &Path) -> Result<(), SandboxError> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let created = options.open(file);
    created.map(drop).map_err(|source| SandboxError::File {
        path: file.to_owned(),
        source,
    })
}
