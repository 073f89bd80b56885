//! postgres-es on our tables: it loads aggregates and snapshots from them and cannot write to them. And the three defects
//! of its release 0.5.0 for which nothing of ours rests on it (docs/adr/0016): when one of these fails, it was mended.

use std::sync::Arc;

use cqrs_es::{
    EventStore,
    event_sink::EventSink,
    persist::{PersistedEventRepository, PersistedEventStore, PersistenceError, SerializedEvent},
};
use picasso_adapters::postgres::event_log::PostgresLog;
use picasso_domain::{Aggregate, EventData, Reaction, reaction::ReactionEvent, values::UserId};
use picasso_eventlog::EventLog;
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{PgPool, postgres::PgPoolOptions};

use super::Schema;
use crate::tally::{Likes, picture_id};

/// What the documentation of postgres-es creates, under other names.
const THEIR_TABLES: &str = "
    CREATE TABLE their_events (
        aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint CHECK (sequence >= 0) NOT NULL,
        event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)
    );
    CREATE TABLE snapshots (
        aggregate_type text NOT NULL, aggregate_id text NOT NULL, last_sequence bigint NOT NULL,
        current_snapshot bigint NOT NULL, payload json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, last_sequence)
    );";

/// An aggregate of ours as cqrs-es knows one.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Theirs(Reaction);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct TheirEvent(ReactionEvent);

impl cqrs_es::DomainEvent for TheirEvent {
    fn event_type(&self) -> String {
        self.0.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.0.version().to_string()
    }
}

impl cqrs_es::Aggregate for Theirs {
    const TYPE: &'static str = Reaction::TYPE;
    type Command = ();
    type Event = TheirEvent;
    type Error = std::convert::Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        (): (),
        (): &(),
        _sink: &EventSink<Self>,
    ) -> Result<(), std::convert::Infallible> {
        Ok(())
    }

    fn apply(&mut self, event: TheirEvent) {
        self.0.evolve(&event.0);
    }
}

/// A schema with a log, two reactions that take turns in it, and the tables of postgres-es beside it.
struct Market {
    schema: Schema,
    pool: PgPool,
    log: Arc<dyn EventLog>,
    ann: String,
    bob: String,
}

impl Market {
    async fn open() -> Self {
        let schema = Schema::fresh().await;
        let log = PostgresLog::open(&schema.url(), 4).await.expect("it opens");
        schema.run(THEIR_TABLES).await;
        let mut likes = Likes::default();
        for user in ["ann", "ann", "bob", "ann"] {
            likes.toggle(&log, 1, user).await;
        }
        let pool = PgPoolOptions::new().max_connections(1);
        let [ann, bob] = ["ann", "bob"].map(|user| {
            let user = UserId::parse(user).expect("a user");
            Reaction::id(picture_id(1), &user)
        });
        Self {
            pool: pool.connect(&schema.url()).await.expect("it answers"),
            schema,
            log: Arc::new(log),
            ann,
            bob,
        }
    }

    /// Its defaults: the tables are `events`, which is ours, and `snapshots`.
    fn theirs(&self) -> PostgresEventRepository {
        PostgresEventRepository::new(self.pool.clone())
    }

    async fn count(&self, what: &str) -> String {
        self.schema
            .tell(&format!("SELECT count(*)::text FROM {what}"))
            .await
    }
}

fn liked(id: &str, sequence: usize) -> SerializedEvent {
    let user = UserId::parse("ann").expect("a user");
    let event = ReactionEvent::PictureLiked {
        picture_id: picture_id(1),
        user_id: user,
    };
    SerializedEvent {
        aggregate_id: id.to_owned(),
        sequence,
        aggregate_type: Reaction::TYPE.to_owned(),
        event_type: event.name().to_owned(),
        event_version: event.version().to_string(),
        payload: serde_json::to_value(&event).expect("JSON"),
        metadata: json!({}),
    }
}

#[tokio::test]
async fn postgres_es_loads_aggregates_from_our_table() {
    let market = Market::open().await;
    let store = PersistedEventStore::<_, Theirs>::new_event_store(market.theirs());
    for (id, sequence) in [(&market.ann, 3), (&market.bob, 1)] {
        let loaded = store.load_aggregate(id).await.expect("loaded");
        let mut ours = Reaction::default();
        for event in market
            .log
            .load(Reaction::TYPE, id, 0, 10)
            .await
            .expect("events")
        {
            let event: ReactionEvent = serde_json::from_str(event.payload.get()).expect("ours");
            ours.evolve(&event);
        }
        assert_eq!(loaded.aggregate, Theirs(ours));
        assert_eq!(loaded.current_sequence, sequence);
    }
}

