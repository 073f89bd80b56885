//! Leases between the processes that share a data folder, in a small SQLite file of their own.
//!
//! Keeps true: the leases of a process that died are free at once, whatever killed it, because each process holds a lock
//! that the system lets go with it. Renewals touch neither the event log's file nor the disk: a power cut ends all
//! holders anyway.

mod alive;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use picasso_eventlog::{
    LogError,
    lease::{Grant, Leases},
};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use self::alive::Alive;
use super::connection::{self, MigrateError};

/// An ended lease has no holder, so that whoever takes it next, the same even, gets another token.
const STEPS: &[&str] = &["
    CREATE TABLE leases (
        name TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        process TEXT NOT NULL,
        token INTEGER NOT NULL,
        until_us INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
"];

/// Why there are no leases in a folder.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error("the lock that tells that this process lives cannot be held")]
    Alive(#[from] std::io::Error),
}

/// The [`Leases`] of the deployment in a data folder.
pub struct SqliteLeases(Arc<File>);

struct File {
    connection: Mutex<Connection>,
    alive: Alive,
}

impl SqliteLeases {
    /// Opens the leases in `folder`, and makes it when it is missing.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let alive = Alive::begin(folder)?;
        let mut connection =
            connection::open(&folder.join("leases.db")).map_err(MigrateError::from)?;
        connection::migrate(&mut connection, STEPS)?;
        let relaxed = connection.pragma_update(None, "synchronous", "normal");
        relaxed.map_err(MigrateError::from)?;
        let connection = Mutex::new(connection);
        Ok(Self(Arc::new(File { connection, alive })))
    }

    async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>, &Alive) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LogError> {
        let file = Arc::clone(&self.0);
        let task = tokio::task::spawn_blocking(move || {
            let connection = file.connection.lock();
            let mut connection = connection.unwrap_or_else(PoisonError::into_inner);
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = work(&transaction, &file.alive)?;
            transaction.commit()?;
            Ok::<_, rusqlite::Error>(answer)
        });
        let answer = task.await.map_err(LogError::unavailable)?;
        answer.map_err(LogError::unavailable)
    }
}

#[async_trait]
impl Leases for SqliteLeases {
    async fn take(
        &self,
        name: &str,
        holder: &str,
        term: Duration,
    ) -> Result<Option<Grant>, LogError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.transact(move |db, alive| take(db, alive, &name, &holder, term))
            .await
    }

    async fn give_back(&self, name: &str, holder: &str) -> Result<(), LogError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.transact(move |db, _| {
            let give_back =
                "UPDATE leases SET holder = '', until_us = 0 WHERE name = ?1 AND holder = ?2";
            db.execute(give_back, params![name, holder]).map(drop)
        })
        .await
    }
}

fn take(
    db: &Transaction<'_>,
    alive: &Alive,
    name: &str,
    holder: &str,
    term: Duration,
) -> rusqlite::Result<Option<Grant>> {
    let now_us = Timestamp::now().as_microsecond();
    let mut last =
        db.prepare_cached("SELECT holder, process, token, until_us FROM leases WHERE name = ?1")?;
    let last = last.query_row([name], |row| {
        let last: (String, String, u64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        Ok(last)
    });
    let token = match last.optional()? {
        None => 1,
        Some((same, _, token, _)) if same == holder => token,
        Some((_, process, _, until_us)) if until_us > now_us && alive.lives(&process) => {
            return Ok(None);
        }
        Some((_, _, token, _)) => token + 1,
    };
    let term_us = i64::try_from(term.as_micros()).unwrap_or(i64::MAX);
    let until_us = now_us.saturating_add(term_us);
    let mut store = db.prepare_cached(
        "INSERT OR REPLACE INTO leases (name, holder, process, token, until_us) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    store.execute(params![name, holder, alive.name(), token, until_us])?;
    Ok(Some(Grant { token }))
}
