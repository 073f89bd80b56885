//! What every [`BlobStore`] keeps true, as one function over a fresh, empty store.
//!
//! Panics with the broken rule. Stores that clients reach without passing our own server bring their own way
//! to PUT (see [`Put`]); the embedded one is sent bodies through [`BlobStore::receive`].

use std::{
    collections::BTreeSet,
    future::Future,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use picasso_domain::{
    Timestamp,
    values::{Digest, MediaType, PictureId, UserId},
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::ports::{
    BlobInfo, BlobStore, ByteStream, DownloadGrant, ReceiveError, StoredBlob, UploadGrant,
};

/// How many originals the listing rules store; enough that order by digest is not order of storing.
const MANY: u8 = 40;

/// Stores tell ages to the second.
const MAX_RENEWAL: Duration = Duration::from_secs(5);

/// A grant for `content`, and a fresh picture id.
#[must_use]
pub fn grant_for(content: &[u8]) -> UploadGrant {
    UploadGrant {
        picture_id: PictureId::new(Uuid::now_v7()),
        size_bytes: content.len() as u64,
        digest: digest_of(content),
        owner: UserId::parse("olga").expect("a user id"),
    }
}

#[must_use]
pub fn digest_of(content: &[u8]) -> Digest {
    Digest::new(Sha256::digest(content).into())
}

/// A body that comes in pieces of `piece` bytes.
#[must_use]
pub fn in_pieces(content: &[u8], piece: usize) -> ByteStream {
    let pieces: Vec<_> = content
        .chunks(piece.max(1))
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    stream::iter(pieces).boxed()
}

/// Reads a stored file whole.
pub async fn read(blob: StoredBlob) -> Vec<u8> {
    let pieces: Vec<Bytes> = blob.body.try_collect().await.expect("a stored file reads");
    let content = pieces.concat();
    assert_eq!(
        content.len() as u64,
        blob.size_bytes,
        "a file is as long as the store says"
    );
    content
}

/// How a client's PUT reaches the store under test.
pub trait Put: Send + Sync {
    fn put(&self, grant: &UploadGrant, content: &[u8]) -> impl Future<Output = ()> + Send;
}

/// PUTs through our own server.
pub struct ThroughReceive<'a, S>(pub &'a S);

impl<S: BlobStore> Put for ThroughReceive<'_, S> {
    async fn put(&self, grant: &UploadGrant, content: &[u8]) {
        let body = in_pieces(content, 1000);
        self.0
            .receive(grant, body)
            .await
            .expect("an honest upload is received");
    }
}

/// Every rule that holds for every store. `store` is empty, and empty of originals afterwards again.
pub async fn every_rule(store: &impl BlobStore, client: &impl Put) {
    nothing_is_there_at_first(store).await;
    an_upload_becomes_an_original_byte_for_byte(store, client).await;
    the_same_upload_may_be_sent_and_kept_again(store, client).await;
    a_staged_upload_is_checked_against_its_grant(store, client).await;
    discarding_an_upload_leaves_the_kept_original(store, client).await;
    stale_uploads_are_discarded_and_fresh_ones_are_not(store, client).await;
    keeping_what_was_never_sent_fails(store).await;
    derivatives_are_stored_once_under_their_digest(store).await;
    removing_what_is_not_there_is_quiet(store).await;
    what_was_stored_since_stays(store, client).await;
    originals_are_listed_once_in_order_of_digest(store, client).await;
    derivatives_are_listed_once_in_order_of_digest(store).await;
    storing_again_makes_a_blob_young_again(store, client).await;
    what_is_stored_while_it_is_removed_stays(store, client).await;
    links_name_their_expiry(store).await;
}

/// The rules of [`BlobStore::receive`], for stores that are reached through our own server.
pub async fn every_rule_of_receiving(store: &impl BlobStore) {
    a_body_that_is_too_long_is_refused(store).await;
    a_body_that_is_cut_short_is_refused(store).await;
    a_body_that_breaks_off_is_refused(store).await;
    a_body_with_another_digest_is_refused(store).await;
    a_refused_body_does_not_replace_a_good_one(store).await;
    an_empty_announcement_takes_an_empty_body(store).await;
}

