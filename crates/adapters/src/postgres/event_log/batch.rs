//! Stores a batch of commits of one log in one statement, each accepted or refused on its own.
//!
//! Keeps true: the batch is one transaction and one round trip, or two when the short way was in vain; the function
//! that decides it then holds the log's head row from before its first look to the end.

use std::collections::HashMap;

use picasso_eventlog::{AppendError, Appended, LogError, LogId, Offset, Position, StreamAppend};
use sqlx::{Postgres, Row, postgres::PgRow};
use uuid::Uuid;

use super::{
    plain::ShortWay,
    rows::{bounded, reply, unsigned},
};
use crate::{
    event_log::{prepared::Prepared, queue::Outcome},
    postgres::{
        PostgresError,
        connection::{Connections, fetch},
    },
};

const APPEND: &str = "
    SELECT commit_number, ended_at, conflict, known_fingerprint, known_reply
    FROM append_commits($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";

/// What became of each commit, in their order, and where the log ends at least.
pub(super) struct Stored {
    pub(super) outcomes: Vec<Outcome>,
    pub(super) end: Option<Offset>,
}

/// Stores what can be stored; it is durable when this returns. No two commits carry the same request.
///
/// # Errors
/// [`PostgresError`] when the batch as a whole was not stored. When the connection broke it may be there all the same.
pub(super) async fn store(
    pool: &Connections,
    log: LogId,
    short_way: &ShortWay,
    commits: &[&Prepared],
) -> Result<Stored, PostgresError> {
    let mut columns = Columns::default();
    for prepared in commits {
        columns.add(prepared);
    }
    if let Some(stored) = short_way.store(pool, log, &columns).await? {
        return Ok(stored);
    }
    let streams = std::mem::take(&mut columns.streams);
    let rows = fetch(pool, columns.into_statement(log)).await?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    outcomes.resize_with(commits.len(), || Err(undecided().into()));
    let mut end = None;
    for row in &rows {
        let number: i32 = row.try_get(0)?;
        let Some(outcome) = place(number).and_then(|at| outcomes.get_mut(at)) else {
            continue;
        };
        let given = commits.get(place(number).unwrap_or_default());
        *outcome = decided(row, log, given, &streams);
        if let Ok(Appended::Recorded { position }) = outcome {
            end = end.max(Some(position.offset));
        }
    }
    Ok(Stored { outcomes, end })
}

/// A number of the function, from 1, as an index.
fn place(number: i32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}

fn undecided() -> LogError {
    LogError::Corrupt("the database did not decide a commit".to_owned())
}

fn decided(
    row: &PgRow,
    log: LogId,
    prepared: Option<&&Prepared>,
    streams: &[&StreamAppend],
) -> Outcome {
    let corrupt = |error: sqlx::Error| LogError::Corrupt(error.to_string());
    let conflict: Option<i32> = row.try_get(2).map_err(corrupt)?;
    if let Some(stream) = conflict.and_then(place).and_then(|at| streams.get(at)) {
        return Err(AppendError::Conflict {
            aggregate_type: stream.aggregate_type.clone(),
            aggregate_id: stream.aggregate_id.clone(),
        });
    }
    let known: Option<&str> = row.try_get(4).map_err(corrupt)?;
    if known.is_some() {
        let stored = reply(row, log, [3, 4, 1])?;
        let request = prepared.and_then(|prepared| prepared.commit.request.as_ref());
        return match request {
            Some(request) if request.fingerprint == stored.fingerprint => {
                Ok(Appended::Repeated(stored))
            }
            _ => Err(AppendError::RequestReused),
        };
    }
    let ended_at: i64 = row.try_get(1).map_err(corrupt)?;
    let position = Position::new(log, Offset(unsigned(ended_at)?));
    Ok(Appended::Recorded { position })
}

/// The batch as the arrays that the function takes. Numbers count from 1.
#[derive(Default)]
pub(super) struct Columns<'a> {
    commits: i32,
    streams: Vec<&'a StreamAppend>,
    aggregates: HashMap<(&'a str, &'a str), i32>,
    aggregate_types: Vec<&'a str>,
    aggregate_ids: Vec<&'a str>,
    stream_commits: Vec<i32>,
    stream_aggregates: Vec<i32>,
    stream_expected: Vec<i64>,
    stream_events: Vec<i64>,
    pub(super) requests: RequestColumns<'a>,
    pub(super) events: EventColumns<'a>,
}

#[derive(Default)]
pub(super) struct RequestColumns<'a> {
    pub(super) commits: Vec<i32>,
    pub(super) ids: Vec<Uuid>,
    pub(super) actors: Vec<&'a str>,
    pub(super) fingerprints: Vec<&'a [u8]>,
    pub(super) replies: Vec<&'a str>,
}

#[derive(Default)]
pub(super) struct EventColumns<'a> {
    commits: Vec<i32>,
    pub(super) aggregate_types: Vec<&'a str>,
    pub(super) aggregate_ids: Vec<&'a str>,
    pub(super) sequences: Vec<i64>,
    pub(super) types: Vec<&'a str>,
    pub(super) versions: Vec<String>,
    pub(super) payloads: Vec<&'a str>,
    pub(super) metadata: Vec<&'a str>,
}

