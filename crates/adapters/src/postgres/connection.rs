//! Connections to a PostgreSQL database: how they are set up, pooled, and how long anything may take.
//!
//! Keeps true: no statement waits for ever, neither on the server nor for it; a connection that was left in the
//! middle of a statement is thrown away.
//!
//! The pool is not sqlx's, which asks the server for a sign of life whenever a connection is given back: a second way
//! there and back for each append, before the next one can begin.

use std::{future::Future, io::ErrorKind, str::FromStr, time::Duration};

use deadpool::{
    Runtime,
    managed::{Manager, Metrics, Pool, PoolError, QueueMode, RecycleError, RecycleResult},
};
use sqlx::{
    ConnectOptions, Connection, PgConnection, Postgres,
    postgres::{PgArguments, PgConnectOptions, PgRow},
    query::Query,
};
use tokio::time::{sleep, timeout};

use super::PostgresError;

/// How long one statement may take, with the way there and back.
pub(super) const LIMIT: Duration = Duration::from_secs(15);
/// How long a caller waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(5);
/// A connection that was not used for so long is asked whether it still lives.
const RESTED: Duration = Duration::from_secs(1);
/// A connection that is older is made anew: what stands before a server may have other servers behind it by now.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// Between one try to reach a server that is starting and the next.
const PAUSE: Duration = Duration::from_millis(50);

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

/// Connections that are made when they are needed; clones share them.
pub(super) type Connections = Pool<Connector>;

/// So many connections at most.
pub(super) fn connections(options: PgConnectOptions, most: u32) -> Connections {
    let limit = Some(ACQUIRE);
    let pool = Pool::builder(Connector(options))
        .max_size(usize::try_from(most).unwrap_or(usize::MAX))
        .queue_mode(QueueMode::Lifo)
        .runtime(Runtime::Tokio1)
        .wait_timeout(limit)
        .create_timeout(limit)
        .recycle_timeout(limit)
        .build();
    pool.expect("limits of time have a runtime")
}

/// Makes connections, and knows which may be used again.
pub(super) struct Connector(PgConnectOptions);

/// A connection of a pool.
pub(super) struct Session {
    connection: PgConnection,
    /// Not in the middle of a statement.
    is_idle: bool,
}

impl Manager for Connector {
    type Type = Session;
    type Error = PostgresError;

    /// A server that is starting is waited for.
    async fn create(&self) -> Result<Session, PostgresError> {
        loop {
            match PgConnection::connect_with(&self.0).await {
                Err(error) if is_starting(&error) => sleep(PAUSE).await,
                Err(error) => return Err(error.into()),
                Ok(connection) => {
                    let is_idle = true;
                    return Ok(Session {
                        connection,
                        is_idle,
                    });
                }
            }
        }
    }

    /// After a restart of the server its old connections are found dead here, not by a commit.
    async fn recycle(&self, session: &mut Session, used: &Metrics) -> RecycleResult<PostgresError> {
        if !session.is_idle {
            return Err(RecycleError::message(
                "it was left in the middle of a statement",
            ));
        }
        if used.age() > LIFETIME {
            return Err(RecycleError::message("it is old"));
        }
        if used.last_used() > RESTED {
            let lives = session.connection.ping().await;
            lives.map_err(|error| RecycleError::Backend(error.into()))?;
        }
        Ok(())
    }
}

fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == ErrorKind::ConnectionRefused,
        sqlx::Error::Database(refusal) => refusal.is_transient_in_connect_phase(),
        _ => false,
    }
}

impl From<PoolError<PostgresError>> for PostgresError {
    fn from(error: PoolError<PostgresError>) -> Self {
        match error {
            PoolError::Backend(error) => error,
            PoolError::Timeout(_) => Self::TimedOut(ACQUIRE),
            // Nobody closes a pool or hooks into one here.
            PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                Self::Database(sqlx::Error::PoolClosed)
            }
        }
    }
}

/// All rows of one statement.
pub(super) async fn fetch(
    connections: &Connections,
    statement: Query<'_, Postgres, PgArguments>,
) -> Result<Vec<PgRow>, PostgresError> {
    let mut session = connections.get().await?;
    session.is_idle = false;
    let rows = within(LIMIT, statement.fetch_all(&mut session.connection)).await;
    session.is_idle = !rows.as_ref().is_err_and(PostgresError::is_transient);
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
