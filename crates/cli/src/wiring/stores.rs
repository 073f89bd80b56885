//! Opens what is durable: the log, the desk of the reactors, and the keys.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use picasso_adapters::{
    postgres::{PostgresError, event_log::PostgresLog},
    sqlite::{event_log::SqliteEventLog, leases::SqliteLeases},
};
use picasso_eventlog::{Epoch, EventFeed, EventLog, LogFeed, LogId, lease::Leases};
use picasso_projections::runtime::backoff::chain;

use super::desk::Desk;
use crate::{
    config::Config,
    exit::{Code, Failure},
    secrets::Keys,
};

/// The stores of one deployment.
pub struct Stores {
    pub log: Arc<dyn EventLog>,
    pub feed: Arc<dyn EventFeed>,
    /// By which one of several processes does a thing.
    pub leases: Arc<dyn Leases>,
    pub desk: Desk,
    pub keys: Keys,
}

impl Stores {
    /// Opens the stores, making them in a new data folder.
    pub async fn open(config: &Config) -> Result<Self, Failure> {
        private_folder(&config.data_dir)?;
        let (log, leases) = open_log(config).await?;
        let desk = Box::pin(Desk::open(config)).await?;
        Ok(Self {
            feed: Arc::new(LogFeed::new(Arc::clone(&log))),
            log,
            leases,
            desk,
            keys: Keys::open(config)?,
        })
    }

    /// The stores of a marketplace that exists; commands that only look make none.
    pub async fn open_existing(config: &Config) -> Result<Self, Failure> {
        expect_existing(config).await?;
        Self::open(config).await
    }

    /// How many events all logs hold.
    pub async fn total_events(&self) -> Result<u64, Failure> {
        let mut total = 0;
        for log in (0..self.log.logs()).map(LogId) {
            total += self.log.head(log).await?.0;
        }
        Ok(total)
    }
}

/// The log of a marketplace that exists.
pub async fn open_existing_log(config: &Config) -> Result<Arc<dyn EventLog>, Failure> {
    expect_existing(config).await?;
    let (log, _) = open_log(config).await?;
    Ok(log)
}

/// Begins a new history in the log of a marketplace that exists.
pub async fn begin_epoch(config: &Config) -> Result<Epoch, Failure> {
    expect_existing(config).await?;
    let logs = config.events.logs;
    match config.events.url() {
        Some(url) => PostgresLog::begin_epoch(url, logs)
            .await
            .map_err(|error| cannot_open_database("event log", &error)),
        None => SqliteEventLog::begin_epoch(&log_path(config), logs)
            .map_err(|error| cannot_open("event log", &error)),
    }
}

async fn expect_existing(config: &Config) -> Result<(), Failure> {
    let (exists, place) = match config.events.url() {
        Some(url) => {
            let exists = PostgresLog::exists(url).await;
            let exists = exists.map_err(|error| cannot_open_database("event log", &error))?;
            (exists, "the database of events.url".to_owned())
        }
        None => (
            log_path(config).is_file(),
            config.data_dir.display().to_string(),
        ),
    };
    if exists {
        return Ok(());
    }
    let message = format!("there is no marketplace in {place}");
    let hint = "start one with `picasso dev`, or name its folder with --data-dir";
    Err(Failure::new(Code::NotFound, message).hint(hint))
}

/// The log, and the leases of those who share it.
async fn open_log(config: &Config) -> Result<(Arc<dyn EventLog>, Arc<dyn Leases>), Failure> {
    let logs = config.events.logs;
    if let Some(url) = config.events.url() {
        let log = PostgresLog::open(url, logs).await;
        let log = log.map_err(|error| cannot_open_database("event log", &error))?;
        let leases = Arc::new(log.leases());
        return Ok((Arc::new(log), leases));
    }
    let log = SqliteEventLog::open(&log_path(config), logs)
        .map_err(|error| cannot_open("event log", &error))?;
    let leases = SqliteLeases::open(&config.data_dir.join("leases"))
        .map_err(|error| cannot_open("leases", &error))?;
    Ok((Arc::new(log), Arc::new(leases)))
}

pub(super) fn cannot_open_database(what: &str, error: &PostgresError) -> Failure {
    let failure = cannot_reach(what, error.is_transient(), error);
    failure.hint("the setting events.url names its database")
}

/// What a person must mend is told from a server that is away.
pub(super) fn cannot_reach(
    what: &str,
    is_transient: bool,
    error: &(dyn std::error::Error + 'static),
) -> Failure {
    let code = if is_transient {
        Code::Unavailable
    } else {
        Code::Config
    };
    let message = format!("the {what} cannot be opened: {}", chain(error));
    Failure::new(code, message)
}

fn log_path(config: &Config) -> PathBuf {
    config.data_dir.join("log.db")
}

pub(super) fn cannot_open(what: &str, error: &(dyn std::error::Error + 'static)) -> Failure {
    let message = format!("the {what} cannot be opened: {}", chain(error));
    Failure::new(Code::Unavailable, message)
}

/// Makes a folder that only its owner may look into.
fn private_folder(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| {
            let message = format!("the data folder {} cannot be made: {error}", path.display());
            Failure::new(Code::Unavailable, message).hint("name another with --data-dir")
        })
}
