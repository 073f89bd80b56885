//! Leases in a PostgreSQL database, by the server's clock.
//!
//! Keeps true: a lease is durable before it is held. One who only asks, while another holds it, writes nothing.

use std::time::Duration;

use async_trait::async_trait;
use picasso_eventlog::{
    LogError,
    lease::{Grant, Leases},
};
use sqlx::{Row, postgres::PgConnectOptions};

use super::{
    PostgresError,
    connection::{self, Connections, fetch},
};

/// Connections for leases alone: a renewal must not wait behind those who read.
const CONNECTIONS: u32 = 2;

/// An ended lease has no holder, so that whoever takes it next, the same even, gets another token.
const TAKE: &str = "
    INSERT INTO leases AS l (name, holder, token, until)
    SELECT $1, $2, 1, clock_timestamp() + $3 * interval '1 microsecond'
    WHERE NOT EXISTS (SELECT FROM leases WHERE name = $1 AND holder <> $2 AND until > clock_timestamp())
    ON CONFLICT (name) DO UPDATE
    SET holder = excluded.holder, until = excluded.until, token = l.token + (l.holder <> excluded.holder)::integer
    WHERE l.holder = excluded.holder OR l.until <= clock_timestamp()
    RETURNING token";
const GIVE_BACK: &str =
    "UPDATE leases SET holder = '', until = '-infinity' WHERE name = $1 AND holder = $2";

/// The [`Leases`] of a deployment, beside its event log.
pub struct PostgresLeases {
    pool: Connections,
}

impl PostgresLeases {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        let pool = connection::connections(options, CONNECTIONS);
        Self { pool }
    }
}

#[async_trait]
impl Leases for PostgresLeases {
    async fn take(
        &self,
        name: &str,
        holder: &str,
        term: Duration,
    ) -> Result<Option<Grant>, LogError> {
        let micros = i64::try_from(term.as_micros()).unwrap_or(i64::MAX);
        let take = sqlx::query(TAKE).bind(name).bind(holder).bind(micros);
        let rows = fetch(&self.pool, take).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let token: i64 = row.try_get(0).map_err(PostgresError::from)?;
        let token =
            u64::try_from(token).map_err(|_| LogError::Corrupt(format!("token {token}")))?;
        Ok(Some(Grant { token }))
    }

    async fn give_back(&self, name: &str, holder: &str) -> Result<(), LogError> {
        let give_back = sqlx::query(GIVE_BACK).bind(name).bind(holder);
        fetch(&self.pool, give_back).await?;
        Ok(())
    }
}