async fn nothing_is_there_at_first(store: &impl BlobStore) {
    let digest = digest_of(b"never stored");
    assert!(staged(store, &grant_for(b"never stored")).await.is_none());
    assert!(store.original(digest).await.expect("reads").is_none());
    assert!(store.derivative(digest).await.expect("reads").is_none());
    assert!(originals(store, None, 10).await.is_empty());
}

async fn an_upload_becomes_an_original_byte_for_byte(store: &impl BlobStore, client: &impl Put) {
    let content: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let grant = grant_for(&content);
    client.put(&grant, &content).await;
    assert_eq!(staged(store, &grant).await.as_deref(), Some(&content[..]));
    let before = store.original(grant.digest).await.expect("reads");
    assert!(
        before.is_none(),
        "an upload is no original until it is kept"
    );
    store.keep_original(&grant).await.expect("keeps");
    let kept = store.original(grant.digest).await.expect("reads");
    assert_eq!(read(kept.expect("kept")).await, content);
    let public = store.derivative(grant.digest).await.expect("reads");
    assert!(public.is_none(), "an original is never public");
    forget(store, &grant).await;
}

async fn the_same_upload_may_be_sent_and_kept_again(store: &impl BlobStore, client: &impl Put) {
    let grant = grant_for(b"sent twice");
    for _ in 0..2 {
        client.put(&grant, b"sent twice").await;
        store.keep_original(&grant).await.expect("keeps");
        store.keep_original(&grant).await.expect("keeps again");
        let staged = staged(store, &grant).await;
        assert!(staged.is_some(), "keeping leaves the upload for a retry");
    }
    let other = UploadGrant {
        picture_id: PictureId::new(Uuid::now_v7()),
        ..grant.clone()
    };
    client.put(&other, b"sent twice").await;
    store.keep_original(&other).await.expect("keeps");
    assert_eq!(originals(store, None, 10).await.len(), 1);
    store
        .discard_staged(other.picture_id)
        .await
        .expect("discards");
    forget(store, &grant).await;
}

async fn a_staged_upload_is_checked_against_its_grant(store: &impl BlobStore, client: &impl Put) {
    let sent = grant_for(b"what was sent");
    client.put(&sent, b"what was sent").await;
    let claims = |content: &[u8]| UploadGrant {
        picture_id: sent.picture_id,
        ..grant_for(content)
    };
    let longer = store.staged(&claims(b"what was sent, and more")).await;
    assert!(
        matches!(longer, Err(ReceiveError::CutShort { .. })),
        "{longer:?}"
    );
    let shorter = store.staged(&claims(b"what was")).await;
    assert!(
        matches!(shorter, Err(ReceiveError::TooLarge)),
        "{shorter:?}"
    );
    let other = store.staged(&claims(b"WHAT WAS SENT")).await;
    assert!(matches!(other, Err(ReceiveError::WrongDigest)), "{other:?}");
    store
        .discard_staged(sent.picture_id)
        .await
        .expect("discards");
}

async fn discarding_an_upload_leaves_the_kept_original(store: &impl BlobStore, client: &impl Put) {
    let grant = grant_for(b"kept");
    client.put(&grant, b"kept").await;
    store.keep_original(&grant).await.expect("keeps");
    for _ in 0..2 {
        store
            .discard_staged(grant.picture_id)
            .await
            .expect("discards");
        assert!(staged(store, &grant).await.is_none());
    }
    store
        .keep_original(&grant)
        .await
        .expect("keeping what has been kept is quiet");
    assert!(store.original(grant.digest).await.expect("reads").is_some());
    forget(store, &grant).await;
}

