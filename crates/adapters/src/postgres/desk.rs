//! Operational state in the database of the event log: what is still to do and
//! what was done, webhooks as they came, addresses.
//!
//! Keeps true: what a call has stored is durable and seen by every process; each call is one short statement or two
//! that may be interleaved with anybody's. Nothing here is history.

mod agenda;
mod contacts;
mod effects;
mod inbox;

use picasso_commands::ports::Unavailable;
use picasso_domain::Timestamp;
use sqlx::{
    Postgres, Row,
    postgres::{PgArguments, PgRow},
    query::Query,
};

pub use agenda::PostgresAgenda;
pub use contacts::PostgresContactBook;
pub use effects::PostgresEffectLedger;
pub use inbox::PostgresWebhookInbox;

use super::{
    PostgresError,
    connection::{self, Connections, LIMIT, within},
    event_log::schema,
};

/// Connections of one process; reactors have few calls in flight.
const CONNECTIONS: u32 = 4;

/// The desk in a database; clones share its connections.
#[derive(Clone)]
pub struct PostgresDesk {
    pool: Connections,
}

impl PostgresDesk {
    /// Opens the desk in the database at `url`, and makes its tables when they are missing.
    ///
    /// # Errors
    /// [`PostgresError`] says what is wrong with the address, the server or what it holds.
    pub async fn open(url: &str) -> Result<Self, PostgresError> {
        let options = connection::options(url)?;
        let mut first = connection::connect(&options).await?;
        within(LIMIT, schema::prepare(&mut first)).await?;
        let pool = connection::connections(options, CONNECTIONS);
        Ok(Self { pool })
    }

    #[must_use]
    pub fn agenda(&self) -> PostgresAgenda {
        PostgresAgenda::new(self.clone())
    }

    #[must_use]
    pub fn webhook_inbox(&self) -> PostgresWebhookInbox {
        PostgresWebhookInbox::new(self.clone())
    }

    #[must_use]
    pub fn contact_book(&self) -> PostgresContactBook {
        PostgresContactBook::new(self.clone())
    }

    #[must_use]
    pub fn effect_ledger(&self) -> PostgresEffectLedger {
        PostgresEffectLedger::new(self.clone())
    }

    /// Runs one statement and reads its rows.
    async fn fetch<T>(
        &self,
        service: &'static str,
        statement: Query<'_, Postgres, PgArguments>,
        read: impl Fn(&PgRow) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, Unavailable> {
        let rows = connection::fetch(&self.pool, statement).await;
        let rows = rows.map_err(|error| Unavailable::new(service, error))?;
        let rows: Result<_, _> = rows.iter().map(read).collect();
        rows.map_err(|error| Unavailable::new(service, PostgresError::Database(error)))
    }

    /// Runs one statement whose rows, if it has any, tell nothing; answers how many there were.
    async fn run(
        &self,
        service: &'static str,
        statement: Query<'_, Postgres, PgArguments>,
    ) -> Result<usize, Unavailable> {
        let rows = self.fetch(service, statement, |_| Ok(())).await?;
        Ok(rows.len())
    }
}

/// Reads a column of microseconds since the Unix epoch, as all times here are kept.
fn time_at(row: &PgRow, column: usize) -> Result<Timestamp, sqlx::Error> {
    to_time(row.try_get(column)?)
}

fn to_time(micros: i64) -> Result<Timestamp, sqlx::Error> {
    Timestamp::from_microsecond(micros).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// PostgreSQL has no unsigned integers.
fn unsigned<T: TryFrom<I>, I>(row: &PgRow, column: usize) -> Result<T, sqlx::Error>
where
    T::Error: std::error::Error + Send + Sync + 'static,
    I: for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
{
    let number: I = row.try_get(column)?;
    T::try_from(number).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// What is larger than the largest number a column takes is beyond everything stored.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A limit as a statement takes it, never more than `most`.
fn capped(limit: usize, most: u32) -> i64 {
    u32::try_from(limit).unwrap_or(most).min(most).into()
}
