//! What all pages share: the frame with its "no real money" banner, the style sheet, and headers that
//! allow neither scripts nor framing. Templates escape everything.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use crate::error::SandboxError;

const NOTHING_ALLOWED: &str = "default-src 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("html/style.css");

/// A page; forms on it may be sent, and lead on, to this server and `form_targets` (origins) only.
pub(crate) fn page(title: &str, form_targets: &[String], content: Markup) -> Response {
    let body = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Picasso sandbox" }
                link rel="stylesheet" href="/sandbox/style.css";
            }
            body {
                p.banner role="note" { strong { "Sandbox" } " · no real money moves here" }
                main { h1 { (title) } (content) }
                footer { a href="/" { "Sandbox start page" } }
            }
        }
    };
    with_headers(form_targets, Html(body.into_string()).into_response())
}

fn with_headers(form_targets: &[String], mut response: Response) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {}",
        form_targets.join(" ")
    );
    let policy =
        HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(NOTHING_ALLOWED));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(crate) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// The answer to a failure of the sandbox itself; the one place that logs it.
pub(crate) fn broken(error: &SandboxError) -> Response {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "sandbox request failed"
    );
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "the sandbox failed; see its log\n",
    )
        .into_response()
}

/// `2026-01-31 12:00:00Z` from seconds since the Unix epoch.
pub(crate) fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(
        |_| seconds.to_string(),
        |t| t.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
    )
}