async fn stale_uploads_are_discarded_and_fresh_ones_are_not(
    store: &impl BlobStore,
    client: &impl Put,
) {
    let grant = grant_for(b"left behind");
    client.put(&grant, b"left behind").await;
    let discarded = store.discard_stale_uploads(hours_from_now(-1)).await;
    assert_eq!(discarded.expect("discards"), 0, "a fresh upload stays");
    assert!(staged(store, &grant).await.is_some());
    let discarded = store.discard_stale_uploads(hours_from_now(1)).await;
    assert_eq!(discarded.expect("discards"), 1);
    assert!(staged(store, &grant).await.is_none());
}

async fn keeping_what_was_never_sent_fails(store: &impl BlobStore) {
    let kept = store.keep_original(&grant_for(b"never sent")).await;
    assert!(kept.is_err(), "nothing can be kept of nothing");
}

async fn derivatives_are_stored_once_under_their_digest(store: &impl BlobStore) {
    let body = Bytes::from_static(b"a derivative");
    let digest = digest_of(&body);
    for _ in 0..2 {
        store
            .put_derivative(digest, body.clone())
            .await
            .expect("stores");
        let stored = store.derivative(digest).await.expect("reads");
        assert_eq!(read(stored.expect("stored")).await, body);
    }
    assert!(store.original(digest).await.expect("reads").is_none());
    let url = store.derivative_url(digest);
    assert!(url.contains(&digest.to_string()), "{url} names the digest");
    store
        .remove_derivative(digest, hours_from_now(1))
        .await
        .expect("removes");
    assert!(store.derivative(digest).await.expect("reads").is_none());
}

async fn removing_what_is_not_there_is_quiet(store: &impl BlobStore) {
    let grant = grant_for(b"not there");
    let soon = hours_from_now(1);
    assert!(
        !store
            .remove_original(grant.digest, soon)
            .await
            .expect("quiet")
    );
    assert!(
        !store
            .remove_derivative(grant.digest, soon)
            .await
            .expect("quiet")
    );
    store.discard_staged(grant.picture_id).await.expect("quiet");
}

async fn what_was_stored_since_stays(store: &impl BlobStore, client: &impl Put) {
    let body = b"stored since";
    let grant = grant_for(body);
    client.put(&grant, body).await;
    store.keep_original(&grant).await.expect("keeps");
    let small = Bytes::from_static(b"a small one");
    let digest = digest_of(&small);
    store.put_derivative(digest, small).await.expect("stores");
    for (before, removed) in [(hours_from_now(-1), false), (hours_from_now(1), true)] {
        let original = store.remove_original(grant.digest, before).await;
        let derivative = store.remove_derivative(digest, before).await;
        assert_eq!(original.expect("answers"), removed);
        assert_eq!(derivative.expect("answers"), removed);
        let stored = store.original(grant.digest).await.expect("reads");
        assert_eq!(stored.is_none(), removed);
    }
    forget(store, &grant).await;
}

async fn originals_are_listed_once_in_order_of_digest(store: &impl BlobStore, client: &impl Put) {
    let mut stored = BTreeSet::new();
    for number in 0..MANY {
        let grant = grant_for(&[number; 3]);
        client.put(&grant, &[number; 3]).await;
        store.keep_original(&grant).await.expect("keeps");
        store
            .discard_staged(grant.picture_id)
            .await
            .expect("discards");
        stored.insert(grant.digest);
    }
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = originals(store, after, 7).await;
        assert!(page.len() <= 7, "a page has at most what was asked for");
        let behind = page.iter().all(|info| Some(info.digest) > after);
        assert!(behind, "a page begins behind the one before");
        after = page.last().map(|info| info.digest);
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    assert!(
        listed
            .iter()
            .map(|info| info.digest)
            .eq(stored.iter().copied())
    );
    let recent = hours_from_now(-1)..hours_from_now(1);
    for info in listed {
        assert_eq!(info.size_bytes, 3);
        assert!(recent.contains(&info.stored_at), "{}", info.stored_at);
        store
            .remove_original(info.digest, hours_from_now(1))
            .await
            .expect("removes");
    }
    assert!(originals(store, None, 10).await.is_empty());
}

