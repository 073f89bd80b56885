//! Suggestions: the tags and artists of what is for sale, found by how they begin, those with the most pictures first.
//! One small document for each; events that change what is listed name whom and what they are about.

mod query;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use picasso_domain::{
    DomainEvent,
    account::{AccountEvent, Profile},
    picture::{Listed, PictureEvent},
    values::{Handle, Tag, UserId},
};
use serde::{Deserialize, Serialize};

pub use self::query::{MAX_PREFIX_CHARACTERS, SuggestedArtist, SuggestionQueries, Suggestions};
use crate::{
    Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded,
    fold::{entry, misfit},
    gallery::words,
};

pub(crate) const TAGS: &str = "tags";
pub(crate) const ARTISTS: &str = "artists";
/// Of a longer beginning the rest is compared on what is found under its first characters.
const INDEXED_CHARACTERS: usize = 12;
/// In how many places of a name a search may begin: `gogh` finds Vincent van Gogh.
const INDEXED_WORDS: usize = 4;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionDocument {
    #[default]
    Absent,
    Tag {
        tag: Tag,
        /// How many pictures with it are for sale.
        pictures: u64,
    },
    Artist(Artist),
}

/// Somebody who is registered, or sells, or both: the two are told by different logs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Artist {
    user_id: UserId,
    pictures: u64,
    handle: Option<Handle>,
    profile: Profile,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Suggesting;

/// What an event means to one document.
enum News<'a> {
    Listed,
    Unlisted,
    Registered(&'a Handle, &'a Profile),
    Renamed(&'a Profile),
}

const TAG_PREFIX: &str = "tag/";
const ARTIST_PREFIX: &str = "artist/";

fn tag_key(tag: &Tag) -> String {
    format!("{TAG_PREFIX}{}", tag.as_str())
}

fn artist_key(user_id: &str) -> String {
    format!("{ARTIST_PREFIX}{user_id}")
}

/// The documents an event touches, and what it means to each.
fn news(event: &Recorded) -> Vec<(String, News<'_>)> {
    match &event.data {
        DomainEvent::Picture(happened) => of_picture(happened),
        DomainEvent::Account(happened) => {
            let news = match happened {
                AccountEvent::AccountRegistered { handle, profile } => {
                    News::Registered(handle, profile)
                }
                AccountEvent::ProfileChanged { profile } => News::Renamed(profile),
                AccountEvent::NotificationsChosen { .. } => return vec![],
            };
            vec![(artist_key(&event.event.aggregate_id), news)]
        }
        DomainEvent::Handle(_)
        | DomainEvent::PayoutAccount(_)
        | DomainEvent::Purchase(_)
        | DomainEvent::Reaction(_) => vec![],
    }
}

fn of_picture(happened: &PictureEvent) -> Vec<(String, News<'_>)> {
    let all = |listed: &Listed, news: fn() -> News<'static>| {
        let tags = listed.tags.iter().map(tag_key);
        let keys = tags.chain([artist_key(listed.artist.as_str())]);
        keys.map(|key| (key, news())).collect()
    };
    match happened {
        PictureEvent::PicturePublished(listed) => all(listed, || News::Listed),
        PictureEvent::PictureWithdrawn(listed) | PictureEvent::PictureSold { listed, .. } => {
            all(listed, || News::Unlisted)
        }
        PictureEvent::PictureDetailsChanged {
            details,
            listed_under: Some(before),
        } => {
            let (before, now): (BTreeSet<_>, BTreeSet<_>) =
                (before.iter().collect(), details.tags.iter().collect());
            let gone = before
                .difference(&now)
                .map(|tag| (tag_key(tag), News::Unlisted));
            let new = now
                .difference(&before)
                .map(|tag| (tag_key(tag), News::Listed));
            gone.chain(new).collect()
        }
        PictureEvent::PictureDetailsChanged {
            listed_under: None, ..
        }
        | PictureEvent::PictureUploaded(_)
        | PictureEvent::PictureRepriced { .. }
        | PictureEvent::PictureReserved { .. }
        | PictureEvent::PictureReservationReleased { .. }
        | PictureEvent::PictureReturned { .. } => vec![],
    }
}

