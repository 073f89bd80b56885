//! A digest of a whole generation that does not depend on the order of its documents.
//!
//! The sum, modulo 2^256, of the SHA-256 of each document: the additive multiset hash of Bellare and
//! Micciancio (AdHash, 1997). It guards against faults, not against somebody who looks for collisions.

use std::ops::{AddAssign, SubAssign};

use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::Target;
use crate::ports::{MAX_DOCUMENTS, ReadStoreError};

/// The digest of a set of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SetDigest([u64; 4]);

impl SetDigest {
    /// The digest of one document: its key, and its body unless it is deleted.
    #[must_use]
    pub fn of(key: &str, body: Option<&RawValue>) -> Self {
        let mut hash = Sha256::new();
        hash.update((key.len() as u64).to_le_bytes());
        hash.update(key);
        hash.update([u8::from(body.is_some())]);
        hash.update(body.map_or("", RawValue::get));
        let bytes: [u8; 32] = hash.finalize().into();
        let mut lanes = [0; 4];
        for (lane, part) in lanes.iter_mut().zip(bytes.chunks_exact(8)) {
            let little = part.iter().rev();
            *lane = little.fold(0, |n, byte| n << 8 | u64::from(*byte));
        }
        Self(lanes)
    }
}

/// Counts documents in.
impl AddAssign for SetDigest {
    fn add_assign(&mut self, other: Self) {
        let mut carry = false;
        for (lane, value) in self.0.iter_mut().zip(other.0) {
            let (sum, over) = lane.overflowing_add(value);
            let (sum, again) = sum.overflowing_add(u64::from(carry));
            (*lane, carry) = (sum, over || again);
        }
    }
}

/// Takes out documents that were counted in.
impl SubAssign for SetDigest {
    fn sub_assign(&mut self, other: Self) {
        let mut borrow = false;
        for (lane, value) in self.0.iter_mut().zip(other.0) {
            let (rest, under) = lane.overflowing_sub(value);
            let (rest, again) = rest.overflowing_sub(u64::from(borrow));
            (*lane, borrow) = (rest, under || again);
        }
    }
}

/// The digest of all documents of a generation as they are stored, and how many they are.
///
/// # Errors
/// [`ReadStoreError`].
pub async fn stored(target: &Target) -> Result<(SetDigest, u64), ReadStoreError> {
    let (mut digest, mut documents) = (SetDigest::default(), 0);
    let mut after: Option<String> = None;
    loop {
        let (store, generation) = (&target.store, &target.generation);
        let page = store.scan(generation, after.as_deref(), MAX_DOCUMENTS);
        let page = page.await?;
        let Some(last) = page.last() else {
            return Ok((digest, documents));
        };
        for document in &page {
            digest += SetDigest::of(&document.key, document.body.as_deref());
        }
        documents += page.len() as u64;
        after = Some(last.key.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &str, body: Option<&str>) -> SetDigest {
        let body = body.map(|body| RawValue::from_string(body.to_owned()).expect("JSON"));
        SetDigest::of(key, body.as_deref())
    }

    fn digest(documents: &[(&str, Option<&str>)]) -> SetDigest {
        let mut digest = SetDigest::default();
        for (key, body) in documents {
            digest += of(key, *body);
        }
        digest
    }

    #[test]
    fn the_order_of_documents_does_not_matter() {
        let one = digest(&[("a", Some("1")), ("b", Some("2")), ("c", None)]);
        let other = digest(&[("c", None), ("a", Some("1")), ("b", Some("2"))]);
        assert_eq!(one, other);
    }

    #[test]
    fn keys_bodies_and_tombstones_matter() {
        let base = digest(&[("a", Some("1"))]);
        let others: [&[(&str, Option<&str>)]; 5] = [
            &[("b", Some("1"))],
            &[("a", Some("2"))],
            &[("a", None)],
            &[("a1", None)],
            &[("a", Some("1")), ("a", Some("1"))],
        ];
        for other in others {
            assert_ne!(base, digest(other), "{other:?}");
        }
    }

    #[test]
    fn what_is_taken_out_leaves_no_trace() {
        let mut many = SetDigest::default();
        for n in 0..1_000 {
            many += of(&n.to_string(), Some("1"));
        }
        for n in (1..1_000).rev() {
            many -= of(&n.to_string(), Some("1"));
        }
        assert_eq!(many, of("0", Some("1")));
    }
}
