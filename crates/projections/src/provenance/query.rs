//! The query of provenance. Whether somebody may see the picture at all is the gallery's to say.

use std::sync::Arc;

use jiff::Timestamp;
use picasso_domain::values::{PictureId, Price};

use super::{Moment, Provenance, What};
use crate::{
    Live, Reader,
    profiles::{People, Person, person},
    query::QueryError,
};

/// Something that happened to a picture, with the name of whom it happened to.
#[derive(Debug, Clone, PartialEq)]
pub struct ProvenanceMoment {
    pub what: What,
    pub who: Option<Person>,
    pub price: Price,
    pub at: Timestamp,
    pub times: u64,
    pub latest: Timestamp,
}

/// What happened to a picture, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    pub moments: Vec<ProvenanceMoment>,
    /// Of a long history: how many moments between the first and the second are not told.
    pub left_out: u64,
}

/// Answers what happened to pictures.
#[derive(Clone)]
pub struct ProvenanceQueries {
    provenance: Reader<Provenance>,
    people: People,
}

impl ProvenanceQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>) -> Self {
        Self {
            provenance: Reader::new(Arc::clone(live)),
            people: People::new(live),
        }
    }

    /// Empty for a picture that is not known.
    ///
    /// # Errors
    /// [`QueryError::Store`].
    pub async fn of(&self, picture_id: PictureId) -> Result<History, QueryError> {
        let found = self.provenance.get(&picture_id.to_string()).await?;
        let Some(document) = found.flatten() else {
            return Ok(History::default());
        };
        let named = document
            .moments
            .iter()
            .filter_map(|moment| moment.who.as_ref());
        let people = self.people.named(named).await?;
        let shown = |moment: Moment| ProvenanceMoment {
            what: moment.what,
            who: moment.who.map(|id| person(&people, &id)),
            price: moment.price,
            at: moment.at,
            times: moment.times,
            latest: moment.latest,
        };
        Ok(History {
            moments: document.moments.into_iter().map(shown).collect(),
            left_out: document.left_out,
        })
    }
}
