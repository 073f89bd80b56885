//! Connections to a PostgreSQL database: how they are set up, pooled, and how long anything may take.
//!
//! Keeps true: no statement waits for ever, neither on the server nor for it; a connection that was left in the
//! middle of a statement is thrown away.

use std::{future::Future, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Connection, PgConnection, Pool, Postgres,
    pool::PoolConnectionMetadata,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow},
    query::Query,
};
use tokio::time::timeout;

use super::PostgresError;

/// How long one statement may take, with the way there and back.
pub(super) const LIMIT: Duration = Duration::from_secs(15);
/// How long a caller waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(5);
/// A connection that rested so long is asked whether it still lives.
const RESTED: Duration = Duration::from_secs(1);

/// What every session is set to, whatever the server's or the role's defaults are.
const SETTINGS: &[(&str, &str)] = &[
    // A statement that waited for a lock must see what was committed meanwhile.
    ("default_transaction_isolation", "read\\ committed"),
    ("statement_timeout", "10s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "10s"),
    // Every statement of ours has its index; a plan made while tables were small must not outlive that.
    ("enable_seqscan", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("jit", "off"),
    // Not that a table is there already.
    ("client_min_messages", "warning"),
];

pub(super) fn options(url: &str) -> Result<PgConnectOptions, PostgresError> {
    // sqlx takes every scheme for its own.
    if !["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        let found = sqlx::Error::Configuration("it begins with another scheme".into());
        return Err(PostgresError::Address(found));
    }
    let options = PgConnectOptions::from_str(url).map_err(PostgresError::Address)?;
    let options = options
        .application_name("picasso")
        .disable_statement_logging();
    Ok(options.options(SETTINGS.iter().copied()))
}

/// One connection of its own; unlike a pool it tells at once why there is none.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, PostgresError> {
    within(LIMIT, PgConnection::connect_with(options)).await
}

/// Connections that are made when they are needed.
pub(super) fn pool(options: PgConnectOptions, connections: u32) -> Pool<Postgres> {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection, found| Box::pin(still_lives(connection, found)))
        .connect_lazy_with(options)
}

/// After a restart of the server its old connections are found dead here, not by a commit.
async fn still_lives(
    connection: &mut PgConnection,
    found: PoolConnectionMetadata,
) -> Result<bool, sqlx::Error> {
    if found.idle_for < RESTED {
        return Ok(true);
    }
    Ok(matches!(
        timeout(ACQUIRE, connection.ping()).await,
        Ok(Ok(()))
    ))
}

/// All rows of one statement.
pub(super) async fn fetch(
    pool: &Pool<Postgres>,
    statement: Query<'_, Postgres, PgArguments>,
) -> Result<Vec<PgRow>, PostgresError> {
    let mut connection = pool.acquire().await?;
    let rows = within(LIMIT, statement.fetch_all(&mut *connection)).await;
    if rows.as_ref().is_err_and(PostgresError::is_transient) {
        drop(connection.detach());
    }
    rows
}

pub(super) async fn within<T, E>(
    limit: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, PostgresError>
where
    PostgresError: From<E>,
{
    match timeout(limit, work).await {
        Ok(outcome) => Ok(outcome?),
        Err(_) => Err(PostgresError::TimedOut(limit)),
    }
}