impl Projection for Suggesting {
    type Document = SuggestionDocument;
    const NAME: &'static str = "suggestions";
    const VERSION: u32 = 1;
    const INDEXES: &'static [Index] = &[
        Index {
            name: TAGS,
            order: Order::Descending,
        },
        Index {
            name: ARTISTS,
            order: Order::Descending,
        },
    ];

    fn keys(&self, event: &Recorded) -> Keys {
        news(event).into_iter().map(|(key, _)| key).collect()
    }

    fn fold(
        &self,
        key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        let about = news(event).into_iter().find(|(touched, _)| touched == key);
        let Some((_, news)) = about else {
            return Ok(Effect::Keep);
        };
        *document = match key.strip_prefix(TAG_PREFIX) {
            Some(tag) => fold_tag(tag, document, &news, event)?,
            None => fold_artist(key, document, news, event)?,
        };
        Ok(Effect::Keep)
    }

    fn index(&self, _key: &str, document: &Self::Document) -> Vec<IndexEntry> {
        match document {
            SuggestionDocument::Tag { tag, pictures } if *pictures > 0 => {
                let name = folded(tag.as_str());
                places(TAGS, *pictures, tag.as_str(), [name].into_iter())
            }
            SuggestionDocument::Artist(artist) => artist.places(),
            SuggestionDocument::Tag { .. } | SuggestionDocument::Absent => vec![],
        }
    }
}

fn fold_tag(
    tag: &str,
    document: &SuggestionDocument,
    news: &News<'_>,
    event: &Recorded,
) -> Result<SuggestionDocument, FoldError> {
    let pictures = match document {
        SuggestionDocument::Absent => 0,
        SuggestionDocument::Tag { pictures, .. } => *pictures,
        SuggestionDocument::Artist(_) => return Err(misfit(event, "an artist stands for a tag")),
    };
    Ok(SuggestionDocument::Tag {
        tag: Tag::parse(tag).map_err(|_| misfit(event, "it names no tag"))?,
        pictures: counted(pictures, news, event)?,
    })
}

fn fold_artist(
    key: &str,
    document: &SuggestionDocument,
    news: News<'_>,
    event: &Recorded,
) -> Result<SuggestionDocument, FoldError> {
    let mut artist = match document {
        SuggestionDocument::Absent => Artist {
            user_id: key
                .strip_prefix(ARTIST_PREFIX)
                .and_then(|id| UserId::parse(id).ok())
                .ok_or_else(|| misfit(event, "it names no person"))?,
            pictures: 0,
            handle: None,
            profile: Profile::default(),
        },
        SuggestionDocument::Artist(artist) => artist.clone(),
        SuggestionDocument::Tag { .. } => {
            return Err(misfit(event, "a tag stands for an artist"));
        }
    };
    match news {
        News::Listed | News::Unlisted => {
            artist.pictures = counted(artist.pictures, &news, event)?;
        }
        News::Registered(..) if artist.handle.is_some() => {
            return Err(misfit(event, "the person has registered before"));
        }
        News::Registered(handle, profile) => {
            artist.handle = Some(handle.clone());
            artist.profile = profile.clone();
        }
        News::Renamed(_) if artist.handle.is_none() => {
            return Err(misfit(event, "the person has not registered"));
        }
        News::Renamed(profile) => artist.profile = profile.clone(),
    }
    Ok(SuggestionDocument::Artist(artist))
}

fn counted(pictures: u64, news: &News<'_>, event: &Recorded) -> Result<u64, FoldError> {
    let count = match news {
        News::Listed => pictures.checked_add(1),
        News::Unlisted => pictures.checked_sub(1),
        News::Registered(..) | News::Renamed(_) => Some(pictures),
    };
    count.ok_or_else(|| misfit(event, "it takes back what never happened"))
}

/// As search compares words, one space between them.
fn folded(text: &str) -> String {
    words(text).join(" ")
}

/// The beginning of a text that the indexes know.
fn indexed(text: &str) -> String {
    text.chars().take(INDEXED_CHARACTERS).collect()
}

/// A place under every beginning of every name, the longest count first.
fn places(
    index: &'static str,
    pictures: u64,
    id: &str,
    names: impl Iterator<Item = String>,
) -> Vec<IndexEntry> {
    let beginnings: BTreeSet<String> = names
        .flat_map(|name| {
            let ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
            let ends = std::iter::once(0).chain(ends).take(INDEXED_CHARACTERS + 1);
            ends.map(|end| name[..end].to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let sort = format!("{pictures:020}.{id}");
    let places = beginnings.into_iter();
    places
        .map(|prefix| entry(index, prefix, sort.as_str()))
        .collect()
}

impl Artist {
    fn places(&self) -> Vec<IndexEntry> {
        match &self.handle {
            Some(handle) if self.pictures > 0 => places(
                ARTISTS,
                self.pictures,
                handle.as_str(),
                self.names().into_iter(),
            ),
            Some(_) | None => vec![],
        }
    }

    /// Handle and name from each of their first words on.
    fn names(&self) -> Vec<String> {
        let handle = self.handle.as_ref().map_or("", Handle::as_str);
        let from_each_word = |text: &str| {
            let words = words(text);
            let begin = 0..words.len().min(INDEXED_WORDS);
            begin
                .map(|first| words[first..].join(" "))
                .collect::<Vec<_>>()
        };
        let mut names = from_each_word(handle);
        names.extend(from_each_word(self.profile.display_name.0.as_str()));
        names
    }
}
