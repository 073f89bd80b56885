//! Page tokens: where the next page begins, sealed so that they work only for the query they were made for.
//!
//! Written `base64url(HMAC-SHA256 ‖ cursor)`; the code covers the query and its filter, not the generation, so a
//! token outlives a rebuild.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ports::Cursor;

const MAC_BYTES: usize = 32;
/// Far more than any cursor needs.
const MAX_TOKEN_CHARACTERS: usize = 2_048;

/// A token that was made for another query or filter, under another key, or not by us at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the page token does not belong to this query; ask for the first page again, without a token"
)]
pub struct PageTokenError;

/// Seals and opens page tokens under the deployment's key.
#[derive(Clone)]
pub struct PageTokens {
    keyed: Hmac<Sha256>,
}

impl PageTokens {
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        let keyed = Hmac::new_from_slice(&key).expect("HMAC takes keys of any length");
        Self { keyed }
    }

    /// The token of the page behind `cursor`; `scope` names the query and everything it filters by.
    pub(crate) fn seal(&self, scope: &[&str], cursor: &Cursor) -> String {
        let payload = format!("{} {}{}", cursor.sort.len(), cursor.sort, cursor.key);
        let code = self.mac(scope, payload.as_bytes()).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&code[..], payload.as_bytes()].concat())
    }

    /// # Errors
    /// [`PageTokenError`] unless [`PageTokens::seal`] made exactly this token for the same scope.
    pub(crate) fn open(&self, scope: &[&str], token: &str) -> Result<Cursor, PageTokenError> {
        if token.len() > MAX_TOKEN_CHARACTERS {
            return Err(PageTokenError);
        }
        let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| PageTokenError)?;
        let (code, payload) = sealed.split_at_checked(MAC_BYTES).ok_or(PageTokenError)?;
        let mac = self.mac(scope, payload);
        mac.verify_slice(code).map_err(|_| PageTokenError)?;
        parse(payload).ok_or(PageTokenError)
    }

    fn mac(&self, scope: &[&str], payload: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        // Lengths first, so that no two scopes are the same bytes.
        for part in scope {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.update(&u64::MAX.to_be_bytes());
        mac.update(payload);
        mac
    }
}

fn parse(payload: &[u8]) -> Option<Cursor> {
    let (length, rest) = std::str::from_utf8(payload).ok()?.split_once(' ')?;
    let (sort, key) = rest.split_at_checked(length.parse().ok()?)?;
    let (sort, key) = (sort.to_owned(), key.to_owned());
    Some(Cursor { sort, key })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens() -> PageTokens {
        PageTokens::new([7; 32])
    }

    fn cursor() -> Cursor {
        Cursor {
            sort: "00042".to_owned(),
            key: "0190c0de".to_owned(),
        }
    }

    #[test]
    fn a_token_of_another_query_or_filter_is_refused() {
        let token = tokens().seal(&["gallery", "tag", "sea"], &cursor());
        let others: [&[&str]; 4] = [
            &["gallery", "tag", "dawn"],
            &["gallery", "tags", "ea"],
            &["gallery", "tag"],
            &["library", "tag", "sea"],
        ];
        for scope in others {
            assert_eq!(tokens().open(scope, &token), Err(PageTokenError));
        }
    }

    #[test]
    fn a_token_of_another_deployment_is_refused() {
        let token = PageTokens::new([8; 32]).seal(&["gallery"], &cursor());
        assert_eq!(tokens().open(&["gallery"], &token), Err(PageTokenError));
    }

    #[test]
    fn a_token_altered_in_any_character_is_refused() {
        let token = tokens().seal(&["gallery"], &cursor());
        for place in 0..token.len() {
            for other in ['A', 'b', '0', '-', '_', '=', '~'] {
                let mut altered: Vec<char> = token.chars().collect();
                if altered[place] == other {
                    continue;
                }
                altered[place] = other;
                let altered: String = altered.into_iter().collect();
                assert_eq!(tokens().open(&["gallery"], &altered), Err(PageTokenError));
            }
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let long = "A".repeat(10_000);
        for raw in ["A", "next", "****", "ünïcode", &long] {
            assert_eq!(tokens().open(&["gallery"], raw), Err(PageTokenError));
        }
    }

    proptest! {
        #[test]
        fn a_token_opens_to_the_cursor_it_was_made_of(
            sort in "\\PC{0,30}", key in "\\PC{0,60}", scope in proptest::collection::vec(".{0,9}", 0..4)
        ) {
            let scope: Vec<_> = scope.iter().map(String::as_str).collect();
            let cursor = Cursor { sort, key };
            let token = tokens().seal(&scope, &cursor);
            prop_assert_eq!(tokens().open(&scope, &token), Ok(cursor));
        }
    }
}
