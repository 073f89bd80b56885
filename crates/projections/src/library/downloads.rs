//! Who may download an original: its owner, and whoever has bought it. The only place that hands out its digest.

use std::sync::Arc;

use picasso_domain::values::{Digest, MediaType, PictureId, Title, UserId};

use super::{Library, key};
use crate::{
    Live, Reader,
    gallery::{Gallery, words},
    query::QueryError,
};

/// The longest file name without its extension.
const MAX_NAME_CHARACTERS: usize = 60;

/// The right to download one original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    pub original: Digest,
    pub media_type: MediaType,
    pub size_bytes: u64,
    /// Made of the title: `quiet-harbour.jpg`.
    pub file_name: String,
}

/// Decides who may download.
#[derive(Clone)]
pub struct DownloadRights {
    library: Reader<Library>,
    gallery: Reader<Gallery>,
}

impl DownloadRights {
    #[must_use]
    pub fn new(live: &Arc<Live>) -> Self {
        Self {
            library: Reader::new(Arc::clone(live)),
            gallery: Reader::new(Arc::clone(live)),
        }
    }

    /// `None` when this person has no right to it, or there is no such picture.
    ///
    /// # Errors
    /// [`QueryError::Store`].
    pub async fn may_download(
        &self,
        user: &UserId,
        picture_id: PictureId,
    ) -> Result<Option<Right>, QueryError> {
        let Some(picture) = self.gallery.get(&picture_id.to_string()).await?.flatten() else {
            return Ok(None);
        };
        let bought = self.library.get(&key(user, picture_id)).await?.flatten();
        let original = match bought {
            Some(bought) => bought.original_digest,
            None if picture.owner == *user => picture.original_digest,
            None => return Ok(None),
        };
        let file = picture.artwork.original;
        Ok(Some(Right {
            original,
            media_type: file.media_type,
            size_bytes: file.size_bytes,
            file_name: file_name(&picture.artwork.details.title, file.media_type),
        }))
    }
}

/// Letters and digits of ASCII joined by hyphens, so that no system and no header has to escape anything.
fn file_name(title: &Title, media_type: MediaType) -> String {
    let mut name = String::new();
    for word in words(title.as_str()) {
        let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        if plain.is_empty() {
            continue;
        }
        if name.len() + 1 + plain.len() > MAX_NAME_CHARACTERS {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&plain);
    }
    let name = if name.is_empty() { "picture" } else { &name };
    format!("{name}.{}", media_type.extension())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(title: &str) -> String {
        file_name(&Title::parse(title).unwrap(), MediaType::Jpeg)
    }

    #[test]
    fn a_file_is_named_after_its_title() {
        assert_eq!(named("Quiet Harbour, at dawn"), "quiet-harbour-at-dawn.jpg");
        assert_eq!(named("Façade № 3"), "facade-no-3.jpg");
    }

    #[test]
    fn a_file_name_never_leaves_its_folder_nor_its_header() {
        assert_eq!(named("../../etc/passwd"), "etc-passwd.jpg");
        assert_eq!(named("a\"; filename=\"b.exe"), "a-filename-b-exe.jpg");
    }

    #[test]
    fn a_title_without_ascii_letters_has_a_name_nevertheless() {
        assert_eq!(named("静かな港"), "picture.jpg");
    }

    #[test]
    fn a_long_title_makes_a_short_name() {
        let long = named(&"harbour ".repeat(14));
        assert!(long.len() <= MAX_NAME_CHARACTERS + ".jpg".len(), "{long}");
        assert!(long.ends_with("harbour.jpg"));
    }
}
