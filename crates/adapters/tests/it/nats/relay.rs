//! What a relay makes of a log, and of streams that are not what they should be.

use std::{path::Path, sync::Arc, time::Duration};

use async_nats::{HeaderMap, jetstream::stream::Info};
use futures::StreamExt;
use picasso_adapters::{
    nats::{Nats, Settings, message},
    sqlite::event_log::SqliteEventLog,
};
use picasso_eventlog::{
    Epoch, EventFeed, EventLog, FeedStream, LogFeed, LogId, MAX_READ, Offset, RecordedEvent,
};
use picasso_projections::runtime::backoff::chain;
use tokio::{sync::watch, time::timeout};
use uuid::Uuid;

use super::{deployment::Deployment, shared_server};
use crate::tally::{LIMIT, Likes, append_large, until};

const LOG: LogId = LogId(0);

#[tokio::test]
async fn a_streams_sequence_is_the_logs_offset() {
    let deployment = Deployment::started(&shared_server(), 4).await;
    Likes::default().many(&*deployment.log, 200).await;
    for id in (0..4).map(LogId) {
        relayed(&deployment, id).await;
        assert_copy(&deployment, id).await;
    }
}

#[tokio::test]
async fn a_feed_tells_how_far_its_log_is_relayed() {
    let mut deployment = Deployment::idle(&shared_server(), 1).await;
    let feed = deployment.feed(Arc::clone(&deployment.log)).await;
    let none = feed.end(LOG).await.expect_err("no stream");
    assert!(chain(&none).contains("no relay has made it"), "{none:?}");
    Likes::default().many(&*deployment.log, 20).await;
    deployment.start();
    relayed(&deployment, LOG).await;
    let end = feed.end(LOG).await.expect("an end");
    assert_eq!(end, Some(Offset(20)));
    let log = LogFeed::new(Arc::clone(&deployment.log));
    assert_eq!(log.end(LOG).await.expect("nothing to ask"), None);
}

#[tokio::test]
async fn a_message_says_what_analysts_need() {
    let deployment = Deployment::started(&shared_server(), 1).await;
    Likes::default().toggle(&*deployment.log, 1, "ann").await;
    relayed(&deployment, LOG).await;
    let stream = deployment
        .other()
        .await
        .get_stream(deployment.stream(LOG))
        .await;
    let message = stream
        .expect("a stream")
        .get_raw_message(1)
        .await
        .expect("a message");
    let prefix = &deployment.settings.prefix;
    assert_eq!(
        message.subject.as_str(),
        format!("{prefix}.0.reaction.PictureLiked")
    );
    let epoch = deployment.log.epoch().to_string();
    assert_eq!(
        message
            .headers
            .get(message::EPOCH)
            .expect("an epoch")
            .as_str(),
        epoch
    );
    let body: serde_json::Value = serde_json::from_slice(&message.payload).expect("JSON");
    let mut fields: Vec<_> = body
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    fields.sort();
    assert_eq!(
        fields,
        [
            "aggregate_id",
            "aggregate_type",
            "event_type",
            "event_version",
            "log",
            "metadata",
            "offset",
            "payload",
            "recorded_at",
            "sequence"
        ]
    );
    let payload = body["payload"].to_string();
    assert!(payload.contains("\"ann\""), "{payload}");
}

#[tokio::test]
async fn a_large_event_is_relayed_without_its_payload() {
    let deployment = Deployment::started(&shared_server(), 1).await;
    append_large(&*deployment.log, message::MAX_BODY_BYTES).await;
    relayed(&deployment, LOG).await;
    let stream = deployment
        .other()
        .await
        .get_stream(deployment.stream(LOG))
        .await;
    let message = stream
        .expect("a stream")
        .get_raw_message(1)
        .await
        .expect("a message");
    let body: serde_json::Value = serde_json::from_slice(&message.payload).expect("JSON");
    assert!(body["payload"].is_null() && body["offset"] == 1, "{body}");
    let omitted = message.headers.get(message::OMITTED).expect("it says so");
    assert_eq!(omitted.as_str(), message::MAX_BODY_BYTES.to_string());
}