async fn derivatives_are_listed_once_in_order_of_digest(store: &impl BlobStore) {
    let mut stored = BTreeSet::new();
    for number in 0..MANY {
        let body = Bytes::from(vec![number; 5]);
        stored.insert(digest_of(&body));
        store
            .put_derivative(digest_of(&body), body)
            .await
            .expect("stores");
    }
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = store.list_derivatives(after, 9).await.expect("lists");
        assert!(page.len() <= 9, "a page has at most what was asked for");
        let behind = page.iter().all(|info| Some(info.digest) > after);
        assert!(behind, "a page begins behind the one before");
        after = page.last().map(|info| info.digest);
        if page.is_empty() {
            break;
        }
        listed.extend(page.into_iter().map(|info| info.digest));
    }
    assert!(listed.iter().copied().eq(stored.iter().copied()));
    for digest in listed {
        store
            .remove_derivative(digest, hours_from_now(1))
            .await
            .expect("removes");
    }
}

/// The collector of orphans goes by age; a file that is stored again while its event is being written
/// must not look old.
async fn storing_again_makes_a_blob_young_again(store: &impl BlobStore, client: &impl Put) {
    let grant = grant_for(b"stored again");
    client.put(&grant, b"stored again").await;
    store.keep_original(&grant).await.expect("keeps");
    let first = originals(store, None, 1).await[0].stored_at;
    let until = Instant::now() + MAX_RENEWAL;
    loop {
        store.keep_original(&grant).await.expect("keeps again");
        let again = originals(store, None, 1).await[0].stored_at;
        if again > first {
            break;
        }
        assert!(
            Instant::now() < until,
            "storing again does not renew the age"
        );
    }
    forget(store, &grant).await;
}

/// Removing races with storing the same file again, many times at once.
async fn what_is_stored_while_it_is_removed_stays(store: &impl BlobStore, client: &impl Put) {
    let contents: Vec<_> = (0..MANY).map(|number| [b'r', number, 0, 1]).collect();
    let grants: Vec<_> = contents.iter().map(|content| grant_for(content)).collect();
    for (grant, content) in grants.iter().zip(&contents) {
        client.put(grant, content).await;
        store.keep_original(grant).await.expect("keeps");
        let derivative = Bytes::copy_from_slice(content);
        let stored = store.put_derivative(grant.digest, derivative).await;
        stored.expect("stores");
    }
    let before = a_time_behind(Timestamp::now()).await;
    let races = grants.iter().zip(&contents).map(|(grant, content)| async {
        let again = async {
            store.keep_original(grant).await.expect("keeps again");
            let derivative = Bytes::copy_from_slice(content);
            let stored = store.put_derivative(grant.digest, derivative).await;
            stored.expect("stores again");
        };
        let removal = async {
            let original = store.remove_original(grant.digest, before).await;
            original.expect("answers");
            let derivative = store.remove_derivative(grant.digest, before).await;
            derivative.expect("answers");
        };
        futures::join!(again, removal);
    });
    futures::future::join_all(races).await;
    for grant in &grants {
        let original = store.original(grant.digest).await.expect("reads");
        assert!(original.is_some(), "an original that was kept again stays");
        let derivative = store.derivative(grant.digest).await.expect("reads");
        assert!(derivative.is_some(), "a derivative stored again stays");
        let removed = store.remove_derivative(grant.digest, hours_from_now(1));
        removed.await.expect("removes");
        forget(store, grant).await;
    }
}

