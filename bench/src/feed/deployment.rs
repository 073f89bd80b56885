//! A log in a schema of its own and streams under a prefix of their own, gone in the end.

use std::{future::Future, sync::Arc};

use anyhow::{Context, Result};
use picasso_adapters::{
    nats::{Nats, Settings, feed::JetStreamFeed, relay::Relay},
    postgres::event_log::PostgresLog,
};
use picasso_eventlog::{
    Appended, Commit, EventFeed, EventLog, LogId, Metadata, NewEvent, Offset, StreamAppend,
};
use serde_json::value::RawValue;
use sqlx::{Connection, Executor, PgConnection};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub const LOG: LogId = LogId(0);
const PAYLOAD: &str = r#"{"type":"PicturePublished","title":"The harbour at dawn","artist":"0190c0de-0000-7000-8000-000000000001","tags":["sea","dawn"],"price":{"minor":1200,"currency":"EUR"}}"#;

fn nats_url() -> Result<String> {
    std::env::var("PICASSO_TEST_NATS_URL").context("PICASSO_TEST_NATS_URL is not set")
}

/// Names of one deployment on the test servers.
#[derive(Clone)]
pub struct Deployment {
    pub name: String,
    server: String,
}

impl Deployment {
    /// Does some work with a new deployment and removes it afterwards.
    pub async fn with<T, F>(work: impl FnOnce(Self) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let deployment = Self::make().await?;
        let done = work(deployment.clone()).await;
        deployment
            .statement(&format!("DROP SCHEMA {} CASCADE", deployment.name))
            .await?;
        done
    }

    /// A new one, which stays.
    pub async fn make() -> Result<Self> {
        let server = std::env::var("PICASSO_TEST_POSTGRES_URL")
            .context("PICASSO_TEST_POSTGRES_URL is not set")?;
        let name = format!("bench_{}", Uuid::now_v7().simple());
        let deployment = Self { name, server };
        deployment
            .statement(&format!("CREATE SCHEMA {}", deployment.name))
            .await?;
        Ok(deployment)
    }

    /// Where its log is.
    pub fn url(&self) -> String {
        let separator = if self.server.contains('?') { '&' } else { '?' };
        format!(
            "{}{separator}options[search_path]={}",
            self.server, self.name
        )
    }

    async fn statement(&self, statement: &str) -> Result<()> {
        let mut connection = PgConnection::connect(&self.server).await?;
        connection.execute(statement).await?;
        Ok(())
    }

    /// The log as one of several processes has it.
    pub async fn log(&self) -> Result<Arc<dyn EventLog>> {
        Ok(Arc::new(PostgresLog::open(&self.url(), 1).await?))
    }

    pub async fn nats(&self, log: &dyn EventLog) -> Result<Nats> {
        let settings = Settings {
            prefix: self.name.clone(),
            ..Settings::default()
        };
        Ok(Nats::connect(&nats_url()?, settings, log.epoch()).await?)
    }

    pub async fn feed(&self, log: &Arc<dyn EventLog>) -> Result<Arc<dyn EventFeed>> {
        let nats = self.nats(log.as_ref()).await?;
        Ok(Arc::new(JetStreamFeed::new(nats, Arc::clone(log))))
    }

    /// A relay at work until the guard is dropped.
    pub async fn relay(&self, log: &Arc<dyn EventLog>) -> Result<JoinSet<()>> {
        let relay = Relay::new(self.nats(log.as_ref()).await?, Arc::clone(log), LOG);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { relay.run(CancellationToken::new()).await });
        Ok(tasks)
    }

    /// Somebody else's connection to the servers.
    pub async fn context(&self) -> Result<async_nats::jetstream::Context> {
        let client = async_nats::connect(nats_url()?).await?;
        Ok(async_nats::jetstream::new(client))
    }
}

/// Records so many events of a new aggregate in one commit; tells where the last one is.
pub async fn append(log: &dyn EventLog, events: usize) -> Result<Offset> {
    let event = NewEvent {
        event_type: "PicturePublished".to_owned(),
        event_version: 1,
        payload: RawValue::from_string(PAYLOAD.to_owned())?,
    };
    let stream = StreamAppend {
        aggregate_type: "picture".to_owned(),
        aggregate_id: Uuid::now_v7().to_string(),
        expected_sequence: 0,
        events: vec![event; events],
    };
    let commit = Commit {
        log: LOG,
        streams: vec![stream],
        metadata: Metadata {
            actor: "0190c0de-0000-7000-8000-000000000002".to_owned(),
            request_id: Some(Uuid::now_v7()),
            correlation_id: Some(Uuid::now_v7()),
            ..Metadata::default()
        },
        request: None,
    };
    match log.append(commit).await? {
        Appended::Recorded { position } => Ok(position.offset),
        Appended::Repeated(_) => anyhow::bail!("it carries no request"),
    }
}
