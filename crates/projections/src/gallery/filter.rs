//! What a list of pictures is narrowed and sorted by: which index serves a filter, and what is left to compare
//! on the documents found there.

use picasso_domain::values::{Currency, Tag, UserId};

use super::{ARTIST, Artwork, NEWEST, POPULAR, TAG, WORD, words};
use crate::query::QueryError;

/// The most words one search compares.
pub const MAX_SEARCH_WORDS: usize = 8;
/// The longest search text.
pub const MAX_SEARCH_CHARACTERS: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sorting {
    /// By first publication.
    #[default]
    Newest,
    /// By likes, then by first publication.
    Popular,
}

/// Prices of one currency, both ends included, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceRange {
    pub currency: Currency,
    pub min_minor: Option<i64>,
    pub max_minor: Option<i64>,
}

/// Which pictures; everything that is named has to hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    pub artist: Option<UserId>,
    pub tag: Option<Tag>,
    /// Whole words of title, tags and description, all of them; case and accents do not matter.
    pub words: String,
    pub price: Option<PriceRange>,
    pub sorting: Sorting,
}

/// A checked filter.
pub(super) struct Search {
    artist: Option<UserId>,
    tag: Option<Tag>,
    words: Vec<String>,
    price: Option<PriceRange>,
    sorting: Sorting,
}

fn refused(field: &'static str, why: impl Into<String>) -> QueryError {
    let why = why.into();
    QueryError::InvalidFilter { field, why }
}

impl Search {
    pub(super) fn new(filter: &Filter) -> Result<Self, QueryError> {
        let (min, max) = match filter.price {
            Some(price) => (price.min_minor, price.max_minor),
            None => (None, None),
        };
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            return Err(refused("price", "ends below its beginning"));
        }
        Ok(Self {
            artist: filter.artist.clone(),
            tag: filter.tag.clone(),
            words: search_words(&filter.words)?,
            price: filter.price,
            sorting: filter.sorting,
        })
    }

    /// The index that leaves the fewest candidates, and the part of it.
    pub(super) fn place(&self) -> (&'static str, &str) {
        let longest = self.words.iter().max_by_key(|word| word.len());
        match (self.sorting, &self.artist, longest, &self.tag) {
            (Sorting::Popular, ..) => (POPULAR, ""),
            (Sorting::Newest, Some(artist), ..) => (ARTIST, artist.as_str()),
            (Sorting::Newest, None, Some(word), _) => (WORD, word),
            (Sorting::Newest, None, None, Some(tag)) => (TAG, tag.as_str()),
            (Sorting::Newest, None, None, None) => (NEWEST, ""),
        }
    }

    pub(super) fn matches(&self, artwork: &Artwork) -> bool {
        let tagged = |wanted| artwork.details.tags.iter().any(|tag| tag == wanted);
        self.artist
            .as_ref()
            .is_none_or(|artist| *artist == artwork.artist)
            && self.tag.as_ref().is_none_or(tagged)
            && self.price.is_none_or(|range| range.holds(artwork))
            && self.has_words(artwork)
    }

    fn has_words(&self, artwork: &Artwork) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let found = words::of_details(&artwork.details);
        self.words.iter().all(|word| found.contains(word))
    }

    /// What a page token is bound to; the same search written differently is the same.
    pub(super) fn scope(&self) -> [String; 5] {
        let price = self.price.map(|range| {
            let (currency, min, max) = (range.currency.code(), range.min_minor, range.max_minor);
            format!("{currency} {min:?} {max:?}")
        });
        [
            format!("{:?}", self.sorting),
            self.artist
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            self.tag
                .as_ref()
                .map(|tag| tag.as_str().to_owned())
                .unwrap_or_default(),
            self.words.join(" "),
            price.unwrap_or_default(),
        ]
    }
}

impl PriceRange {
    fn holds(self, artwork: &Artwork) -> bool {
        let price = artwork.price.money();
        price.currency == self.currency
            && self.min_minor.is_none_or(|min| min <= price.amount_minor)
            && self.max_minor.is_none_or(|max| price.amount_minor <= max)
    }
}

