//! The read store on servers that speak MongoDB's protocol keeps the contract.

use std::sync::Arc;

use async_trait::async_trait;
use futures::{TryStreamExt, future::join_all};
use mongodb::{
    Client,
    bson::{Document, doc},
};
use picasso_adapters::mongo::read_store::{MongoReadStore, OpenError};
use picasso_eventlog::{Epoch, LogId, Offset};
use picasso_projections::{
    Index, IndexEntry, Order,
    contract::{self, Storage},
    ports::{DocumentWrite, GenerationId, Offsets, PageRequest, ReadStore},
};
use serde_json::value::RawValue;
use uuid::Uuid;

const FERRETDB: &str = "PICASSO_TEST_MONGODB_URL";
const MONGO_JAVA_SERVER: &str = "PICASSO_TEST_MONGODB_JAVA_URL";
const NEWEST: &[Index] = &[Index {
    name: "newest",
    order: Order::Descending,
}];

/// A database of its own, dropped at the end.
struct Database {
    server: String,
    name: String,
}

impl Database {
    fn new(server: &str) -> Self {
        Self {
            server: server.to_owned(),
            name: format!("picasso_test_{}", Uuid::now_v7().simple()),
        }
    }

    fn url(&self) -> String {
        // What a person gives may name a database, or options, behind the hosts.
        let (hosts, rest) = match self.server.strip_prefix("mongodb://") {
            Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
            None => (self.server.as_str(), ""),
        };
        let options = rest.split_once('?').map_or("", |(_, options)| options);
        format!("mongodb://{hosts}/{}?{options}", self.name)
    }

    async fn store(&self) -> MongoReadStore {
        let store = MongoReadStore::open(&self.url()).await;
        store.unwrap_or_else(|error| panic!("{error}: {error:?}"))
    }

    /// Past the store, as a killed process may have left things.
    async fn raw(&self) -> mongodb::Database {
        let client = Client::with_uri_str(self.url()).await.expect("a client");
        client.database(&self.name)
    }

    async fn remove(&self) {
        self.raw().await.drop().await.expect("dropped");
    }
}

struct Shared(Arc<Database>);

#[async_trait]
impl Storage for Shared {
    async fn open(&self) -> Arc<dyn ReadStore> {
        Arc::new(self.0.store().await)
    }
}

/// The servers to test against, by the variable that tells where it is.
fn server(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: `make test` starts the server, or run `eval \"$(scripts/servers env)\"`")
    })
}

