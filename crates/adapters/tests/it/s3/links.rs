//! What the bucket's own links open, and what they do not.

use std::time::{Duration, Instant};

use picasso_adapters::s3::S3BlobStore;
use picasso_commands::{
    contract::blobs::{digest_of, grant_for},
    ports::{BlobStore, DownloadGrant, UploadGrant},
};
use picasso_domain::{Timestamp, values::MediaType};
use reqwest::{Client, Response, StatusCode};

use super::{in_an_hour, server};

/// PUTs by the link and the headers that a client is told.
pub async fn put(
    store: &impl BlobStore,
    grant: &UploadGrant,
    content: &[u8],
    expires_at: Timestamp,
) -> Response {
    let link = store.upload_link(grant, expires_at).await.expect("links");
    let mut request = Client::new().put(&link.link.url).body(content.to_vec());
    for (name, value) in &link.headers {
        request = request.header(name, value);
    }
    request.send().await.expect("an answer")
}

async fn is_staged(store: &S3BlobStore, grant: &UploadGrant) -> bool {
    store.staged(grant).await.expect("reads").is_some()
}

#[tokio::test]
async fn a_link_takes_the_announced_bytes_and_no_others() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let grant = grant_for(b"announced");
    for other in [&b"ANNOUNCED"[..], b"announced, and more", b"ann", b""] {
        let answer = put(&store, &grant, other, in_an_hour()).await;
        assert!(answer.status().is_client_error(), "{other:?}: {answer:?}");
        assert!(!is_staged(&store, &grant).await, "{other:?} is kept");
    }
    let answer = put(&store, &grant, b"announced", in_an_hour()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(is_staged(&store, &grant).await);
    bucket.remove().await;
}

#[tokio::test]
async fn what_pins_the_bytes_cannot_be_left_out_or_altered() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let grant = grant_for(b"announced");
    let link = store.upload_link(&grant, in_an_hour()).await;
    let link = link.expect("links");
    let names: Vec<_> = link.headers.keys().map(String::as_str).collect();
    assert_eq!(names, ["x-amz-checksum-sha256"]);
    // The length is pinned too, though clients send it by themselves.
    let signed = "X-Amz-SignedHeaders=content-length%3Bhost%3Bx-amz-checksum-sha256";
    assert!(link.link.url.contains(signed), "{}", link.link.url);
    let http = Client::new();
    let without = http.put(&link.link.url).body("announced").send().await;
    let without = without.expect("an answer").status();
    assert!(without.is_client_error(), "{without}");
    // The checksum of other bytes, sent with those bytes.
    let other = grant_for(b"ANNOUNCED");
    let other = store.upload_link(&other, in_an_hour()).await;
    let other = other.expect("links").headers;
    let checksum = &other["x-amz-checksum-sha256"];
    let altered = http
        .put(&link.link.url)
        .header("x-amz-checksum-sha256", checksum)
        .body("ANNOUNCED");
    let altered = altered.send().await.expect("an answer");
    assert_eq!(altered.status(), StatusCode::FORBIDDEN);
    // A link to one place opens no other.
    let elsewhere = link.link.url.replace("/staging/", "/originals/");
    let elsewhere = http
        .put(elsewhere)
        .header(
            "x-amz-checksum-sha256",
            &link.headers["x-amz-checksum-sha256"],
        )
        .body("announced");
    let elsewhere = elsewhere.send().await.expect("an answer");
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
    assert_eq!(bucket.versions().await, 0);
    bucket.remove().await;
}

#[tokio::test]
async fn a_link_to_put_that_is_over_takes_nothing() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let grant = grant_for(b"late");
    let now_s = Timestamp::now().as_second();
    let over = Timestamp::from_second(now_s - 60).expect("a time");
    let answer = put(&store, &grant, b"late", over).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(!is_staged(&store, &grant).await);
    bucket.remove().await;
}

async fn kept(store: &S3BlobStore, content: &[u8]) -> DownloadGrant {
    let grant = grant_for(content);
    put(store, &grant, content, in_an_hour()).await;
    store.keep_original(&grant).await.expect("keeps");
    DownloadGrant {
        original: grant.digest,
        media_type: MediaType::Png,
        file_name: "ein-schöner-tag.png".to_owned(),
    }
}

#[tokio::test]
async fn an_original_comes_by_its_link_under_our_name() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let grant = kept(&store, b"an original").await;
    let link = store.download_link(&grant, in_an_hour()).await;
    let answer = reqwest::get(link.expect("links").url).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let headers = answer.headers();
    assert_eq!(headers["content-type"], "image/png");
    assert_eq!(headers["cache-control"], "private, no-store");
    assert_eq!(
        headers["content-disposition"],
        "attachment; filename=\"ein-sch_ner-tag.png\"; filename*=UTF-8''ein-sch%C3%B6ner-tag.png"
    );
    assert_eq!(answer.bytes().await.expect("a body"), "an original");
    bucket.remove().await;
}

#[tokio::test]
async fn an_original_does_not_come_without_a_link_or_after_its_time() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let grant = kept(&store, b"an original").await;
    let bare = format!("{}/originals/{}", bucket.url(), grant.original);
    let answer = reqwest::get(&bare).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let soon = Timestamp::from_second(Timestamp::now().as_second() + 2).expect("a time");
    let link = store.download_link(&grant, soon).await.expect("links");
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let was_over = Timestamp::now() > soon;
        let answer = reqwest::get(&link.url).await.expect("an answer");
        match answer.status() {
            StatusCode::OK => assert!(!was_over, "it works after its time"),
            StatusCode::FORBIDDEN => break,
            status => panic!("{status}"),
        }
        assert!(Instant::now() < until, "it works for ever");
    }
    bucket.remove().await;
}

/// What `infra/s3/README.md` gives a bucket without a CDN that serves its derivatives itself.
#[tokio::test]
async fn derivatives_are_public_by_the_policy_and_originals_are_not() {
    let bucket = server::bucket().await;
    let mut config = server::config_of(&bucket);
    config.derivatives_base_url = format!("{}/derivatives", bucket.url());
    let store = picasso_adapters::s3::S3BlobStore::open(config).await;
    let store = store.expect("opens");
    bucket.open_derivatives().await;
    let original = kept(&store, b"an original").await.original;
    let digest = digest_of(b"a derivative");
    let stored = store.put_derivative(digest, b"a derivative".as_slice().into());
    stored.await.expect("stores");
    let answer = reqwest::get(store.derivative_url(digest)).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    let cached = "public, max-age=31536000, immutable";
    assert_eq!(answer.headers()["cache-control"], cached);
    for private in [
        format!("originals/{original}"),
        String::new(),
        "?versions".into(),
    ] {
        let url = format!("{}/{private}", bucket.url());
        let answer = reqwest::get(&url).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{url}");
    }
    bucket.remove().await;
}