#[tokio::test]
async fn a_stream_that_is_behind_is_continued() {
    let mut deployment = Deployment::started(&shared_server(), 1).await;
    let mut likes = Likes::default();
    likes.many(&*deployment.log, 50).await;
    let before = relayed(&deployment, LOG).await;
    deployment.stop().await;
    likes.many(&*deployment.log, 1_500).await;
    deployment.start();
    let after = relayed(&deployment, LOG).await;
    assert_eq!(after.created, before.created, "it is the same stream");
    assert_copy(&deployment, LOG).await;
}

#[tokio::test]
async fn two_relays_at_once_do_no_harm() {
    let mut deployment = Deployment::started(&shared_server(), 1).await;
    let mut likes = Likes::default();
    likes.many(&*deployment.log, 50).await;
    let before = relayed(&deployment, LOG).await;
    let (first, second) = (deployment.relay(0), deployment.relay(0));
    let stop = tokio_util::sync::CancellationToken::new();
    let others = [first, second].map(|relay| {
        let stop = stop.clone();
        tokio::spawn(async move { relay.run(stop).await })
    });
    likes.many(&*deployment.log, 500).await;
    let after = relayed(&deployment, LOG).await;
    assert_copy(&deployment, LOG).await;
    assert_eq!(after.created, before.created, "nobody spoilt it");
    stop.cancel();
    for other in others {
        other.await.expect("no panic");
    }
    deployment.stop().await;
}

#[tokio::test]
async fn a_stream_deleted_while_nothing_happens_is_made_again() {
    let deployment = Deployment::started(&shared_server(), 1).await;
    Likes::default().many(&*deployment.log, 30).await;
    let before = relayed(&deployment, LOG).await;
    let deleted = deployment
        .other()
        .await
        .delete_stream(deployment.stream(LOG))
        .await;
    deleted.expect("deleted");
    let after = relayed(&deployment, LOG).await;
    assert_ne!(after.created, before.created);
    assert_copy(&deployment, LOG).await;
}

#[tokio::test]
async fn a_stream_of_another_history_is_made_anew() {
    let mut deployment = Deployment::started(&shared_server(), 1).await;
    Likes::default().many(&*deployment.log, 30).await;
    relayed(&deployment, LOG).await;
    deployment.stop().await;
    let epoch = Epoch(Uuid::new_v4());
    let nats = Nats::connect(&shared_server(), deployment.settings.clone(), epoch).await;
    deployment.nats = nats.expect("it answers");
    deployment.start();
    until(|| async {
        let info = info(&deployment, LOG).await;
        info.is_some_and(|info| info.config.metadata["picasso_epoch"] == epoch.to_string())
    })
    .await;
    relayed(&deployment, LOG).await;
}

#[tokio::test]
async fn no_more_is_kept_than_the_settings_say() {
    let settings = Settings {
        prefix: format!("test_{}", Uuid::now_v7().simple()),
        max_events: 20,
        max_bytes: 1 << 20,
        max_age: Duration::from_secs(3_600),
        ..Settings::default()
    };
    let mut deployment = Deployment::with(&shared_server(), 1, settings).await;
    Likes::default().many(&*deployment.log, 100).await;
    deployment.start();
    // What would be thrown away at once was not even published.
    let kept = relayed(&deployment, LOG).await;
    assert_eq!((kept.state.first_sequence, kept.state.messages), (81, 20));
    assert_eq!(kept.config.first_sequence, Some(81));
    Likes::default().toggle(&*deployment.log, 999, "zoe").await;
    let kept = relayed(&deployment, LOG).await;
    assert_eq!((kept.state.first_sequence, kept.state.messages), (82, 20));
    assert_handed_out(&deployment, Offset::START).await;
    deployment.stop().await;
    let settings = Settings {
        max_events: 10,
        ..deployment.settings.clone()
    };
    let nats = Nats::connect(&shared_server(), settings, deployment.log.epoch()).await;
    deployment.nats = nats.expect("it answers");
    deployment.start();
    until(|| async {
        info(&deployment, LOG)
            .await
            .is_some_and(|info| info.state.messages == 10)
    })
    .await;
}