#[tokio::test]
async fn postgres_es_goes_on_from_a_snapshot_beside_our_table() {
    let market = Market::open().await;
    let snapshot = format!(
        "INSERT INTO snapshots VALUES ('reaction', '{}', 2, 1, '{{\"liked\": false}}')",
        market.ann
    );
    market.schema.run(&snapshot).await;
    let store = PersistedEventStore::<_, Theirs>::new_snapshot_store(market.theirs(), 2);
    let loaded = store.load_aggregate(&market.ann).await.expect("loaded");
    assert_eq!(loaded.current_snapshot, Some(1));
    assert_eq!(
        loaded.current_sequence, 3,
        "the third event comes on top of it"
    );
    let liked: Reaction = serde_json::from_value(json!({ "liked": true })).expect("a reaction");
    assert_eq!(loaded.aggregate, Theirs(liked));
}

#[tokio::test]
async fn postgres_es_cannot_write_to_our_table() {
    let market = Market::open().await;
    let event = liked(&market.ann, 4);
    let refused = market.theirs().persist::<Theirs>(&[event], None).await;
    let refused = refused
        .expect_err("an event without a place in a log")
        .to_string();
    assert!(refused.contains("\"log\""), "{refused}");
    assert_eq!(market.count("events").await, "4");
}

#[tokio::test]
async fn postgres_es_streams_all_events_in_no_order_of_theirs() {
    let market = Market::open().await;
    let mut stream = market
        .theirs()
        .stream_all_events::<Theirs>()
        .await
        .expect("a stream");
    let mut sequences = vec![];
    while let Some(event) = stream.next::<Theirs>(&[]).await {
        sequences.push(event.expect("an event").sequence);
    }
    // They happened as 1, 2, 1, 3.
    assert_eq!(sequences, [1, 1, 2, 3]);
}

#[tokio::test]
async fn postgres_es_swallows_an_error_of_the_database_while_it_streams() {
    let market = Market::open().await;
    let broken = "CREATE VIEW broken AS
        SELECT aggregate_type, aggregate_id, sequence / (3 - sequence) AS sequence, event_type, event_version, payload,
            metadata
        FROM events";
    market.schema.run(broken).await;
    let repository = market.theirs().with_tables("broken", "snapshots");
    let whole = repository.get_events::<Theirs>(&market.ann).await;
    assert!(whole.is_err(), "the third row cannot be read");
    let mut stream = repository
        .stream_all_events::<Theirs>()
        .await
        .expect("a stream");
    while let Some(event) = stream.next::<Theirs>(&[]).await {
        assert!(event.is_ok(), "it tells of the error now");
    }
}

#[tokio::test]
async fn postgres_es_stores_events_before_it_looks_whether_their_snapshot_is_outdated() {
    let market = Market::open().await;
    let repository = market.theirs().with_tables("their_events", "snapshots");
    let snapshot = (market.ann.clone(), json!({ "liked": true }), 7);
    let event = liked(&market.ann, 1);
    let refused = repository.persist::<Theirs>(&[event], Some(snapshot)).await;
    assert!(matches!(
        refused,
        Err(PersistenceError::OptimisticLockError)
    ));
    assert_eq!(
        market.count("their_events").await,
        "1",
        "refused and stored"
    );
}

#[tokio::test]
async fn postgres_es_makes_a_statement_of_its_own_for_each_sequence() {
    let market = Market::open().await;
    let repository = market.theirs();
    for last in 0..5 {
        let events = repository
            .get_last_events::<Theirs>(&market.ann, last)
            .await;
        events.expect("events");
    }
    let prepared = "SELECT count(*)::text FROM pg_prepared_statements
        WHERE statement LIKE '%sequence > %' AND statement NOT LIKE '%pg_prepared_statements%'";
    let prepared = sqlx::query_scalar(prepared).fetch_one(&market.pool).await;
    let prepared: String = prepared.expect("a count");
    assert_eq!(prepared, "5", "one would do");
}
