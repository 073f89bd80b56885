//! One small SQLite file for operational state: what is still to do and what was done, webhooks as they came,
//! addresses.
//!
//! Keeps true: what a call has stored survives a power cut. Nothing here is history: losing the file loses
//! pending work (the sweeper finds it again in the log) and addresses, never an event.

mod agenda;
mod contacts;
mod effects;
mod inbox;

use std::{path::Path, sync::Arc};

use picasso_commands::ports::Unavailable;
use picasso_domain::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Mutex;

pub use agenda::SqliteAgenda;
pub use contacts::SqliteContactBook;
pub use effects::SqliteEffectLedger;
pub use inbox::SqliteWebhookInbox;

use super::connection::{self, MigrateError};

/// The schema, step by step; see [`connection::migrate`].
const STEPS: [&str; 2] = [
    include_str!("desk/schema.sql"),
    include_str!("desk/effects.sql"),
];

/// The open file; clones share one connection.
#[derive(Clone)]
pub struct Desk {
    connection: Arc<Mutex<Connection>>,
}

impl Desk {
    /// Opens the file, and makes it when it is missing.
    ///
    /// # Errors
    /// [`MigrateError`] when it cannot be opened, is no database, or is a newer program's.
    pub fn open(path: &Path) -> Result<Self, MigrateError> {
        let mut connection = connection::open(path)?;
        connection::migrate(&mut connection, &STEPS)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    #[must_use]
    pub fn agenda(&self) -> SqliteAgenda {
        SqliteAgenda::new(self.clone())
    }

    #[must_use]
    pub fn webhook_inbox(&self) -> SqliteWebhookInbox {
        SqliteWebhookInbox::new(self.clone())
    }

    #[must_use]
    pub fn contact_book(&self) -> SqliteContactBook {
        SqliteContactBook::new(self.clone())
    }

    #[must_use]
    pub fn effect_ledger(&self) -> SqliteEffectLedger {
        SqliteEffectLedger::new(self.clone())
    }

    /// Runs one transaction on a thread that may block. Waiting for the connection holds no such thread.
    async fn transact<T, E, F>(&self, service: &'static str, work: F) -> Result<T, Unavailable>
    where
        T: Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + From<rusqlite::Error> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let mut connection = self.connection.clone().lock_owned().await;
        let task = tokio::task::spawn_blocking(move || {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            Ok::<T, E>(answer)
        });
        match task.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Unavailable::new(service, error)),
            Err(stopped) => Err(Unavailable::new(service, stopped)),
        }
    }
}

/// Reads a column of microseconds since the Unix epoch, as all times here are kept.
fn time_at(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    to_time(column, row.get(column)?)
}

fn to_time(column: usize, micros: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, micros))
}

/// A limit as SQLite takes it, never more than `most`.
fn capped(limit: usize, most: u32) -> u32 {
    u32::try_from(limit).unwrap_or(most).min(most)
}
