//! Projections without their type, so that the runtime, rebuilds and audits handle a list of them.

use std::{any::Any, io, sync::Arc};

use picasso_eventlog::{LogId, Offset};
use serde_json::value::RawValue;

use crate::{
    Effect, FoldError, Index, Keys, Projection, Recorded,
    folding::digest::SetDigest,
    ports::{DocumentWrite, Offsets, ReadStoreError, StoredDocument},
};

/// The projections of a deployment.
pub type Projections = Vec<Arc<dyn AnyProjection>>;

/// A document in memory, between loading and writing.
pub struct Draft {
    pub key: String,
    pub folded: Offsets,
    /// Whether anything was folded since it was loaded.
    pub changed: bool,
    /// What it counted for in the generation's digest when it was loaded.
    pub counted: SetDigest,
    /// What it takes in memory, about.
    pub size: Size,
    loaded_revision: u64,
    /// A `P::Document`; `None` when there is none yet or it was deleted.
    document: Option<Box<dyn Any + Send + Sync>>,
}

/// An estimate of a draft's memory: its JSON when it was last looked at, and what events brought since.
#[derive(Debug, Clone, Copy, Default)]
pub struct Size {
    /// Bytes of JSON when it was measured last.
    measured: usize,
    /// Bytes of the events folded since.
    brought: usize,
}

impl Size {
    #[must_use]
    pub fn of(bytes: usize) -> Self {
        Self {
            measured: bytes,
            brought: 0,
        }
    }

    #[must_use]
    pub fn bytes(self) -> usize {
        self.measured + self.brought
    }

    /// Counts in what an event may bring.
    pub fn bring(&mut self, bytes: usize) {
        self.brought += bytes;
    }

    /// Whether measuring is due, because most of the estimate may be counters that only changed.
    #[must_use]
    pub fn is_loose(self) -> bool {
        self.brought > self.measured.max(LOOSE_BYTES)
    }
}

/// How loose the estimate of a small document may become.
const LOOSE_BYTES: usize = 2_048;

impl Draft {
    /// Whether an offset was folded into it already.
    #[must_use]
    pub fn holds(&self, log: LogId, offset: Offset) -> bool {
        self.folded.get(&log).is_some_and(|last| *last >= offset)
    }
}

/// Any [`Projection`]; implemented once, below.
pub trait AnyProjection: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    fn version(&self) -> u32;
    fn indexes(&self) -> &'static [Index];
    fn keys(&self, event: &Recorded) -> Keys;

    /// A draft that holds nothing yet.
    fn fresh(&self, key: String) -> Draft;

    /// # Errors
    /// [`ReadStoreError::Corrupt`] when the stored body is not a document of this projection.
    fn load(&self, stored: StoredDocument) -> Result<Draft, ReadStoreError>;

    /// Folds an event unless the draft holds it already.
    ///
    /// # Errors
    /// [`FoldError`]; the draft may be half changed then and is thrown away.
    fn fold(&self, draft: &mut Draft, event: &Recorded) -> Result<(), FoldError>;

    /// As [`fold`](Self::fold), for a price: after an error the draft is what it was before.
    ///
    /// # Errors
    /// [`FoldError`].
    fn fold_whole(&self, draft: &mut Draft, event: &Recorded) -> Result<(), FoldError>;

    /// The document as JSON; `None` when it is deleted.
    ///
    /// # Errors
    /// [`ReadStoreError::Corrupt`] when the document cannot be written as JSON.
    fn body(&self, draft: &Draft) -> Result<Option<Box<RawValue>>, ReadStoreError>;

    /// The length of [`body`](Self::body), or 0.
    ///
    /// # Errors
    /// [`ReadStoreError::Corrupt`] when the document cannot be written as JSON.
    fn measure(&self, draft: &Draft) -> Result<usize, ReadStoreError>;

    /// # Errors
    /// [`ReadStoreError::Corrupt`] when the document cannot be written as JSON.
    fn write(&self, draft: &Draft) -> Result<DocumentWrite, ReadStoreError>;
}

impl<P: Projection> AnyProjection for P {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn version(&self) -> u32 {
        P::VERSION
    }

