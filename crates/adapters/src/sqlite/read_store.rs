//! The read store in one SQLite file: documents, their places in the indexes, checkpoints, generations.
//!
//! Keeps true: a write of several documents is one transaction, and a page is one statement, so no reader
//! sees half of either. The log is the truth, so commits are not synced one by one (`synchronous=NORMAL`): a power
//! cut may lose the last ones, never damage the file, and what is lost is folded again from the log.

mod documents;
mod generations;
mod indexing;
mod pages;
mod parking;
mod places;
mod schema;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use picasso_eventlog::{Epoch, LogId, Offset};
use picasso_projections::{
    Index,
    ports::{
        DocumentWrite, Generation, GenerationId, Hit, Offsets, PageRequest, Parked, ReadStore,
        ReadStoreError, StoredDocument, check_limit,
    },
};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::{
    sync::{Mutex, mpsc},
    task::spawn_blocking,
    time::timeout,
};

use super::{
    connection::{self, MigrateError},
    readers::{Readers, ReadersError},
};

/// Connections that read at the same time.
const READERS: usize = 8;
/// So many documents are found without a change of thread.
const BRIEF: usize = 8;
/// How long a write waits for its turn.
const WAIT: Duration = Duration::from_secs(10);
/// Pages of 4 KiB in the write-ahead file before they are moved: few syncs while a rebuild writes.
const CHECKPOINT_PAGES: u32 = 16_000;
/// What the write-ahead file is cut down to after it had to grow.
const JOURNAL_BYTES: i64 = 64 << 20;
/// Pages the writer keeps in memory.
const CACHE_KIB: i64 = 16 << 10;

/// A [`ReadStore`] in one file; several processes may open it.
pub struct SqliteReadStore {
    path: PathBuf,
    writer: Arc<Mutex<Connection>>,
    readers: Readers,
}

/// Why the file cannot be used as a read store.
#[derive(Debug, thiserror::Error)]
#[error("the read store cannot be opened")]
pub struct OpenError(#[from] MigrateError);

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.into())
    }
}

/// What goes wrong inside: told apart at the edge.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Readers(#[from] ReadersError),
    #[error(transparent)]
    Store(#[from] ReadStoreError),
}

impl From<Failure> for ReadStoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Sqlite(error) if connection::is_transient(&error) => Self::unavailable(error),
            Failure::Sqlite(error) => Self::Corrupt(error.to_string()),
            Failure::Readers(error) => Self::unavailable(error),
            Failure::Store(error) => error,
        }
    }
}

/// A stored value that does not have its shape.
fn corrupt(what: &str, why: impl std::fmt::Display) -> Failure {
    ReadStoreError::Corrupt(format!("{what}: {why}")).into()
}

impl SqliteReadStore {
    /// Opens the file, and makes it when it is missing.
    ///
    /// # Errors
    /// [`OpenError`] when it cannot be opened, is not a database or comes from a newer program.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let mut writer = connection::open(path)?;
        writer.pragma_update(None, "synchronous", "normal")?;
        writer.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        writer.pragma_update(None, "journal_size_limit", JOURNAL_BYTES)?;
        writer.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection::migrate(&mut writer, schema::STEPS)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Arc::new(Mutex::new(writer)),
            readers: Readers::new(path, READERS),
        })
    }

    async fn read<T, F>(&self, read: F) -> Result<T, ReadStoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        Ok(self.readers.run(read).await?)
    }

    /// Runs `write` in a transaction of its own, which is undone when it fails.
    async fn write<T, F>(&self, write: F) -> Result<T, ReadStoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    {
        let turn = timeout(WAIT, Arc::clone(&self.writer).lock_owned()).await;
        let mut writer = turn.map_err(ReadStoreError::unavailable)?;
        let work = move || {
            let immediate = TransactionBehavior::Immediate;
            let transaction = writer.transaction_with_behavior(immediate)?;
            let answer = write(&transaction)?;
            transaction.commit()?;
            Ok::<T, Failure>(answer)
        };
        let done = spawn_blocking(work).await;
        Ok(done.map_err(ReadStoreError::unavailable)??)
    }

    /// Sorts on one thread while another inserts. Cut short, it is begun anew.
    async fn index(&self, generation: &GenerationId) -> Result<(), ReadStoreError> {
        let step = || {
            let id = generation.clone();
            Self::write(self, move |db| indexing::clear_step(db, &id))
        };
        while step().await? {}
        let (sorted, mut chunks) = mpsc::channel(indexing::AHEAD);
        let (path, id) = (self.path.clone(), generation.clone());
        let sorting =
            spawn_blocking(move || indexing::sort(&path, &id, indexing::RUN_ROWS, &sorted));
        while let Some(chunk) = chunks.recv().await {
            let id = generation.clone();
            Self::write(self, move |db| indexing::insert(db, &id, &chunk)).await?;
        }
        sorting.await.map_err(ReadStoreError::unavailable)??;
        let id = generation.clone();
        Self::write(self, move |db| indexing::done(db, &id)).await
    }
}

