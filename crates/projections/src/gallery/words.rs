//! Words as search compares them: `Façade`, `FAÇADE` and `facade` are one.

use std::collections::BTreeSet;

use picasso_domain::picture::Details;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

/// The most words one picture is found by. A title and all tags fit; of a long description its beginning counts.
pub(crate) const MAX_WORDS: usize = 40;
/// Longer words are cut, in pictures and in queries alike.
const MAX_WORD_CHARACTERS: usize = 40;

/// The words of a text in their order, folded: NFKD, lower case, without the accents of Latin, Greek and Cyrillic
/// letters; then parted at all that is no letter, mark or digit (so that `l'été` is found as `été`) and at the word
/// boundaries of Unicode TR 29.
pub(crate) fn words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return ascii_words(text);
    }
    unicode_words(text)
}

/// What [`unicode_words`] answers for ASCII, where nothing unfolds and no boundary lies within letters and digits.
fn ascii_words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    let cut = |word: &str| word[..word.len().min(MAX_WORD_CHARACTERS)].to_ascii_lowercase();
    parts.filter(|word| !word.is_empty()).map(cut).collect()
}

fn unicode_words(text: &str) -> Vec<String> {
    let is_accent = |c: &char| matches!(c, '\u{300}'..='\u{36f}');
    // Lower case before and after: `İ` unfolds into an accent, and some compatibility forms into capitals.
    let plain: String = text
        .to_lowercase()
        .nfkd()
        .filter(|c| !is_accent(c))
        .collect();
    let plain: String = plain.to_lowercase().nfc().collect();
    let is_joint = |c: char| !c.is_alphanumeric() && !is_combining_mark(c);
    let parted = plain.replace(is_joint, " ");
    let cut = |word: &str| word.chars().take(MAX_WORD_CHARACTERS).collect();
    parted.unicode_words().map(cut).collect()
}

/// What a picture is found by: at most [`MAX_WORDS`], title and tags first.
pub(crate) fn of_details(details: &Details) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let title = words(details.title.as_str());
    let tags = details.tags.iter().flat_map(|tag| words(tag.as_str()));
    let description = words(details.description.as_str());
    for word in title.into_iter().chain(tags).chain(description) {
        if found.len() == MAX_WORDS {
            break;
        }
        found.insert(word);
    }
    found
}

#[cfg(test)]
mod tests {
    use picasso_domain::values::{Description, Tags, Title};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_accents_and_compatibility_forms_do_not_matter() {
        for spelling in [
            "Façade",
            "FAÇADE",
            "facade",
            "fac\u{327}ade",
            "ｆａｃａｄｅ",
        ] {
            assert_eq!(words(spelling), ["facade"], "{spelling}");
        }
    }

    #[test]
    fn punctuation_parts_words_and_is_none() {
        assert_eq!(
            words("Harbour, at dawn – (2)!"),
            ["harbour", "at", "dawn", "2"]
        );
        assert_eq!(
            words("l’été d'or, v1.2_b"),
            ["l", "ete", "d", "or", "v1", "2", "b"]
        );
        assert_eq!(words("… ! —"), Vec::<String>::new());
    }

    #[test]
    fn title_and_tags_are_found_before_a_long_description() {
        let description: String = (0..300).map(|n| format!("w{n} ")).collect();
        let details = Details {
            title: Title::parse("Quiet harbour").unwrap(),
            description: Description::parse(&description).unwrap(),
            tags: Tags::parse(["sea", "early-morning"]).unwrap(),
            ..Details::default()
        };
        let found = of_details(&details);
        assert_eq!(found.len(), MAX_WORDS);
        for word in ["quiet", "harbour", "sea", "early", "morning", "w0"] {
            assert!(found.contains(word), "{word}");
        }
    }

    proptest! {
        #[test]
        fn ascii_takes_a_shorter_way_to_the_same_words(text in "[ -~\\t\\n]{0,80}") {
            prop_assert_eq!(ascii_words(&text), unicode_words(&text));
        }

        #[test]
        fn a_folded_word_folds_to_itself(text in "\\PC{0,40}") {
            for word in words(&text) {
                prop_assert!(word.chars().count() <= MAX_WORD_CHARACTERS);
                prop_assert_eq!(words(&word), [word]);
            }
        }
    }
}
