//! A database of its own on the server, with our tables and those of postgres-es in it; and pgbench, which inserts into ours.

use std::{path::Path, process::Command, sync::Arc, time::Instant};

use anyhow::{Context, Result, ensure};
use picasso_adapters::postgres::event_log::PostgresLog;
use picasso_eventlog::EventLog;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{
    contenders::{METADATA, PAYLOAD, THEIR_TABLES},
    seconds,
};
use crate::rounds::median;

const DATABASE: &str = "picasso_bench";

pub struct Place {
    url: String,
    programs: String,
    /// The script of pgbench, and what it logs.
    folder: TempDir,
}

impl Place {
    pub fn prepare() -> Result<Self> {
        let server = std::env::var("PICASSO_TEST_POSTGRES_URL").context(
            "PICASSO_TEST_POSTGRES_URL is not set: `scripts/servers up postgres && source <(scripts/servers env)`",
        )?;
        let programs = std::env::var("PICASSO_TEST_POSTGRES_BIN")
            .unwrap_or_else(|_| "/usr/lib/postgresql/15/bin".to_owned());
        let (address, _) = server.rsplit_once('/').context("a URL with a database")?;
        let place = Self {
            url: format!("{address}/{DATABASE}"),
            programs,
            folder: tempfile::tempdir()?,
        };
        Runtime::new()?.block_on(place.make(&server))?;
        std::fs::write(place.script(), insert())?;
        Ok(place)
    }

    async fn make(&self, server: &str) -> Result<()> {
        let mut connection = PgConnection::connect(server).await?;
        for statement in [
            format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"),
            format!("CREATE DATABASE {DATABASE}"),
        ] {
            connection.execute(statement.as_str()).await?;
        }
        drop(self.open().await?);
        let mut connection = PgConnection::connect(&self.url).await?;
        connection.execute(THEIR_TABLES).await?;
        Ok(())
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The log with one log in it.
    pub async fn open(&self) -> Result<Arc<dyn EventLog>> {
        Ok(Arc::new(PostgresLog::open(&self.url, 1).await?))
    }

    /// What is measured on.
    pub fn server(&self) -> Result<String> {
        Runtime::new()?.block_on(async {
            let mut connection = PgConnection::connect(&self.url).await?;
            let ask = "SELECT concat('PostgreSQL ', current_setting('server_version'), ', fsync ', current_setting('fsync'),
                ', synchronous_commit ', current_setting('synchronous_commit'))";
            Ok(sqlx::query_scalar(ask).fetch_one(&mut connection).await?)
        })
    }

    fn script(&self) -> std::path::PathBuf {
        self.folder.path().join("insert.sql")
    }

    /// How many rows pgbench inserted.
    pub fn pgbench(&self, clients: usize, until: Instant) -> Result<u64> {
        let told = self.run(clients, until, &[])?;
        let line = told
            .lines()
            .find_map(|line| line.strip_prefix("number of transactions actually processed: "));
        let count = line.with_context(|| format!("pgbench tells nothing: {told}"))?;
        Ok(count.trim().parse()?)
    }

    /// The median of what its one client waited, in microseconds.
    pub fn pgbench_latency(&self, until: Instant) -> Result<f64> {
        let prefix = self.folder.path().join("waits");
        let prefix = prefix.to_str().context("a path in UTF-8")?;
        self.run(1, until, &["--log", "--log-prefix", prefix])?;
        let mut waits = vec![];
        for entry in std::fs::read_dir(self.folder.path())? {
            let path = entry?.path();
            if path.to_string_lossy().starts_with(prefix) {
                waits.extend(read_waits(&path)?);
                std::fs::remove_file(path)?;
            }
        }
        ensure!(!waits.is_empty(), "pgbench inserted nothing");
        Ok(median(waits))
    }

    fn run(&self, clients: usize, until: Instant, more: &[&str]) -> Result<String> {
        let mut pgbench = Command::new(Path::new(&self.programs).join("pgbench"));
        pgbench.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
        pgbench.arg(format!("--client={clients}"));
        pgbench.arg(format!("--time={}", seconds(until)));
        let output = pgbench
            .args(more)
            .arg("--file")
            .arg(self.script())
            .arg(&self.url)
            .output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench: {errors}");
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The third column of each line.
fn read_waits(path: &Path) -> Result<Vec<f64>> {
    let log = std::fs::read_to_string(path)?;
    let waits = log.lines().filter_map(|line| line.split(' ').nth(2));
    waits.map(|wait| Ok(wait.parse()?)).collect()
}

/// One event into our table, into a log that is nobody's.
fn insert() -> String {
    format!(
        "\\set at random(1, 9000000000000000000)\n\
         INSERT INTO events (log, log_offset, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,\
         metadata, recorded_at) VALUES (1000000, :at, 'picture', gen_random_uuid()::text, 1, 'PicturePublished', '1',\
         '{PAYLOAD}', '{METADATA}', clock_timestamp());\n"
    )
}
