//! The same event by our log and by cqrs-es with postgres-es and its default settings.

use std::{collections::HashMap, sync::Arc, time::Instant};

use anyhow::Result;
use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink, persist::PersistedEventRepository};
use picasso_domain::values::Digest;
use picasso_eventlog::{
    Commit, EventLog, LogId, Metadata, NewEvent, Request, RequestKey, StreamAppend,
};
use postgres_es::{PostgresCqrs, PostgresEventRepository, default_postgress_pool, postgres_cqrs};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::PgPool;
use uuid::Uuid;

pub const PAYLOAD: &str = r#"{"type":"PicturePublished","title":"The harbour at dawn","artist":"0190c0de-0000-7000-8000-000000000001","tags":["sea","dawn"],"price":{"minor":1200,"currency":"EUR"}}"#;
pub const METADATA: &str = r#"{"actor":"0190c0de-0000-7000-8000-000000000002","request_id":"0190c0de-0000-7000-8000-000000000003","correlation_id":"0190c0de-0000-7000-8000-000000000003"}"#;
const REPLY: &str = r#"{"picture_id":"0190c0de-0000-7000-8000-000000000001"}"#;

/// What the documentation of postgres-es creates, in a schema of its own.
pub const THEIR_TABLES: &str = "
    CREATE SCHEMA theirs;
    CREATE TABLE theirs.events (
        aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint CHECK (sequence >= 0) NOT NULL,
        event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)
    );";

/// What a command of a person appends: events of a new aggregate and the request they answer.
pub fn commit(events: usize) -> Result<Commit> {
    let metadata: Metadata = serde_json::from_str(METADATA)?;
    let event = NewEvent {
        event_type: "PicturePublished".to_owned(),
        event_version: 1,
        payload: RawValue::from_string(PAYLOAD.to_owned())?,
    };
    Ok(Commit {
        log: LogId(0),
        streams: vec![StreamAppend {
            aggregate_type: "picture".to_owned(),
            aggregate_id: Uuid::now_v7().to_string(),
            expected_sequence: 0,
            events: vec![event; events],
        }],
        request: Some(Request {
            key: RequestKey {
                actor: metadata.actor.clone(),
                request_id: Uuid::now_v7(),
            },
            fingerprint: Digest::new([7; 32]),
            reply: RawValue::from_string(REPLY.to_owned())?,
        }),
        metadata,
    })
}

pub async fn append(log: Arc<dyn EventLog>, events: usize, until: Instant) -> Result<u64> {
    let mut done = 0;
    while Instant::now() < until {
        log.append(commit(events)?).await?;
        done += 1;
    }
    Ok(done)
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Picture;

/// The payload as it is, whatever it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Published(serde_json::Value);

impl DomainEvent for Published {
    fn event_type(&self) -> String {
        "PicturePublished".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Picture {
    const TYPE: &'static str = "picture";
    type Command = Published;
    type Event = Published;
    type Error = std::convert::Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        command: Published,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), std::convert::Infallible> {
        sink.write(command, self).await;
        Ok(())
    }

    fn apply(&mut self, _event: Published) {}
}

/// cqrs-es with postgres-es, as their documentation sets them up.
pub struct Theirs {
    cqrs: PostgresCqrs<Picture>,
    pool: PgPool,
}

impl Theirs {
    pub async fn open(url: &str) -> Result<Self> {
        let own = format!("{url}?options[search_path]=theirs");
        let cqrs = postgres_cqrs(default_postgress_pool(&own).await, vec![], ());
        let pool = default_postgress_pool(url).await;
        Ok(Self { cqrs, pool })
    }

    /// Loads an aggregate from our table; answers how many events it has.
    pub async fn load(&self, id: &str) -> Result<usize> {
        let repository = PostgresEventRepository::new(self.pool.clone());
        Ok(repository.get_events::<Picture>(id).await?.len())
    }
}

pub async fn command(theirs: Arc<Theirs>, until: Instant) -> Result<u64> {
    let metadata: HashMap<String, String> = serde_json::from_str(METADATA)?;
    let mut done = 0;
    while Instant::now() < until {
        let (id, publish) = (Uuid::now_v7().to_string(), serde_json::from_str(PAYLOAD)?);
        let done_so = theirs
            .cqrs
            .execute_with_metadata(&id, publish, metadata.clone());
        done_so.await?;
        done += 1;
    }
    Ok(done)
}