#[tokio::test]
async fn a_message_slipped_into_a_stream_is_not_handed_out() {
    let deployment = Deployment::started(&shared_server(), 1).await;
    let mut likes = Likes::default();
    likes.many(&*deployment.log, 30).await;
    relayed(&deployment, LOG).await;
    let feed = deployment.feed(Arc::clone(&deployment.log)).await;
    let mut batches = feed
        .subscribe(LOG, Offset::START, 100)
        .await
        .expect("subscribed");
    let (told, mut read) = watch::channel(0);
    let reading = tokio::spawn(async move {
        let mut found = vec![];
        while found.len() < 90 {
            let one_more = found.len() + 1;
            take(&mut batches, &mut found, one_more).await;
            told.send_replace(found.len());
        }
        found
    });
    // After a while it follows the stream, and is given by it what comes next.
    for n in 31..=60 {
        likes.toggle(&*deployment.log, n, "ann").await;
        read.wait_for(|read| *read >= usize::try_from(n).expect("few"))
            .await
            .expect("it reads");
    }
    slip_in(&deployment, 61).await;
    likes.many(&*deployment.log, 30).await;
    let found = reading.await.expect("no panic");
    let expected = deployment.log.read(LOG, Offset::START, MAX_READ).await;
    let expected = expected.expect("events");
    assert_eq!(found, expected.iter().map(json).collect::<Vec<_>>());
    relayed(&deployment, LOG).await;
    assert_copy(&deployment, LOG).await;
}

/// An event without an epoch, one under its own epoch at another's place, and nonsense.
async fn slip_in(deployment: &Deployment, offset: u64) {
    let subject = format!("{}.0.reaction.PictureLiked", deployment.settings.prefix);
    let other = deployment.other().await;
    let stream = other.get_stream(deployment.stream(LOG)).await;
    let seventh = stream.expect("a stream").get_raw_message(7).await;
    let seventh = seventh.expect("a message");
    let forged = String::from_utf8_lossy(&seventh.payload).replace(":7,", &format!(":{offset},"));
    let mut again = HeaderMap::new();
    let epoch = seventh.headers.get(message::EPOCH).expect("an epoch");
    again.insert(message::EPOCH, epoch.clone());
    let slipped = [
        (HeaderMap::new(), forged.into()),
        (again, seventh.payload),
        (HeaderMap::new(), "{}".into()),
    ];
    for (sequence, (headers, body)) in (offset..).zip(slipped) {
        let sent = other.publish_with_headers(subject.clone(), headers, body);
        let stored = sent.await.expect("sent").await.expect("stored");
        assert_eq!(stored.sequence, sequence);
    }
}

/// The log is put back from a backup, and nobody says so: the stream has events that are in no log any more.
#[tokio::test]
async fn a_stream_that_is_ahead_of_its_log_is_never_served() {
    let mut deployment = Deployment::started(&shared_server(), 1).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.db");
    deployment.stop().await;
    deployment.log = open(&path);
    deployment.nats = reconnect(&deployment).await;
    deployment.start();
    let mut likes = Likes::default();
    likes.many(&*deployment.log, 30).await;
    relayed(&deployment, LOG).await;
    let backup = folder.path().join("backup.db");
    rusqlite_backup(&path, &backup);
    likes.many(&*deployment.log, 20).await;
    relayed(&deployment, LOG).await;
    deployment.stop().await;
    deployment.log = open(&backup);
    assert_eq!(deployment.log.head(LOG).await.expect("a head"), Offset(30));
    // Before any relay has seen it: neither ahead of the log, nor once the log has other events in their place.
    let feed = deployment.feed(Arc::clone(&deployment.log)).await;
    let mut batches = feed
        .subscribe(LOG, Offset(25), 100)
        .await
        .expect("subscribed");
    assert_eq!(offsets(&mut batches).await.last(), Some(&30));
    let mut others = Likes::default();
    for n in 0..40 {
        others.toggle(&*deployment.log, 500 + n, "eve").await;
    }
    assert_handed_out(&deployment, Offset(25)).await;
    deployment.start();
    relayed(&deployment, LOG).await;
    assert_copy(&deployment, LOG).await;
    assert_handed_out(&deployment, Offset::START).await;
}

