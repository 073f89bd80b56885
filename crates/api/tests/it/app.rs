//! The web app comes from memory: its page at every address that nothing else serves, its assets for ever.

use axum::body::Body;
use http::{Request, Response, StatusCode};

use crate::server::{body, fetch, get};

fn asking(path: &str, header: &str, value: &str) -> Request<Body> {
    let request = Request::get(path).header(header, value);
    request.body(Body::empty()).unwrap()
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_page_is_at_every_address_that_nothing_else_serves() {
    for path in [
        "/",
        "/index.html",
        "/orders/01a2.Bu4K.1?checkout=success",
        "/payouts?onboarding=returned",
        "/@ann",
        "/pictures/01a204d8-1eb8-703b-8ef6-8d6b5a6a44c6",
    ] {
        let page = fetch(get(path)).await;
        assert_eq!(page.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&page, "cache-control"), "no-cache");
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        let policy = header(&page, "content-security-policy");
        assert!(policy.starts_with("default-src 'self';"), "{policy}");
        for name in [
            "referrer-policy",
            "permissions-policy",
            "cross-origin-opener-policy",
        ] {
            assert!(!header(&page, name).is_empty(), "{name}");
        }
        assert_eq!(body(page).await, "<h1>Picasso</h1>", "{path}");
    }
}

#[tokio::test]
async fn what_is_no_page_is_not_found() {
    for path in [
        "/assets/",
        "/assets/index-2a.js",
        "/assets/deep/page",
        "/robots.txt",
        "/a/.env",
    ] {
        let missing = fetch(get(path)).await;
        assert_eq!(missing.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(header(&missing, "content-type"), "application/problem+json");
    }
    let post = Request::post("/pictures").body(Body::empty()).unwrap();
    assert_eq!(fetch(post).await.status(), StatusCode::NOT_FOUND);
    let grpc = fetch(asking("/pictures", "content-type", "application/grpc")).await;
    assert_eq!(header(&grpc, "grpc-status"), "12");
}

#[tokio::test]
async fn an_asset_is_cached_for_ever_in_the_form_a_browser_takes() {
    let path = "/assets/index-1f.js";
    for (encodings, coding, content) in [("gzip, br", "br", "brotli"), ("gzip", "", "script")] {
        let asset = fetch(asking(path, "accept-encoding", encodings)).await;
        assert_eq!(header(&asset, "content-encoding"), coding);
        assert_eq!(
            header(&asset, "content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(
            header(&asset, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(header(&asset, "x-content-type-options"), "nosniff");
        let mut varies = asset.headers().get_all("vary").iter();
        assert!(varies.any(|by| by == "accept-encoding"));
        assert_eq!(body(asset).await, content);
    }
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    for path in ["/", "/favicon.svg", "/assets/index-1f.js"] {
        let etag = header(&fetch(get(path)).await, "etag").to_owned();
        let same = fetch(asking(path, "if-none-match", &format!("\"x\", W/{etag}"))).await;
        assert_eq!(same.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(header(&same, "etag"), etag);
        assert_eq!(body(same).await, "");
        let other = fetch(asking(path, "if-none-match", "\"x\"")).await;
        assert_eq!(other.status(), StatusCode::OK, "{path}");
    }
}

/// The two forms of a file have different bytes, so a cache must not take the one for the other.
#[tokio::test]
async fn each_form_has_an_etag_of_its_own() {
    let path = "/assets/index-1f.js";
    let plain = header(&fetch(get(path)).await, "etag").to_owned();
    let brotli = fetch(asking(path, "accept-encoding", "br")).await;
    assert_ne!(header(&brotli, "etag"), plain);
}

#[tokio::test]
async fn the_app_is_told_its_configuration() {
    let config = fetch(get("/app/config.json")).await;
    assert_eq!(header(&config, "content-type"), "application/json");
    assert_eq!(header(&config, "cache-control"), "no-cache");
    assert_eq!(body(config).await, r#"{"version":"1"}"#);
}
