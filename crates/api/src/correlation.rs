//! One id per request: on its answer, in its log lines, and in what a caller is told of an internal error.

use std::future::Future;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Instrument;
use uuid::Uuid;

/// Taken over from the request if it is a UUID there; on every answer.
pub const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

tokio::task_local! {
    static CURRENT: Uuid;
}

/// The id of the request being served; a new one outside of requests.
#[must_use]
pub fn current() -> Uuid {
    CURRENT
        .try_with(|id| *id)
        .unwrap_or_else(|_| Uuid::new_v4())
}

/// Runs something as part of the request with this id.
pub async fn scope<F: Future>(id: Uuid, work: F) -> F::Output {
    CURRENT.scope(id, work).await
}

/// The middleware around everything. The span names the route, never the path: a path may hold a signed token.
pub async fn correlate(request: Request, next: Next) -> Response {
    let id = sent(request.headers()).unwrap_or_else(Uuid::new_v4);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str);
    let span =
        tracing::debug_span!("request", method = %request.method(), route, correlation_id = %id);
    let mut response = scope(id, next.run(request)).instrument(span).await;
    if let Ok(value) =
        HeaderValue::from_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    {
        response.headers_mut().insert(CORRELATION_ID, value);
    }
    response
}

fn sent(headers: &HeaderMap) -> Option<Uuid> {
    Uuid::parse_str(headers.get(CORRELATION_ID)?.to_str().ok()?).ok()
}