/// The first whole second behind a time, when it has come: whatever is stored from then on is told to be no older.
async fn a_time_behind(time: Timestamp) -> Timestamp {
    let next = Timestamp::from_second(time.as_second() + 1).expect("a time near now");
    while Timestamp::now() < next {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    next
}

async fn links_name_their_expiry(store: &impl BlobStore) {
    let expires_at = hours_from_now(1);
    let link = store.upload_link(&grant_for(b"to come"), expires_at).await;
    let link = link.expect("links").link;
    assert!(link.url.starts_with("http"), "{}", link.url);
    assert_eq!(link.expires_at, expires_at);
    let grant = DownloadGrant {
        original: digest_of(b"kept"),
        media_type: MediaType::Jpeg,
        file_name: "picture.jpg".to_owned(),
    };
    let link = store
        .download_link(&grant, expires_at)
        .await
        .expect("links");
    assert!(link.url.starts_with("http"), "{}", link.url);
    assert_eq!(link.expires_at, expires_at);
}

async fn a_body_that_is_too_long_is_refused(store: &impl BlobStore) {
    let grant = grant_for(b"announced");
    let body = in_pieces(b"announced, but more came", 4);
    let refused = store.receive(&grant, body).await;
    assert!(
        matches!(refused, Err(ReceiveError::TooLarge)),
        "{refused:?}"
    );
    assert!(staged(store, &grant).await.is_none(), "nothing is kept");
}

async fn a_body_that_is_cut_short_is_refused(store: &impl BlobStore) {
    let grant = grant_for(b"announced");
    let refused = store.receive(&grant, in_pieces(b"ann", 2)).await;
    let Err(ReceiveError::CutShort {
        announced,
        received,
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!((announced, received), (9, 3));
    assert!(staged(store, &grant).await.is_none(), "nothing is kept");
}

async fn a_body_that_breaks_off_is_refused(store: &impl BlobStore) {
    let grant = grant_for(b"announced");
    let gone = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let body = stream::iter([Ok(Bytes::from_static(b"anno")), Err(gone)]).boxed();
    let refused = store.receive(&grant, body).await;
    assert!(
        matches!(refused, Err(ReceiveError::CutShort { received: 4, .. })),
        "{refused:?}"
    );
    assert!(staged(store, &grant).await.is_none(), "nothing is kept");
}

async fn a_body_with_another_digest_is_refused(store: &impl BlobStore) {
    let grant = grant_for(b"announced");
    let refused = store.receive(&grant, in_pieces(b"ANNOUNCED", 4)).await;
    assert!(
        matches!(refused, Err(ReceiveError::WrongDigest)),
        "{refused:?}"
    );
    assert!(staged(store, &grant).await.is_none(), "nothing is kept");
}

async fn a_refused_body_does_not_replace_a_good_one(store: &impl BlobStore) {
    let grant = grant_for(b"announced");
    let sent = store.receive(&grant, in_pieces(b"announced", 4)).await;
    sent.expect("an honest upload is received");
    let refused = store.receive(&grant, in_pieces(b"ANNOUNCED", 4)).await;
    assert!(refused.is_err());
    assert_eq!(
        staged(store, &grant).await.as_deref(),
        Some(&b"announced"[..])
    );
    store
        .discard_staged(grant.picture_id)
        .await
        .expect("discards");
}

async fn an_empty_announcement_takes_an_empty_body(store: &impl BlobStore) {
    let grant = grant_for(b"");
    store
        .receive(&grant, in_pieces(b"", 1))
        .await
        .expect("nothing is what was announced");
    assert_eq!(staged(store, &grant).await.as_deref(), Some(&b""[..]));
    store
        .discard_staged(grant.picture_id)
        .await
        .expect("discards");
}

async fn staged(store: &impl BlobStore, grant: &UploadGrant) -> Option<Bytes> {
    store.staged(grant).await.expect("what is staged reads")
}

async fn originals(store: &impl BlobStore, after: Option<Digest>, limit: usize) -> Vec<BlobInfo> {
    store.list_originals(after, limit).await.expect("lists")
}

async fn forget(store: &impl BlobStore, grant: &UploadGrant) {
    store
        .discard_staged(grant.picture_id)
        .await
        .expect("discards");
    store
        .remove_original(grant.digest, hours_from_now(1))
        .await
        .expect("removes");
}

fn hours_from_now(hours: i64) -> Timestamp {
    let second = Timestamp::now().as_second() + hours * 3600;
    Timestamp::from_second(second).expect("a time near now")
}
