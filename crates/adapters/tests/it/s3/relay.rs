//! A bucket that stops answering well is not asked more because of it, and is asked again when it answers.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use picasso_adapters::s3::S3BlobStore;
use picasso_commands::{contract::blobs::digest_of, ports::BlobStore};
use picasso_testing::S3Server;

use super::{super::local_sandbox, server};

/// Stands before the server, counts, and answers 503 while it is told to.
#[derive(Clone, Default)]
struct Relay {
    asked: Arc<AtomicUsize>,
    is_broken: Arc<AtomicBool>,
}

/// Headers are passed on as they are, the signed `Host` among them.
async fn pass(
    State(relay): State<Relay>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, Bytes) {
    relay.asked.fetch_add(1, Ordering::Relaxed);
    if relay.is_broken.load(Ordering::Relaxed) {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            HeaderMap::new(),
            Bytes::new(),
        );
    }
    let request =
        reqwest::Client::new().request(method, format!("{}{uri}", S3Server::shared().endpoint));
    let answer = request.headers(headers).body(body).send().await;
    let answer = answer.expect("the server answers");
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove("content-length");
    headers.remove("transfer-encoding");
    (status, headers, answer.bytes().await.expect("a body"))
}

#[tokio::test]
async fn a_bucket_that_fails_is_asked_hardly_more_often_than_it_is_needed() {
    const CALLS: usize = 100;
    let bucket = server::bucket().await;
    let (listener, url) = local_sandbox::listen().await;
    let relay = Relay::default();
    let app = Router::new().fallback(pass).with_state(relay.clone());
    tokio::spawn(axum::serve(listener, app).into_future());
    let mut config = server::config_of(&bucket);
    config.endpoint = Some(url);
    let store = S3BlobStore::open(config).await.expect("opens");
    let digest = digest_of(b"a derivative");
    relay.asked.store(0, Ordering::Relaxed);
    relay.is_broken.store(true, Ordering::Relaxed);
    for _ in 0..CALLS {
        assert!(store.derivative(digest).await.is_err());
    }
    let asked = relay.asked.load(Ordering::Relaxed);
    println!("{asked} requests for {CALLS} calls");
    assert!(asked > CALLS, "a single failure is tried again");
    assert!(asked <= CALLS * 3 / 2, "{asked} requests for {CALLS} calls");
    relay.is_broken.store(false, Ordering::Relaxed);
    let found = store.derivative(digest).await.expect("it is back");
    assert!(found.is_none());
    bucket.remove().await;
}
