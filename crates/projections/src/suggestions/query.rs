//! The query of suggestions: at most a hundred small documents are read for an answer of ten.

use std::sync::Arc;

use picasso_domain::values::Tag;

use super::{
    ARTISTS, Artist, INDEXED_CHARACTERS, Suggesting, SuggestionDocument, TAGS, folded, indexed,
};
use crate::{
    Live, Order, Reader,
    ports::{PageRequest, ReadStoreError},
    profiles::Person,
    query::QueryError,
};

/// The longest beginning that is looked for.
pub const MAX_PREFIX_CHARACTERS: usize = 60;
const MAX_TAGS: usize = 10;
const MAX_ARTISTS: usize = 5;
/// How many are compared when the beginning is longer than what the indexes know.
const MAX_CANDIDATES: usize = 100;

/// What somebody may be about to write.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Suggestions {
    /// With how many pictures for sale have each; most first.
    pub tags: Vec<(Tag, u64)>,
    pub artists: Vec<SuggestedArtist>,
}

/// Somebody who has pictures for sale.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestedArtist {
    pub person: Person,
    pub pictures: u64,
}

/// Answers what tags and artists begin like something.
#[derive(Clone)]
pub struct SuggestionQueries {
    suggesting: Reader<Suggesting>,
}

impl SuggestionQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>) -> Self {
        let suggesting = Reader::new(Arc::clone(live));
        Self { suggesting }
    }

    /// Tags and artists that begin like `prefix`; the most used tags for an empty one.
    ///
    /// # Errors
    /// [`QueryError::InvalidFilter`] or [`QueryError::Store`].
    pub async fn suggest(&self, prefix: &str) -> Result<Suggestions, QueryError> {
        if prefix.chars().count() > MAX_PREFIX_CHARACTERS {
            let why = format!("is longer than {MAX_PREFIX_CHARACTERS} characters");
            let field = "prefix";
            return Err(QueryError::InvalidFilter { field, why });
        }
        let wanted = folded(prefix);
        let is_empty = prefix.trim().is_empty();
        if wanted.is_empty() && !is_empty {
            return Ok(Suggestions::default());
        }
        let tags = self.found(TAGS, &wanted, MAX_TAGS).await?.into_iter();
        let tags = tags.filter_map(|document| document.tag(&wanted));
        let mut suggestions = Suggestions {
            tags: tags.take(MAX_TAGS).collect(),
            artists: vec![],
        };
        if !is_empty {
            let artists = self.found(ARTISTS, &wanted, MAX_ARTISTS).await?.into_iter();
            let artists = artists.filter_map(|document| document.artist(&wanted));
            suggestions.artists = artists.take(MAX_ARTISTS).collect();
        }
        Ok(suggestions)
    }

    async fn found(
        &self,
        index: &str,
        wanted: &str,
        most: usize,
    ) -> Result<Vec<SuggestionDocument>, ReadStoreError> {
        let is_whole = wanted.chars().count() <= INDEXED_CHARACTERS;
        let request = PageRequest {
            index,
            order: Order::Descending,
            prefix: &indexed(wanted),
            after: None,
            limit: if is_whole { most } else { MAX_CANDIDATES },
        };
        let found = self.suggesting.page(request).await?.into_iter();
        Ok(found.map(|found| found.document).collect())
    }
}

impl SuggestionDocument {
    fn tag(self, wanted: &str) -> Option<(Tag, u64)> {
        match self {
            Self::Tag { tag, pictures } => {
                let begins = folded(tag.as_str()).starts_with(wanted);
                begins.then_some((tag, pictures))
            }
            Self::Artist(_) | Self::Absent => None,
        }
    }

    fn artist(self, wanted: &str) -> Option<SuggestedArtist> {
        match self {
            Self::Artist(artist) => artist.suggested(wanted),
            Self::Tag { .. } | Self::Absent => None,
        }
    }
}

impl Artist {
    fn suggested(self, wanted: &str) -> Option<SuggestedArtist> {
        if !self.names().iter().any(|name| name.starts_with(wanted)) {
            return None;
        }
        Some(SuggestedArtist {
            pictures: self.pictures,
            person: Person {
                user_id: self.user_id,
                handle: self.handle?.as_str().to_owned(),
                display_name: self.profile.display_name.0.as_str().to_owned(),
            },
        })
    }
}