#[async_trait]
impl ReadStore for SqliteReadStore {
    async fn get_many(
        &self,
        generation: &GenerationId,
        keys: &[String],
    ) -> Result<Vec<StoredDocument>, ReadStoreError> {
        check_limit(keys.len())?;
        let (id, keys) = (generation.clone(), keys.to_vec());
        let is_brief = keys.len() <= BRIEF;
        let read = move |db: &Connection| documents::get_many(db, &id, &keys);
        let found = match is_brief {
            true => self.readers.run_brief(read).await,
            false => self.readers.run(read).await,
        };
        Ok(found?)
    }

    async fn write(
        &self,
        generation: &GenerationId,
        writes: Vec<DocumentWrite>,
    ) -> Result<Vec<String>, ReadStoreError> {
        check_limit(writes.len())?;
        let columns = || writes.into_iter().map(documents::Columns::of).collect();
        let columns: Result<Vec<_>, _> = spawn_blocking(columns)
            .await
            .map_err(ReadStoreError::unavailable)?;
        let (id, columns) = (generation.clone(), columns?);
        Self::write(self, move |db| documents::write(db, &id, &columns)).await
    }

    async fn page(
        &self,
        generation: &GenerationId,
        request: PageRequest<'_>,
    ) -> Result<Vec<Hit>, ReadStoreError> {
        check_limit(request.limit)?;
        let (id, page) = (generation.clone(), pages::Page::from(request));
        self.read(move |db| pages::page(db, &id, &page)).await
    }

    async fn scan(
        &self,
        generation: &GenerationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredDocument>, ReadStoreError> {
        check_limit(limit)?;
        let (id, after) = (generation.clone(), after.map(str::to_owned));
        self.read(move |db| documents::scan(db, &id, after.as_deref(), limit))
            .await
    }

    async fn checkpoints(&self, generation: &GenerationId) -> Result<Offsets, ReadStoreError> {
        let id = generation.clone();
        self.read(move |db| generations::checkpoints(db, &id)).await
    }

    async fn save_checkpoint(
        &self,
        generation: &GenerationId,
        log: LogId,
        offset: Offset,
    ) -> Result<(), ReadStoreError> {
        let id = generation.clone();
        Self::write(self, move |db| {
            generations::save_checkpoint(db, &id, log, offset)
        })
        .await
    }

    async fn live(&self, projection: &str) -> Result<Option<Generation>, ReadStoreError> {
        let projection = projection.to_owned();
        let read = move |db: &Connection| generations::live(db, &projection);
        Ok(self.readers.run_brief(read).await?)
    }

    async fn generations(&self, projection: &str) -> Result<Vec<Generation>, ReadStoreError> {
        let projection = projection.to_owned();
        self.read(move |db| generations::all(db, &projection)).await
    }

    async fn create_generation(
        &self,
        projection: &str,
        version: u32,
        epoch: Epoch,
        _indexes: &[Index],
    ) -> Result<Generation, ReadStoreError> {
        let projection = projection.to_owned();
        Self::write(self, move |db| {
            generations::create(db, &projection, version, epoch)
        })
        .await
    }

    async fn build_indexes(&self, generation: &GenerationId) -> Result<(), ReadStoreError> {
        let id = generation.clone();
        let indexed = move |db: &Connection| {
            let row = generations::row_of(db, &id)?;
            indexing::is_indexed(db, row)
        };
        if self.read(indexed).await? {
            return Ok(());
        }
        self.index(generation).await
    }

    async fn make_live(&self, generation: &GenerationId) -> Result<(), ReadStoreError> {
        self.build_indexes(generation).await?;
        let id = generation.clone();
        Self::write(self, move |db| generations::make_live(db, &id)).await
    }

    async fn drop_generation(&self, generation: &GenerationId) -> Result<(), ReadStoreError> {
        let id = generation.clone();
        Self::write(self, move |db| generations::hide(db, &id)).await?;
        while Self::write(self, generations::sweep_step).await? {}
        Ok(())
    }

    async fn park(&self, generation: &GenerationId, parked: &Parked) -> Result<(), ReadStoreError> {
        let (id, parked) = (generation.clone(), parked.clone());
        Self::write(self, move |db| parking::park(db, &id, &parked)).await
    }

    async fn parked(
        &self,
        generation: &GenerationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Parked>, ReadStoreError> {
        check_limit(limit)?;
        let (id, after) = (generation.clone(), after.map(str::to_owned));
        self.read(move |db| parking::parked(db, &id, after.as_deref(), limit))
            .await
    }

    async fn defer(
        &self,
        generation: &GenerationId,
        key: &str,
        log: LogId,
        offset: Offset,
    ) -> Result<bool, ReadStoreError> {
        let (id, key) = (generation.clone(), key.to_owned());
        Self::write(self, move |db| parking::defer(db, &id, &key, log, offset)).await
    }

    async fn unpark(
        &self,
        generation: &GenerationId,
        key: &str,
        folded: &Offsets,
    ) -> Result<bool, ReadStoreError> {
        let (id, key, folded) = (generation.clone(), key.to_owned(), folded.clone());
        Self::write(self, move |db| parking::unpark(db, &id, &key, &folded)).await
    }
}
