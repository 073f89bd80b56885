//! Which pages may sign people in: those of this machine, whichever port a developer uses, and the web app's.

use axum::http::HeaderValue;
use reqwest::Url;
use tower_http::cors::AllowOrigin;

pub(super) fn allowed(app_url: &str) -> AllowOrigin {
    let app = Url::parse(app_url).ok().map(|url| url.origin());
    AllowOrigin::predicate(move |origin: &HeaderValue, _| {
        let origin = origin.to_str().ok().and_then(|text| Url::parse(text).ok());
        origin.is_some_and(|url| is_local(&url) || Some(url.origin()) == app)
    })
}

fn is_local(url: &Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}