fn open(path: &Path) -> Arc<dyn EventLog> {
    Arc::new(SqliteEventLog::open(path, 1).expect("a log"))
}

async fn reconnect(deployment: &Deployment) -> Nats {
    let settings = deployment.settings.clone();
    let nats = Nats::connect(&shared_server(), settings, deployment.log.epoch()).await;
    nats.expect("it answers")
}

/// SQLite's own backup of a file that is in use.
fn rusqlite_backup(from: &Path, to: &Path) {
    let from = rusqlite::Connection::open(from).expect("the log");
    from.execute("VACUUM INTO ?1", [to.to_str().expect("UTF-8")])
        .expect("a copy");
}

async fn offsets(batches: &mut FeedStream) -> Vec<u64> {
    let batch = timeout(LIMIT, batches.next()).await.expect("in time");
    let batch = batch.expect("a batch").expect("no trouble");
    batch.iter().map(|event| event.offset.0).collect()
}

/// A reader gets exactly the log.
async fn assert_handed_out(deployment: &Deployment, after: Offset) {
    let expected = deployment.log.read(LOG, after, MAX_READ).await;
    let expected = expected.expect("events");
    let feed = deployment.feed(Arc::clone(&deployment.log)).await;
    let mut batches = feed.subscribe(LOG, after, 100).await.expect("subscribed");
    let mut found = vec![];
    take(&mut batches, &mut found, expected.len()).await;
    assert_eq!(found, expected.iter().map(json).collect::<Vec<_>>());
}

/// Takes batches until there are so many events.
async fn take(batches: &mut FeedStream, found: &mut Vec<String>, wanted: usize) {
    while found.len() < wanted {
        let batch = timeout(LIMIT, batches.next()).await.expect("in time");
        let batch = batch.expect("it goes on").expect("no trouble");
        found.extend(batch.iter().map(|event| json(event)));
    }
}

fn json(event: &RecordedEvent) -> String {
    serde_json::to_string(event).expect("JSON")
}

async fn info(deployment: &Deployment, id: LogId) -> Option<Info> {
    let stream = deployment
        .other()
        .await
        .get_stream(deployment.stream(id))
        .await;
    stream.ok().map(|stream| stream.cached_info().clone())
}

/// Waits until a log's stream ends where the log does.
async fn relayed(deployment: &Deployment, id: LogId) -> Info {
    let head = deployment.log.head(id).await.expect("a head").0;
    let other = deployment.other().await;
    let find = || async {
        let stream = other.get_stream(deployment.stream(id)).await.ok()?;
        let info = stream.cached_info().clone();
        (info.state.last_sequence == head && info.state.bytes > 0 || head == 0).then_some(info)
    };
    until(|| async { find().await.is_some() }).await;
    find().await.expect("it was there")
}

/// Each message of the stream is the log's event of that offset.
async fn assert_copy(deployment: &Deployment, id: LogId) {
    let events = deployment.log.read(id, Offset::START, MAX_READ).await;
    let stream = deployment
        .other()
        .await
        .get_stream(deployment.stream(id))
        .await;
    let stream = stream.expect("a stream");
    let events = events.expect("events");
    assert_eq!(stream.cached_info().state.messages, events.len() as u64);
    for event in &events {
        let message = stream
            .get_raw_message(event.offset.0)
            .await
            .expect("a message");
        assert_eq!(message.payload, json(event).into_bytes());
    }
}
