//! Short ways to say what the rules are about.

use std::sync::Arc;

use picasso_eventlog::{Epoch, LogId, Offset};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Storage;
use crate::{
    Index, IndexEntry, Order,
    ports::{
        Cursor, DocumentWrite, GenerationId, Hit, Offsets, PageRequest, ReadStore, StoredDocument,
    },
};

pub const LOG: LogId = LogId(0);
pub const EPOCH: Epoch = Epoch(Uuid::from_u128(7));
pub const INDEXES: &[Index] = &[
    Index {
        name: "newest",
        order: Order::Descending,
    },
    Index {
        name: "tag",
        order: Order::Ascending,
    },
];

/// A store with one live generation to write to.
pub struct Fixture {
    pub store: Arc<dyn ReadStore>,
    pub generation: GenerationId,
}

impl Fixture {
    pub async fn new(storage: &Arc<dyn Storage>) -> Self {
        let store = storage.open().await;
        let generation = create(&store, "gallery").await;
        store.make_live(&generation).await.expect("live");
        Self { store, generation }
    }

    pub async fn write(&self, writes: Vec<DocumentWrite>) -> Vec<String> {
        let lost = self.store.write(&self.generation, writes).await;
        lost.expect("written")
    }

    /// Writes documents nobody else touched.
    pub async fn put(&self, writes: Vec<DocumentWrite>) {
        assert_eq!(self.write(writes).await, Vec::<String>::new());
    }

    pub async fn get(&self, key: &str) -> Option<StoredDocument> {
        let keys = [key.to_owned()];
        let found = self.store.get_many(&self.generation, &keys).await;
        found.expect("read").pop()
    }

    pub async fn page(
        &self,
        index: &str,
        order: Order,
        prefix: &str,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Vec<Hit> {
        let request = PageRequest {
            index,
            order,
            prefix,
            after,
            limit,
        };
        let hits = self.store.page(&self.generation, request).await;
        hits.expect("page")
    }

    /// The keys of a whole index part, read page by page of `limit`.
    pub async fn walk(&self, index: &str, order: Order, prefix: &str, limit: usize) -> Vec<String> {
        let (mut keys, mut after) = (Vec::new(), None);
        loop {
            let hits = self.page(index, order, prefix, after.as_ref(), limit).await;
            assert!(hits.len() <= limit, "a page is within its limit");
            let Some(last) = hits.last() else {
                return keys;
            };
            after = Some(last.cursor.clone());
            keys.extend(hits.into_iter().map(|hit| hit.document.key));
        }
    }
}

pub async fn create(store: &Arc<dyn ReadStore>, projection: &str) -> GenerationId {
    let made = store.create_generation(projection, 1, EPOCH, INDEXES).await;
    made.expect("a generation").id
}

pub fn offsets(offset: u64) -> Offsets {
    Offsets::from([(LOG, Offset(offset))])
}

pub fn json(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).expect("JSON")
}

/// A first write of a document that stands nowhere.
pub fn document(key: &str, body: &str) -> DocumentWrite {
    DocumentWrite {
        key: key.to_owned(),
        loaded_revision: 0,
        folded: offsets(1),
        body: Some(json(body)),
        entries: vec![],
    }
}

/// A first write of a document that stands at `sort` among the newest.
pub fn newest(key: &str, sort: &str) -> DocumentWrite {
    let entries = vec![entry("newest", "", sort)];
    DocumentWrite {
        entries,
        ..document(key, "{}")
    }
}

pub fn entry(index: &'static str, prefix: &str, sort: &str) -> IndexEntry {
    IndexEntry {
        index,
        prefix: prefix.to_owned(),
        sort: sort.to_owned(),
    }
}

pub fn body(stored: &StoredDocument) -> Option<&str> {
    stored.body.as_deref().map(RawValue::get)
}
