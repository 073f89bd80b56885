//! Appends through the event log, as commands do them, against a raw loop of single-row durable inserts.
//!
//! An append checks and stores a request id and the aggregate's sequence besides its event; the raw loop
//! stores the same event as one row without an index and checks nothing. What lies between is told apart by
//! a third loop, which inserts the rows of an append into the log's own tables by hand. Request ids are of
//! version 7, as the API asks for; ids of version 4 lie all over their table, which is measured too.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Instant,
};

use anyhow::{Context, Result, anyhow};
use picasso_adapters::sqlite::event_log::SqliteEventLog;
use picasso_domain::values::Digest;
use picasso_eventlog::{
    Commit, EventLog, LogId, Metadata, NewEvent, Request, RequestKey, StreamAppend,
};
use rusqlite::{Connection, params};
use serde_json::value::RawValue;
use tempfile::TempDir;
use uuid::Uuid;

use crate::rounds::{Contender, compare, print_ratio};

const CLIENTS: usize = 16;
const PAYLOAD: &str = r#"{"type":"PicturePublished","title":"The harbour at dawn","artist":"0190c0de-0000-7000-8000-000000000001","tags":["sea","dawn"],"price":{"minor":1200,"currency":"EUR"}}"#;
const REPLY: &str = r#"{"picture_id":"0190c0de-0000-7000-8000-000000000001"}"#;

pub fn run() -> Result<()> {
    let rates = compare(&[
        Contender {
            name: "raw inserts, alone",
            run: raw_alone,
        },
        Contender {
            name: "appends, 1 client",
            run: |until| appends(1, Uuid::now_v7, until),
        },
        Contender {
            name: "the rows of an append by hand, alone",
            run: by_hand,
        },
        Contender {
            name: "raw inserts, 16 threads behind one mutex",
            run: raw_shared,
        },
        Contender {
            name: "appends, 16 clients",
            run: |until| appends(CLIENTS, Uuid::now_v7, until),
        },
        Contender {
            name: "the same with request ids of version 4",
            run: |until| appends(CLIENTS, Uuid::new_v4, until),
        },
    ])?;
    print_ratio("1 client to raw alone", &rates[1], &rates[0], 0.8);
    print_ratio("16 clients to raw alone", &rates[4], &rates[0], 3.0);
    print_ratio(
        "16 clients to raw behind one mutex",
        &rates[4],
        &rates[3],
        3.0,
    );
    print_ratio(
        "the same with request ids of version 4",
        &rates[5],
        &rates[3],
        3.0,
    );
    Ok(())
}

/// A folder on the disk this repository is on: the system's own may be in memory, where a sync costs nothing.
pub fn folder() -> Result<TempDir> {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    std::fs::create_dir_all(&results)?;
    tempfile::tempdir_in(&results).context("a folder for the benchmark")
}

fn raw_table(folder: &TempDir) -> Result<Connection> {
    let connection = Connection::open(folder.path().join("raw.db"))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute_batch(
        "CREATE TABLE events (id INTEGER PRIMARY KEY, aggregate_type TEXT, aggregate_id TEXT,
             sequence INTEGER, event_type TEXT, event_version INTEGER, payload TEXT, metadata TEXT,
             recorded_at INTEGER) STRICT",
    )?;
    Ok(connection)
}

fn raw_insert(connection: &Connection) -> Result<()> {
    let metadata = serde_json::to_string(&metadata(Uuid::new_v4()))?;
    let now = jiff::Timestamp::now().as_microsecond();
    let mut statement = connection.prepare_cached(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
             metadata, recorded_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let id = Uuid::now_v7().to_string();
    statement.execute(params![
        "picture",
        id,
        1,
        "PicturePublished",
        1,
        PAYLOAD,
        metadata,
        now
    ])?;
    Ok(())
}

fn raw_alone(until: Instant) -> Result<u64> {
    let folder = folder()?;
    let connection = raw_table(&folder)?;
    let mut done = 0;
    while Instant::now() < until {
        raw_insert(&connection)?;
        done += 1;
    }
    Ok(done)
}

/// Stores event and request as an append does, without any check.
fn by_hand(until: Instant) -> Result<u64> {
    let folder = folder()?;
    let path = folder.path().join("log.db");
    drop(SqliteEventLog::open(&path, 1)?);
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "synchronous", "full")?;
    let mut done = 0;
    while Instant::now() < until {
        let transaction = connection.transaction()?;
        raw_insert(&transaction)?;
        transaction
            .prepare_cached("INSERT INTO requests VALUES (0, ?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                metadata(Uuid::nil()).actor,
                Uuid::now_v7().as_bytes(),
                [7_u8; 32],
                REPLY,
                done
            ])?;
        transaction.commit()?;
        done += 1;
    }
    Ok(done)
}

fn raw_shared(until: Instant) -> Result<u64> {
    let folder = folder()?;
    let connection = Mutex::new(raw_table(&folder)?);
    std::thread::scope(|scope| {
        let insert = || {
            let mut done = 0;
            while Instant::now() < until {
                let connection = connection
                    .lock()
                    .map_err(|_| anyhow!("a thread broke off"))?;
                raw_insert(&connection)?;
                done += 1;
            }
            Ok(done)
        };
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(insert)).collect();
        let done = threads.into_iter().map(|thread| {
            let joined = thread.join();
            joined.map_err(|_| anyhow!("a thread panicked"))?
        });
        done.sum()
    })
}

fn appends(clients: usize, request_id: fn() -> Uuid, until: Instant) -> Result<u64> {
    let folder = folder()?;
    let log = Arc::new(SqliteEventLog::open(&folder.path().join("log.db"), 1)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let clients: Vec<_> = (0..clients)
            .map(|_| tokio::spawn(client(Arc::clone(&log), request_id, until)))
            .collect();
        let mut done = 0;
        for client in clients {
            done += client.await??;
        }
        Ok(done)
    })
}

async fn client(log: Arc<SqliteEventLog>, request_id: fn() -> Uuid, until: Instant) -> Result<u64> {
    let mut done = 0;
    while Instant::now() < until {
        log.append(commit(request_id())?).await?;
        done += 1;
    }
    Ok(done)
}

/// What a command of a person appends: one event and the request it answers.
fn commit(request_id: Uuid) -> Result<Commit> {
    let metadata = metadata(request_id);
    Ok(Commit {
        log: LogId(0),
        streams: vec![StreamAppend {
            aggregate_type: "picture".to_owned(),
            aggregate_id: Uuid::now_v7().to_string(),
            expected_sequence: 0,
            events: vec![NewEvent {
                event_type: "PicturePublished".to_owned(),
                event_version: 1,
                payload: RawValue::from_string(PAYLOAD.to_owned())?,
            }],
        }],
        request: Some(Request {
            key: RequestKey {
                actor: metadata.actor.clone(),
                request_id,
            },
            fingerprint: Digest::new([7; 32]),
            reply: RawValue::from_string(REPLY.to_owned())?,
        }),
        metadata,
    })
}

fn metadata(request_id: Uuid) -> Metadata {
    Metadata {
        actor: "0190c0de-0000-7000-8000-000000000002".to_owned(),
        request_id: Some(request_id),
        correlation_id: Some(request_id),
        causation: None,
        trace_context: None,
    }
}
