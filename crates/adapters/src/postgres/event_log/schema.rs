//! The tables of the database, the server they may be kept on, and which history they hold.
//!
//! Keeps true: how many logs a database has never changes; a server that may forget what it acknowledged is refused.

use futures::future::BoxFuture;
use picasso_eventlog::Epoch;
use sqlx::{
    Connection, Executor, PgConnection, Row,
    error::BoxDynError,
    migrate::{Migration, MigrationSource, MigrationType, Migrator},
};
use uuid::Uuid;

use crate::postgres::PostgresError;

/// In their order; a step that was released is never edited.
const STEPS: &[(&str, &str)] = &[
    ("event log", include_str!("migrations/0001_event_log.sql")),
    ("desk", include_str!("../desk/migrations/0001_desk.sql")),
    ("leases", include_str!("migrations/0002_leases.sql")),
];

#[derive(Debug)]
struct Steps;

impl MigrationSource<'static> for Steps {
    fn resolve(self) -> BoxFuture<'static, Result<Vec<Migration>, BoxDynError>> {
        let step = |(version, (name, sql)): (i64, &(&'static str, &'static str))| {
            let kind = MigrationType::Simple;
            Migration::new(version, (*name).into(), kind, (*sql).into(), false)
        };
        let steps = (1..).zip(STEPS).map(step).collect();
        Box::pin(async { Ok(steps) })
    }
}

/// Makes the tables, or brings them up to date, and tells which history they hold.
pub(super) async fn open(connection: &mut PgConnection, logs: u16) -> Result<Epoch, PostgresError> {
    if logs == 0 {
        return Err(PostgresError::NoLogs);
    }
    prepare(connection).await?;
    identify(connection, logs).await
}

/// Makes all tables of the database, or brings them up to date; any number of processes may do so at once.
pub(in crate::postgres) async fn prepare(
    connection: &mut PgConnection,
) -> Result<(), PostgresError> {
    expect_durable_primary(connection).await?;
    let steps = Migrator::new(Steps).await?;
    // Processes that start together wait for each other here, longer than a statement should for a lock.
    connection.execute("SET lock_timeout = 0").await?;
    steps.run_direct(&mut *connection).await?;
    connection.execute("RESET lock_timeout").await?;
    Ok(())
}

async fn expect_durable_primary(connection: &mut PgConnection) -> Result<(), PostgresError> {
    let select = "SELECT pg_is_in_recovery(), current_setting('synchronous_commit')";
    let (replica, synchronous): (bool, String) =
        sqlx::query_as(select).fetch_one(connection).await?;
    if replica {
        return Err(PostgresError::Replica);
    }
    if synchronous == "off" {
        return Err(PostgresError::ForgetsCommits);
    }
    Ok(())
}

/// Reads which history this is; a new database begins a new one.
async fn identify(connection: &mut PgConnection, logs: u16) -> Result<Epoch, PostgresError> {
    let mut transaction = connection.begin().await?;
    let insert =
        "INSERT INTO deployment (id, epoch, logs) VALUES (1, $1, $2) ON CONFLICT DO NOTHING";
    let insert = sqlx::query(insert)
        .bind(Uuid::now_v7())
        .bind(i32::from(logs));
    insert.execute(&mut *transaction).await?;
    let select = "SELECT epoch, logs FROM deployment WHERE id = 1";
    let row = sqlx::query(select).fetch_one(&mut *transaction).await?;
    let (epoch, found): (Uuid, i32) = (row.try_get(0)?, row.try_get(1)?);
    if found != i32::from(logs) {
        let wanted = logs;
        return Err(PostgresError::OtherLogs { found, wanted });
    }
    let heads =
        "INSERT INTO log_heads (log) SELECT generate_series(0, $1 - 1) ON CONFLICT DO NOTHING";
    let heads = sqlx::query(heads).bind(found);
    heads.execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(Epoch(epoch))
}

/// Whether a deployment was made in the database.
pub(super) async fn exists(connection: &mut PgConnection) -> Result<bool, PostgresError> {
    let select = "SELECT to_regclass('deployment') IS NOT NULL";
    Ok(sqlx::query_scalar(select).fetch_one(connection).await?)
}

/// Replaces the name of the history.
pub(super) async fn begin_epoch(connection: &mut PgConnection) -> Result<Epoch, PostgresError> {
    let epoch = Uuid::now_v7();
    let update = sqlx::query("UPDATE deployment SET epoch = $1").bind(epoch);
    update.execute(connection).await?;
    Ok(Epoch(epoch))
}
