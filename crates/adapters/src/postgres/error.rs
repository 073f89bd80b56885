//! Why a database could not be used, and whether asking again may help.

use std::time::Duration;

use picasso_eventlog::LogError;
use picasso_projections::runtime::backoff::chain;
use sqlx::{Error, migrate::MigrateError};

/// What is wrong with a database, or with the way to it. Never holds the address, which has the password in it.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "the address is not one of a PostgreSQL database: postgres://user:password@host:port/database"
    )]
    Address(#[source] Error),
    #[error("the server did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("the database was written by a newer program, which knows its step {0}")]
    Newer(i64),
    #[error("the tables cannot be made")]
    Migrate(#[source] MigrateError),
    #[error(
        "the server has synchronous_commit=off and may forget what it acknowledged: set it to on, for example by \
         ALTER DATABASE … SET synchronous_commit = on"
    )]
    ForgetsCommits,
    #[error("the server is a replica, which takes no events: name the primary")]
    Replica,
    #[error("the database was made with {found} logs and cannot be opened with {wanted}")]
    OtherLogs { found: i32, wanted: u16 },
    #[error("a deployment has at least one log")]
    NoLogs,
    #[error("the database holds no deployment")]
    Empty,
    #[error("the database cannot be used")]
    Database(#[from] Error),
}

impl PostgresError {
    pub(super) fn is_unique_violation(&self) -> bool {
        let Self::Database(Error::Database(refusal)) = self else {
            return false;
        };
        refusal.code().is_some_and(|code| code == UNIQUE)
    }

    /// What may pass by itself: the server is away, restarting, full, or not the primary now.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::TimedOut(_) => true,
            Self::Database(Error::Database(refusal)) => {
                let code = refusal.code().unwrap_or_default();
                // Connection, rolled back, out of resources (disk full), lock not available, shut down, I/O.
                let classes = ["08", "40", "53", "55", "57", "58"];
                code == READ_ONLY || classes.iter().any(|class| code.starts_with(class))
            }
            Self::Database(error) => matches!(
                error,
                Error::Io(_)
                    | Error::Tls(_)
                    | Error::Protocol(_)
                    | Error::PoolClosed
                    | Error::WorkerCrashed
            ),
            _ => false,
        }
    }
}

/// What was to be new is there already.
const UNIQUE: &str = "23505";
/// The server became a replica while we were connected.
const READ_ONLY: &str = "25006";

impl From<MigrateError> for PostgresError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(step) => Self::Newer(step),
            MigrateError::Execute(error) => Self::Database(error),
            other => Self::Migrate(other),
        }
    }
}

impl From<PostgresError> for LogError {
    fn from(error: PostgresError) -> Self {
        if error.is_transient() {
            Self::unavailable(error)
        } else {
            Self::Corrupt(chain(&error))
        }
    }
}