async fn keeps_the_contract(variable: &str) {
    let server = server(variable);
    for case in contract::cases() {
        println!("read store contract: {}", case.name);
        let database = Arc::new(Database::new(&server));
        case.check(Arc::new(Shared(Arc::clone(&database)))).await;
        database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_read_store_keeps_the_contract_on_ferretdb() {
    keeps_the_contract(FERRETDB).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_read_store_keeps_the_contract_on_mongo_java_server() {
    keeps_the_contract(MONGO_JAVA_SERVER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_write_left_in_an_index_shows_on_no_page_and_goes_once_it_is_void() {
    for variable in [FERRETDB, MONGO_JAVA_SERVER] {
        let database = Database::new(&server(variable));
        let (store, generation) = live(&database).await;
        put(&store, &generation, "a", 0, "5").await;
        let places = database.raw().await;
        let places = places.collection::<Document>("gallery.1.index.newest");
        // Sort 6 was to be put by the write that others overtook, 7 by one that is under way, 8 by a first one.
        let left = [
            "\u{1}6\u{1}a\u{1}1",
            "\u{1}7\u{1}a\u{1}2",
            "\u{1}8\u{1}b\u{1}1",
        ];
        let left = left.map(|id| doc! { "_id": id });
        places.insert_many(&left).await.expect("inserted");
        assert_eq!(sorts(&store, &generation).await, ["5"], "{variable}");
        assert_eq!(count(&places).await, 3, "the one of revision 1 is void");
        put(&store, &generation, "a", 1, "9").await;
        put(&store, &generation, "b", 0, "4").await;
        assert_eq!(sorts(&store, &generation).await, ["9", "4"], "{variable}");
        assert_eq!(count(&places).await, 2, "nothing else is left");
        database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_full_whatever_void_places_lie_in_between() {
    let database = Database::new(&server(MONGO_JAVA_SERVER));
    let (store, generation) = live(&database).await;
    put(&store, &generation, "a", 0, "2").await;
    put(&store, &generation, "b", 0, "1").await;
    let places = database.raw().await;
    let places = places.collection::<Document>("gallery.1.index.newest");
    let void = (0..250).map(|n| doc! { "_id": format!("\u{1}1{n}\u{1}x\u{1}1") });
    places.insert_many(void).await.expect("inserted");
    assert_eq!(sorts(&store, &generation).await, ["2", "1"]);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_late_to_a_dropped_generation_is_seen_by_nobody_and_swept() {
    for variable in [FERRETDB, MONGO_JAVA_SERVER] {
        let database = Database::new(&server(variable));
        let (store, _) = live(&database).await;
        let dropped = create(&store).await;
        store.drop_generation(&dropped).await.expect("dropped");
        let raw = database.raw().await;
        let late = raw.collection::<Document>("gallery.2");
        let document = doc! { "_id": "a", "revision": 1_i64, "folded": {}, "body": "1" };
        late.insert_one(document).await.expect("inserted");
        assert!(store.scan(&dropped, None, 1).await.is_err(), "{variable}");
        let next = create(&store).await;
        store.drop_generation(&next).await.expect("dropped");
        let names = raw.list_collection_names().await.expect("names");
        let of_dropped =
            |name: &&String| name.starts_with("gallery.") && !name.starts_with("gallery.1");
        assert_eq!(names.iter().find(of_dropped), None, "{variable}");
        database.remove().await;
    }
}

/// FerretDB 1 reads, compares and writes in three steps; within one process the store lets one write at a time.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_rewrites_at_once_in_one_process_one_wins() {
    let database = Database::new(&server(FERRETDB));
    let (store, generation) = live(&database).await;
    put(&store, &generation, "a", 0, "0").await;
    for revision in 1..5 {
        let rewrites = (0..16)
            .map(|n: usize| store.write(&generation, vec![write("a", revision, &n.to_string())]));
        let answers = join_all(rewrites).await;
        let lost = answers.into_iter().map(|lost| lost.expect("an answer"));
        assert_eq!(lost.filter(Vec::is_empty).count(), 1);
    }
    database.remove().await;
}

/// Four logs are followed at once.
#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_of_several_logs_saved_at_once_are_all_kept() {
    for variable in [FERRETDB, MONGO_JAVA_SERVER] {
        let database = Database::new(&server(variable));
        let (store, generation) = live(&database).await;
        for offset in 1..20 {
            let saves = (0..4).map(|log| {
                let (store, generation) = (&store, &generation);
                store.save_checkpoint(generation, LogId(log), Offset(offset))
            });
            for saved in join_all(saves).await {
                saved.expect("saved");
            }
            let kept = store.checkpoints(&generation).await.expect("read");
            let all: Vec<_> = kept.into_values().collect();
            assert_eq!(all, [Offset(offset); 4], "{variable}");
        }
        database.remove().await;
    }
}

/// In several processes it cannot be told on FerretDB 1, so it is left out.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_rewrites_at_once_one_wins() {
    let database = Database::new(&server(MONGO_JAVA_SERVER));
    let (store, generation) = live(&database).await;
    put(&store, &generation, "a", 0, "0").await;
    let other = database.store().await;
    for revision in 1..9 {
        let rewrites = (0..16).map(|n: usize| {
            let store = if n.is_multiple_of(2) { &store } else { &other };
            store.write(&generation, vec![write("a", revision, &n.to_string())])
        });
        let answers = join_all(rewrites).await;
        let lost = answers.into_iter().map(|lost| lost.expect("an answer"));
        assert_eq!(lost.filter(Vec::is_empty).count(), 1);
        assert_eq!(sorts(&store, &generation).await.len(), 1);
    }
    database.remove().await;
}

#[tokio::test]
async fn a_store_of_a_newer_program_is_refused() {
    let database = Database::new(&server(MONGO_JAVA_SERVER));
    drop(database.store().await);
    let raw = database.raw().await;
    let schema = raw.collection::<Document>("schema");
    let newer = doc! { "$set": { "version": 99_i64 } };
    let raised = schema.update_one(doc! {}, newer).await.expect("raised");
    assert_eq!(raised.modified_count, 1);
    let refused = MongoReadStore::open(&database.url()).await;
    assert!(matches!(refused, Err(OpenError::Newer(99))));
    database.remove().await;
}

#[tokio::test]
async fn a_wrong_address_is_refused_without_telling_its_password() {
    let addresses = [
        "postgres://picasso:hunter2@127.0.0.1/",
        "mongodb://picasso:hunter2@127.0.0.1:port/",
        "mongodb+srv://picasso:hunter2@cluster.invalid/",
        "mongodb://picasso:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=50",
    ];
    for address in addresses {
        let refused = MongoReadStore::open(address).await.err();
        let refused = refused.expect("nobody is there");
        let source = std::error::Error::source(&refused).map(ToString::to_string);
        let told = format!("{refused} {refused:?} {source:?}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

async fn live(database: &Database) -> (MongoReadStore, GenerationId) {
    let store = database.store().await;
    let generation = create(&store).await;
    store.make_live(&generation).await.expect("live");
    (store, generation)
}

async fn create(store: &MongoReadStore) -> GenerationId {
    let made = store.create_generation("gallery", 1, Epoch(Uuid::from_u128(7)), NEWEST);
    made.await.expect("made").id
}

fn write(key: &str, loaded_revision: u64, sort: &str) -> DocumentWrite {
    DocumentWrite {
        key: key.to_owned(),
        loaded_revision,
        folded: Offsets::from([(LogId(0), Offset(loaded_revision + 1))]),
        body: Some(RawValue::from_string("{}".to_owned()).expect("JSON")),
        entries: vec![IndexEntry {
            index: "newest",
            prefix: String::new(),
            sort: sort.to_owned(),
        }],
    }
}

async fn put(
    store: &MongoReadStore,
    generation: &GenerationId,
    key: &str,
    loaded: u64,
    sort: &str,
) {
    let lost = store
        .write(generation, vec![write(key, loaded, sort)])
        .await;
    assert_eq!(lost.expect("written"), Vec::<String>::new());
}

/// Of a page of two, newest first.
async fn sorts(store: &MongoReadStore, generation: &GenerationId) -> Vec<String> {
    let request = PageRequest {
        index: "newest",
        order: Order::Descending,
        prefix: "",
        after: None,
        limit: 2,
    };
    let hits = store.page(generation, request).await.expect("a page");
    hits.into_iter().map(|hit| hit.cursor.sort).collect()
}

async fn count(collection: &mongodb::Collection<Document>) -> usize {
    let found = collection.find(doc! {}).await.expect("found");
    found.try_collect::<Vec<_>>().await.expect("read").len()
}