    fn indexes(&self) -> &'static [Index] {
        P::INDEXES
    }

    fn keys(&self, event: &Recorded) -> Keys {
        Projection::keys(self, event)
    }

    fn fresh(&self, key: String) -> Draft {
        Draft {
            key,
            folded: Offsets::new(),
            changed: false,
            counted: SetDigest::default(),
            size: Size::default(),
            loaded_revision: 0,
            document: None,
        }
    }

    fn load(&self, stored: StoredDocument) -> Result<Draft, ReadStoreError> {
        let read = |body: &RawValue| serde_json::from_str::<P::Document>(body.get());
        let document = stored.body.as_deref().map(read).transpose();
        let document = document.map_err(|error| corrupt::<P>(&stored.key, &error))?;
        let bytes = stored.body.map_or(0, |body| body.get().len());
        Ok(Draft {
            key: stored.key,
            folded: stored.folded,
            changed: false,
            counted: SetDigest::default(),
            size: Size::of(bytes),
            loaded_revision: stored.revision,
            document: document.map(|document| Box::new(document) as _),
        })
    }

    fn fold(&self, draft: &mut Draft, event: &Recorded) -> Result<(), FoldError> {
        let (log, offset) = (event.event.log, event.event.offset);
        if draft.holds(log, offset) {
            return Ok(());
        }
        let empty = || Box::new(P::Document::default()) as Box<dyn Any + Send + Sync>;
        let document = draft.document.get_or_insert_with(empty);
        let effect = Projection::fold(self, &draft.key, typed::<P>(document.as_mut()), event)?;
        match effect {
            Effect::Keep => {}
            Effect::Delete => draft.document = None,
        }
        draft.folded.insert(log, offset);
        draft.changed = true;
        Ok(())
    }

    fn fold_whole(&self, draft: &mut Draft, event: &Recorded) -> Result<(), FoldError> {
        let copy =
            |document: &Box<dyn Any + Send + Sync>| document_of::<P>(document.as_ref()).clone();
        let before = draft.document.as_ref().map(copy);
        AnyProjection::fold(self, draft, event).inspect_err(|_| {
            draft.document = before.map(|document| Box::new(document) as _);
        })
    }

    fn body(&self, draft: &Draft) -> Result<Option<Box<RawValue>>, ReadStoreError> {
        let Some(document) = &draft.document else {
            return Ok(None);
        };
        let body = serde_json::value::to_raw_value(document_of::<P>(document.as_ref()));
        body.map(Some)
            .map_err(|error| corrupt::<P>(&draft.key, &error))
    }

    fn measure(&self, draft: &Draft) -> Result<usize, ReadStoreError> {
        let Some(document) = &draft.document else {
            return Ok(0);
        };
        let mut counter = Counter(0);
        serde_json::to_writer(&mut counter, document_of::<P>(document.as_ref()))
            .map_err(|error| corrupt::<P>(&draft.key, &error))?;
        Ok(counter.0)
    }

    fn write(&self, draft: &Draft) -> Result<DocumentWrite, ReadStoreError> {
        let entries = draft.document.as_ref().map(|document| {
            let document = document_of::<P>(document.as_ref());
            self.index(&draft.key, document)
        });
        Ok(DocumentWrite {
            key: draft.key.clone(),
            loaded_revision: draft.loaded_revision,
            folded: draft.folded.clone(),
            body: self.body(draft)?,
            entries: entries.unwrap_or_default(),
        })
    }
}

/// Counts bytes instead of keeping them.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const OWN: &str = "a draft is given back to the projection that made it";

fn typed<P: Projection>(document: &mut (dyn Any + Send + Sync)) -> &mut P::Document {
    document.downcast_mut().expect(OWN)
}

fn document_of<P: Projection>(document: &(dyn Any + Send + Sync)) -> &P::Document {
    document.downcast_ref().expect(OWN)
}

fn corrupt<P: Projection>(key: &str, error: &serde_json::Error) -> ReadStoreError {
    ReadStoreError::Corrupt(format!("document {key} of {}: {error}", P::NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_counts_what_events_bring_until_it_is_measured() {
        let mut size = Size::of(300);
        size.bring(LOOSE_BYTES);
        assert_eq!(size.bytes(), 300 + LOOSE_BYTES);
        assert!(
            !size.is_loose(),
            "measuring costs, so it is not done at once"
        );
        size.bring(1);
        assert!(size.is_loose());
    }

    #[test]
    fn a_large_document_is_measured_only_after_as_much_again() {
        let mut size = Size::of(10 * LOOSE_BYTES);
        size.bring(10 * LOOSE_BYTES);
        assert!(!size.is_loose());
        size.bring(1);
        assert!(size.is_loose());
    }
}
