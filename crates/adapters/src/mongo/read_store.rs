//! The read store on MongoDB: a collection of documents per generation, and one per index of it.
//!
//! Keeps true: a document is one record, written only upon the revision that was loaded, and it names its own places
//! in the indexes. What stands in an index is a hint that readers hold against the document, so whatever was
//! begun and not ended by a killed process shows on no page. All writes are acknowledged by a majority and journalled.

mod connection;
mod documents;
mod generations;
mod names;
mod pages;
mod parking;
mod places;

use std::time::Duration;

use async_trait::async_trait;
use mongodb::{
    Database,
    error::{Error, ErrorKind, WriteFailure},
};
use picasso_eventlog::{Epoch, LogId, Offset};
use picasso_projections::{
    Index,
    ports::{
        DocumentWrite, Generation, GenerationId, Hit, Offsets, PageRequest, Parked, ReadStore,
        ReadStoreError, StoredDocument, check_limit,
    },
};
use tokio::{
    sync::Mutex,
    time::{error::Elapsed, timeout},
};

pub use self::connection::OpenError;

/// How long one call may take, whatever the server does.
const LIMIT: Duration = Duration::from_secs(20);
/// MongoDB's code for a record whose `_id` is taken.
const DUPLICATE: i32 = 11_000;
/// How often a step is tried again that others overtook.
const TRIES: usize = 16;

/// A [`ReadStore`] in one database; any number of processes may use it.
pub struct MongoReadStore {
    database: Database,
    /// Held while documents are written, on servers that compare and write in separate steps: of two who write one
    /// document at once both would win. Between processes, the projections' leases see to it.
    one_by_one: Option<Mutex<()>>,
}

/// What goes wrong inside: told apart at the edge.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Mongo(#[from] Error),
    #[error("no answer within {} s", LIMIT.as_secs())]
    Slow(#[from] Elapsed),
    #[error("others were faster {TRIES} times in a row")]
    Overtaken,
    #[error(transparent)]
    Store(#[from] ReadStoreError),
}

impl From<Failure> for ReadStoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Mongo(error) if is_misshapen(&error) => Self::Corrupt(error.to_string()),
            Failure::Store(error) => error,
            other => Self::unavailable(other),
        }
    }
}

fn is_misshapen(error: &Error) -> bool {
    let kind = error.kind.as_ref();
    matches!(
        kind,
        ErrorKind::BsonDeserialization(_) | ErrorKind::BsonSerialization(_) | ErrorKind::Bson(_)
    )
}

/// Whether a single write failed because its `_id` is taken.
fn is_duplicate(error: &Error) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(error)) => error.code == DUPLICATE,
        ErrorKind::Command(error) => error.code == DUPLICATE,
        _ => false,
    }
}

/// A stored value that does not have its shape.
fn corrupt(what: &str, why: impl std::fmt::Display) -> Failure {
    ReadStoreError::Corrupt(format!("{what}: {why}")).into()
}

/// Numbers are stored signed.
fn signed(number: u64) -> Result<i64, Failure> {
    i64::try_from(number).map_err(|error| corrupt("a number", error))
}

impl MongoReadStore {
    /// Connects to the database that the address names (`picasso` if it names none), and makes it when it is missing.
    ///
    /// # Errors
    /// [`OpenError`] when the address is wrong, nobody answers, the password is refused or a newer program was here.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let database = connection::open(url).await?;
        let in_steps = connection::writes_in_steps(&database).await?;
        Ok(Self {
            database,
            one_by_one: in_steps.then(Mutex::default),
        })
    }
}

/// `work`, unless it takes too long.
async fn limited<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, ReadStoreError> {
    let done = timeout(LIMIT, work).await;
    Ok(done.map_err(Failure::from).flatten()?)
}

#[async_trait]
impl ReadStore for MongoReadStore {
    async fn get_many(
        &self,
        generation: &GenerationId,
        keys: &[String],
    ) -> Result<Vec<StoredDocument>, ReadStoreError> {
        check_limit(keys.len())?;
        limited(documents::get_many(&self.database, generation, keys)).await
    }

    async fn write(
        &self,
        generation: &GenerationId,
        writes: Vec<DocumentWrite>,
    ) -> Result<Vec<String>, ReadStoreError> {
        check_limit(writes.len())?;
        let _turn = match &self.one_by_one {
            Some(one_by_one) => Some(one_by_one.lock().await),
            None => None,
        };
        limited(documents::write(&self.database, generation, writes)).await
    }

    async fn page(
        &self,
        generation: &GenerationId,
        request: PageRequest<'_>,
    ) -> Result<Vec<Hit>, ReadStoreError> {
        check_limit(request.limit)?;
        limited(pages::page(&self.database, generation, request)).await
    }

    async fn scan(
        &self,
        generation: &GenerationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredDocument>, ReadStoreError> {
        check_limit(limit)?;
        limited(documents::scan(&self.database, generation, after, limit)).await
    }

    async fn checkpoints(&self, generation: &GenerationId) -> Result<Offsets, ReadStoreError> {
        limited(documents::checkpoints(&self.database, generation)).await
    }

    async fn save_checkpoint(
        &self,
        generation: &GenerationId,
        log: LogId,
        offset: Offset,
    ) -> Result<(), ReadStoreError> {
        let saved = documents::save_checkpoint(&self.database, generation, log, offset);
        limited(saved).await
    }

    async fn live(&self, projection: &str) -> Result<Option<Generation>, ReadStoreError> {
        limited(generations::live(&self.database, projection)).await
    }

    async fn generations(&self, projection: &str) -> Result<Vec<Generation>, ReadStoreError> {
        limited(generations::all(&self.database, projection)).await
    }

    async fn create_generation(
        &self,
        projection: &str,
        version: u32,
        epoch: Epoch,
        indexes: &[Index],
    ) -> Result<Generation, ReadStoreError> {
        let made = generations::create(&self.database, projection, version, epoch, indexes);
        limited(made).await
    }

    async fn make_live(&self, generation: &GenerationId) -> Result<(), ReadStoreError> {
        limited(generations::make_live(&self.database, generation)).await
    }

    async fn drop_generation(&self, generation: &GenerationId) -> Result<(), ReadStoreError> {
        limited(generations::drop(&self.database, generation)).await
    }

    async fn park(&self, generation: &GenerationId, parked: &Parked) -> Result<(), ReadStoreError> {
        limited(parking::park(&self.database, generation, parked)).await
    }

    async fn parked(
        &self,
        generation: &GenerationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Parked>, ReadStoreError> {
        check_limit(limit)?;
        limited(parking::parked(&self.database, generation, after, limit)).await
    }

    async fn defer(
        &self,
        generation: &GenerationId,
        key: &str,
        log: LogId,
        offset: Offset,
    ) -> Result<bool, ReadStoreError> {
        limited(parking::defer(&self.database, generation, key, log, offset)).await
    }

    async fn unpark(
        &self,
        generation: &GenerationId,
        key: &str,
        folded: &Offsets,
    ) -> Result<bool, ReadStoreError> {
        limited(parking::unpark(&self.database, generation, key, folded)).await
    }
}
