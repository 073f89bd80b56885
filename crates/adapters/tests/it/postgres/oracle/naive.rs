//! A log as it is often built, and wrong: numbers from a sequence, and readers who ask for what is beyond the last.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use picasso_eventlog::{
    AppendError, Appended, Commit, Epoch, EventLog, LogError, LogId, Metadata, Offset, Position,
    RecordedEvent, RequestKey, StoredReply,
};
use rand::Rng;
use serde_json::value::RawValue;
use sqlx::{PgPool, Row, postgres::PgPoolOptions};
use tokio::time::sleep;
use uuid::Uuid;

pub struct Naive(PgPool);

impl Naive {
    pub async fn create(url: &str) -> Self {
        let pool = PgPoolOptions::new().max_connections(40).connect(url).await;
        let pool = pool.expect("it answers");
        let create = "
            CREATE TABLE naive (
                position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                aggregate_id text NOT NULL,
                sequence bigint NOT NULL,
                payload text NOT NULL
            )";
        sqlx::query(create).execute(&pool).await.expect("made");
        Self(pool)
    }

    async fn store(&self, commit: &Commit) -> Result<Option<Offset>, sqlx::Error> {
        let mut transaction = self.0.begin().await?;
        let (mut last, mut stale) = (0_i64, false);
        for stream in &commit.streams {
            let head = "SELECT coalesce(max(sequence), 0) FROM naive WHERE aggregate_id = $1";
            let head = sqlx::query_scalar(head).bind(&stream.aggregate_id);
            let head: i64 = head.fetch_one(&mut *transaction).await?;
            stale |= head as u64 != stream.expected_sequence || stream.aggregate_id.len() > 100;
            for (sequence, event) in (stream.expected_sequence as i64 + 1..).zip(&stream.events) {
                let insert = "INSERT INTO naive (aggregate_id, sequence, payload) VALUES ($1, $2, $3) RETURNING position";
                let insert = sqlx::query_scalar(insert).bind(&stream.aggregate_id);
                let insert = insert.bind(sequence).bind(event.payload.get());
                last = insert.fetch_one(&mut *transaction).await?;
            }
        }
        let moment = rand::rng().random_range(0..20);
        sleep(Duration::from_millis(moment)).await;
        if stale {
            transaction.rollback().await?;
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(Offset(last as u64)))
    }
}

#[async_trait]
impl EventLog for Naive {
    fn logs(&self) -> u16 {
        1
    }

    fn epoch(&self) -> Epoch {
        Epoch(Uuid::nil())
    }

    async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        match self.store(&commit).await.map_err(LogError::unavailable)? {
            Some(last) => Ok(Appended::Recorded {
                position: Position::new(LogId(0), last),
            }),
            None => Err(AppendError::Conflict {
                aggregate_type: "oracle".to_owned(),
                aggregate_id: "one of them".to_owned(),
            }),
        }
    }

    async fn load(
        &self,
        _aggregate_type: &str,
        aggregate_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let select = "SELECT * FROM naive WHERE aggregate_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
        let select = sqlx::query(select).bind(aggregate_id);
        let rows = select
            .bind(after as i64)
            .bind(limit as i64)
            .fetch_all(&self.0);
        let rows = rows.await.map_err(LogError::unavailable)?;
        Ok(rows.iter().map(event).collect())
    }

    async fn read(
        &self,
        _log: LogId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let select = "SELECT * FROM naive WHERE position > $1 ORDER BY position LIMIT $2";
        let rows = sqlx::query(select).bind(after.0 as i64).bind(limit as i64);
        let rows = rows
            .fetch_all(&self.0)
            .await
            .map_err(LogError::unavailable)?;
        Ok(rows.iter().map(event).collect())
    }

    async fn head(&self, _log: LogId) -> Result<Offset, LogError> {
        let select = "SELECT coalesce(max(position), 0) FROM naive";
        let head = sqlx::query_scalar(select).fetch_one(&self.0).await;
        let head: i64 = head.map_err(LogError::unavailable)?;
        Ok(Offset(head as u64))
    }

    async fn find_request(
        &self,
        _log: LogId,
        _key: &RequestKey,
    ) -> Result<Option<StoredReply>, LogError> {
        Ok(None)
    }

    async fn wait_beyond(&self, _log: LogId, _seen: Offset) {
        sleep(Duration::from_millis(1)).await;
    }
}

fn event(row: &sqlx::postgres::PgRow) -> RecordedEvent {
    let payload: String = row.get("payload");
    RecordedEvent {
        log: LogId(0),
        offset: Offset(row.get::<i64, _>("position") as u64),
        aggregate_type: "oracle".to_owned(),
        aggregate_id: row.get("aggregate_id"),
        sequence: row.get::<i64, _>("sequence") as u64,
        event_type: "Written".to_owned(),
        event_version: 1,
        payload: RawValue::from_string(payload).expect("JSON"),
        metadata: Metadata::default(),
        recorded_at: Timestamp::UNIX_EPOCH,
    }
}
