//! Plain HTTP beside gRPC: files, webhooks, links in letters, health, metrics and the web app.
//!
//! Keeps true: a refusal is a problem document (RFC 9457) with the same reasons as a gRPC status has.

mod app;
mod files;
mod health;
mod letters;
mod problem;
mod webhooks;

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::time::Instant;

pub use self::{
    app::{App, AppError, BuiltFile, Heads, Reach},
    files::Files,
    health::Check,
    letters::Letters,
    problem::Problem,
    webhooks::Webhooks,
};
use crate::{
    limits::Limits,
    status::{Reason, Refusal},
};

/// What the plain part serves; what is absent is not mounted.
#[derive(Default)]
pub struct Plain {
    pub files: Option<Files>,
    pub webhooks: Option<Webhooks>,
    /// Where letters are ended.
    pub letters: Option<Letters>,
    /// What `/readyz` looks at.
    pub checks: Vec<Check>,
    pub metrics: Option<PrometheusHandle>,
    /// The web app, at `/` and at every address that nothing else serves.
    pub app: Option<App>,
}

impl Plain {
    pub(crate) fn router(self, limits: &Limits) -> Router {
        let mut router = health::router(self.checks);
        if let Some(files) = self.files {
            router = router.merge(files::router(files, limits));
        }
        if let Some(webhooks) = self.webhooks {
            router = router.merge(webhooks::router(webhooks));
        }
        if let Some(letters) = self.letters {
            router = router.merge(letters::router(letters));
        }
        if let Some(handle) = self.metrics {
            router = router.route("/metrics", get(move || async move { handle.render() }));
        }
        if let Some(app) = self.app {
            router = router.merge(app.router());
        }
        router.layer(middleware::from_fn(measure))
    }
}

fn html(page: Bytes) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    (headers, page).into_response()
}

async fn measure(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let started = Instant::now();
    let response = next.run(request).await;
    let labels = [
        (
            "route",
            metrics::SharedString::from(route.unwrap_or_else(|| "none".to_owned())),
        ),
        ("status", response.status().as_u16().to_string().into()),
    ];
    metrics::histogram!("picasso_http_seconds", &labels).record(started.elapsed().as_secs_f64());
    response
}

/// What nobody serves: answered in the caller's own protocol.
pub(crate) async fn nothing_here(request: Request) -> Response {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    match content_type.filter(|_| is_grpc(request.headers())).cloned() {
        None => Problem::from(Refusal::new(Reason::FileNotFound)).into_response(),
        Some(content_type) => {
            let status = tonic::Status::from(Refusal::new(Reason::UnknownMethod));
            let mut response = status.into_http::<axum::body::Body>();
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, content_type);
            response
        }
    }
}

/// Whether the caller speaks gRPC or gRPC-web.
fn is_grpc(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