/// The words of a search, each once, in alphabetical order.
fn search_words(text: &str) -> Result<Vec<String>, QueryError> {
    if text.chars().count() > MAX_SEARCH_CHARACTERS {
        let why = format!("are longer than {MAX_SEARCH_CHARACTERS} characters");
        return Err(refused("words", why));
    }
    let mut found = words::words(text);
    found.sort();
    found.dedup();
    match found.len() {
        0 if !text.trim().is_empty() => {
            Err(refused("words", "hold no letter or digit to search by"))
        }
        n if n > MAX_SEARCH_WORDS => {
            let why = format!("are more than {MAX_SEARCH_WORDS}");
            Err(refused("words", why))
        }
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use picasso_domain::picture::Edition;

    use super::*;
    use crate::samples::*;

    fn artwork() -> Artwork {
        let history = [uploaded(1, Edition::Open), published(2)];
        let document = crate::samples::fold(&super::super::Gallery, PICTURE, &history).unwrap();
        document.unwrap().artwork
    }

    fn finds(filter: Filter) -> bool {
        Search::new(&filter).unwrap().matches(&artwork())
    }

    fn searching(words: &str) -> Filter {
        let words = words.to_owned();
        Filter {
            words,
            ..Filter::default()
        }
    }

    fn costing(currency: Currency, min: Option<i64>, max: Option<i64>) -> Filter {
        let price = Some(PriceRange {
            currency,
            min_minor: min,
            max_minor: max,
        });
        Filter {
            price,
            ..Filter::default()
        }
    }

    #[test]
    fn every_word_of_a_search_has_to_be_there() {
        assert!(finds(searching("")));
        assert!(finds(searching("HARBOUR, dawn!")));
        assert!(!finds(searching("harbour dusk")));
        assert!(!finds(searching("harb")));
    }

    #[test]
    fn a_price_range_is_of_one_currency_and_includes_its_ends() {
        assert!(finds(costing(Currency::Eur, Some(1_900), Some(1_900))));
        assert!(finds(costing(Currency::Eur, None, None)));
        assert!(!finds(costing(Currency::Eur, Some(1_901), None)));
        assert!(!finds(costing(Currency::Eur, None, Some(1_899))));
        assert!(!finds(costing(Currency::Usd, Some(1), None)));
    }

    #[test]
    fn artist_and_tag_have_to_hold_together() {
        let with = |artist, tag| Filter {
            artist: Some(user(artist)),
            tag: Some(Tag::parse(tag).unwrap()),
            ..Filter::default()
        };
        assert!(finds(with("ann", "sea")));
        assert!(!finds(with("ann", "land")));
        assert!(!finds(with("bob", "sea")));
    }

    #[test]
    fn the_narrowest_index_serves_a_search() {
        let place = |filter: &Filter| {
            let search = Search::new(filter).unwrap();
            let (index, prefix) = search.place();
            (index, prefix.to_owned())
        };
        let mut filter = Filter::default();
        assert_eq!(place(&filter), (NEWEST, String::new()));
        filter.tag = Some(Tag::parse("sea").unwrap());
        assert_eq!(place(&filter), (TAG, "sea".to_owned()));
        filter.words = "a quiet sea".to_owned();
        assert_eq!(place(&filter), (WORD, "quiet".to_owned()));
        filter.artist = Some(user("ann"));
        assert_eq!(place(&filter), (ARTIST, "ann".to_owned()));
        filter.sorting = Sorting::Popular;
        assert_eq!(place(&filter), (POPULAR, String::new()));
    }

    #[test]
    fn a_search_that_cannot_be_meant_is_refused() {
        let too_long = "a".repeat(MAX_SEARCH_CHARACTERS + 1);
        let filters = [
            searching("!!! …"),
            searching("one two three four five six seven eight nine"),
            searching(&too_long),
            costing(Currency::Eur, Some(2), Some(1)),
        ];
        for filter in filters {
            let refused = Search::new(&filter).err();
            assert!(
                matches!(refused, Some(QueryError::InvalidFilter { .. })),
                "{filter:?}"
            );
        }
    }

    #[test]
    fn the_same_search_written_differently_has_the_same_tokens() {
        let scope = |words| Search::new(&searching(words)).unwrap().scope();
        assert_eq!(scope("Quiet harbour"), scope(" harbour  QUIET quiet"));
        assert_ne!(scope("quiet"), scope("harbour"));
    }
}