/// Where aggregates ended when they were read.
#[derive(Default)]
pub(super) struct EndColumns<'a> {
    pub(super) aggregate_types: Vec<&'a str>,
    pub(super) aggregate_ids: Vec<&'a str>,
    pub(super) sequences: Vec<i64>,
}

impl<'a, 's> FromIterator<&'s &'a StreamAppend> for EndColumns<'a> {
    fn from_iter<T: IntoIterator<Item = &'s &'a StreamAppend>>(streams: T) -> Self {
        let mut ends = Self::default();
        for stream in streams {
            ends.aggregate_types.push(&stream.aggregate_type);
            ends.aggregate_ids.push(&stream.aggregate_id);
            ends.sequences.push(bounded(stream.expected_sequence));
        }
        ends
    }
}

impl<'a> Columns<'a> {
    fn add(&mut self, prepared: &'a Prepared) {
        self.commits += 1;
        for stream in &prepared.commit.streams {
            self.add_stream(stream);
            self.add_events(stream, &prepared.metadata);
        }
        if let Some(request) = &prepared.commit.request {
            self.requests.commits.push(self.commits);
            self.requests.ids.push(request.key.request_id);
            self.requests.actors.push(&request.key.actor);
            self.requests
                .fingerprints
                .push(request.fingerprint.as_bytes());
            self.requests.replies.push(request.reply.get());
        }
    }

    /// Whether there are events, and each aggregate that is continued is named once: then nothing in the batch depends
    /// on what else is in it.
    pub(super) fn are_plain(&self) -> bool {
        let mut named: HashMap<i32, (usize, bool)> = HashMap::new();
        for (aggregate, events) in self.stream_aggregates.iter().zip(&self.stream_events) {
            let (times, is_continued) = named.entry(*aggregate).or_default();
            *times += 1;
            *is_continued |= *events > 0;
        }
        let is_plain = |(times, is_continued): &(usize, bool)| *times == 1 || !is_continued;
        !self.events.types.is_empty() && named.values().all(is_plain)
    }

    /// The events that the decisions rest on.
    pub(super) fn last(&self) -> EndColumns<'a> {
        let streams = self.streams.iter();
        streams
            .filter(|stream| stream.expected_sequence > 0)
            .collect()
    }

    /// Where the aggregates end that were only read.
    pub(super) fn read_only(&self) -> EndColumns<'a> {
        let streams = self.streams.iter();
        streams.filter(|stream| stream.events.is_empty()).collect()
    }

    /// How many events there are up to the end of each commit.
    pub(super) fn ends(&self) -> Vec<i64> {
        let (mut ends, mut end) = (vec![], 0);
        let mut streams = self
            .stream_commits
            .iter()
            .zip(&self.stream_events)
            .peekable();
        for commit in 1..=self.commits {
            while let Some((_, events)) = streams.next_if(|(of, _)| **of == commit) {
                end += events;
            }
            ends.push(end);
        }
        ends
    }

    fn add_stream(&mut self, stream: &'a StreamAppend) {
        let aggregate = self.aggregate(&stream.aggregate_type, &stream.aggregate_id);
        self.streams.push(stream);
        self.stream_commits.push(self.commits);
        self.stream_aggregates.push(aggregate);
        self.stream_expected.push(bounded(stream.expected_sequence));
        self.stream_events.push(bounded(stream.events.len() as u64));
    }

    /// The number of an aggregate, which several commits may name.
    fn aggregate(&mut self, aggregate_type: &'a str, aggregate_id: &'a str) -> i32 {
        let next = i32::try_from(self.aggregates.len() + 1).unwrap_or(i32::MAX);
        let number = *self
            .aggregates
            .entry((aggregate_type, aggregate_id))
            .or_insert(next);
        if number == next {
            self.aggregate_types.push(aggregate_type);
            self.aggregate_ids.push(aggregate_id);
        }
        number
    }

    fn add_events(&mut self, stream: &'a StreamAppend, metadata: &'a str) {
        let events = &mut self.events;
        for (sequence, event) in (stream.expected_sequence.saturating_add(1)..).zip(&stream.events)
        {
            events.commits.push(self.commits);
            events.aggregate_types.push(&stream.aggregate_type);
            events.aggregate_ids.push(&stream.aggregate_id);
            events.sequences.push(bounded(sequence));
            events.types.push(&event.event_type);
            events.versions.push(event.event_version.to_string());
            events.payloads.push(event.payload.get());
            events.metadata.push(metadata);
        }
    }

    fn into_statement(
        self,
        log: LogId,
    ) -> sqlx::query::Query<'a, Postgres, sqlx::postgres::PgArguments> {
        sqlx::query(APPEND)
            .bind(i32::from(log.0))
            .bind(self.commits)
            .bind(self.aggregate_types)
            .bind(self.aggregate_ids)
            .bind(self.stream_commits)
            .bind(self.stream_aggregates)
            .bind(self.stream_expected)
            .bind(self.stream_events)
            .bind(self.requests.commits)
            .bind(self.requests.ids)
            .bind(self.requests.actors)
            .bind(self.requests.fingerprints)
            .bind(self.requests.replies)
            .bind(self.events.commits)
            .bind(self.events.aggregate_types)
            .bind(self.events.aggregate_ids)
            .bind(self.events.sequences)
            .bind(self.events.types)
            .bind(self.events.versions)
            .bind(self.events.payloads)
            .bind(self.events.metadata)
    }
}
