//! Texts people write: normalised to NFC, trimmed, limited, free of control characters.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{InvalidValue, Why, invalid};

/// Whether line breaks may stand in a text.
#[derive(Clone, Copy, PartialEq)]
enum Lines {
    One,
    Many,
}

fn clean(
    field: &'static str,
    raw: &str,
    (min, max): (usize, usize),
    lines: Lines,
) -> Result<String, InvalidValue> {
    // Refuse before normalising megabytes. A character of NFC is written with at most nine bytes in
    // any form (a Hangul syllable as three jamo); white space at the ends is forgiven up to a point.
    if raw.len() > max.saturating_mul(9).saturating_add(64) {
        return invalid(field, Why::TooLong { max });
    }
    let text: String = raw.nfc().collect::<String>().trim().to_owned();
    if text.chars().any(|c| is_forbidden(c, lines)) {
        return invalid(field, Why::ControlCharacter);
    }
    let length = text.chars().count();
    let is_blank = text.chars().all(|c| c.is_whitespace() || is_invisible(c));
    match length {
        _ if is_blank && min > 0 => invalid(field, Why::Empty),
        n if n < min => invalid(field, Why::TooShort { min }),
        n if n > max => invalid(field, Why::TooLong { max }),
        _ => Ok(text),
    }
}

fn is_forbidden(c: char, lines: Lines) -> bool {
    let breaks_line = matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}');
    (breaks_line && lines == Lines::One) || (c.is_control() && !breaks_line) || is_bidi_control(c)
}

/// Characters that reorder the text around them (Unicode TR 36), used to disguise names.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that show nothing by themselves: Unicode's `Default_Ignorable_Code_Point`, and the blank
/// Braille pattern. They are allowed within a text (joiners make emoji and Persian words), not as all of it.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text after white space and one `mark`, which people put before handles and tags.
fn without_mark(raw: &str, mark: char) -> &str {
    let raw = raw.trim_start();
    raw.strip_prefix(mark).unwrap_or(raw)
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $field:literal, $min:literal..=$max:literal, $lines:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// # Errors
            /// [`InvalidValue`] naming the broken rule.
            pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
                clean($field, raw, ($min, $max), $lines).map(Self)
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

text!(/// A picture's title: one line of 1 to 120 characters.
    Title, "title", 1..=120, Lines::One);
text!(/// What a picture is about: up to 2,000 characters, line breaks allowed.
    Description, "description", 0..=2000, Lines::Many);
text!(/// What a picture shows, for people who cannot see it: one line of up to 500 characters.
    AltText, "alt_text", 0..=500, Lines::One);
text!(/// The name a person is shown by: one line of 1 to 60 characters.
    DisplayName, "display_name", 1..=60, Lines::One);
text!(/// What people say of themselves: up to 500 characters, line breaks allowed.
    Bio, "bio", 0..=500, Lines::Many);

/// A person's unique name: 3 to 30 of `a-z`, `0-9`, `_`, beginning with a letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(String);

impl Handle {
    /// Reads a handle; capitals are folded, a leading `@` is dropped.
    ///
    /// # Errors
    /// [`InvalidValue`] naming the broken rule.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        let text = clean("handle", without_mark(raw, '@'), (3, 30), Lines::One)?;
        let text = text.to_ascii_lowercase();
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) || !text.chars().all(allowed) {
            let expected = "a letter followed by letters, digits or underscores";
            return invalid("handle", Why::Malformed { expected });
        }
        Ok(Self(text))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A word to find pictures by: 1 to 30 letters, digits or inner hyphens, folded to lower case. Marks count as
/// part of their letter: many scripts cannot be written without them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    /// # Errors
    /// [`InvalidValue`] naming the broken rule.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        let text = clean("tag", without_mark(raw, '#'), (1, 30), Lines::One)?.to_lowercase();
        // Folding can lengthen: `İ` becomes two characters.
        if text.chars().count() > 30 {
            return invalid("tag", Why::TooLong { max: 30 });
        }
        let inner = |c: char| c.is_alphanumeric() || is_combining_mark(c) || c == '-';
        let begins_well = text.starts_with(char::is_alphanumeric);
        if !begins_well || text.ends_with('-') || !text.chars().all(inner) {
            let expected = "letters, digits and inner hyphens";
            return invalid("tag", Why::Malformed { expected });
        }
        Ok(Self(text))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The most tags one picture has.
pub const MAX_TAGS: usize = 12;

/// A picture's tags: at most [`MAX_TAGS`], each once, in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(Vec<Tag>);

impl Tags {
    /// # Errors
    /// [`InvalidValue`] of the first tag that is none, or when there are too many.
    pub fn parse<S: AsRef<str>>(raw: impl IntoIterator<Item = S>) -> Result<Self, InvalidValue> {
        let mut tags = Vec::new();
        for text in raw {
            if tags.len() > MAX_TAGS * 2 {
                return invalid("tags", Why::TooMany { max: MAX_TAGS });
            }
            tags.push(Tag::parse(text.as_ref())?);
        }
        tags.sort();
        tags.dedup();
        if tags.len() > MAX_TAGS {
            return invalid("tags", Why::TooMany { max: MAX_TAGS });
        }
        Ok(Self(tags))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter()
    }
}
