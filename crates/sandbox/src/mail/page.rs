//! The mail box for people. The list shows everything a mail says as text; its HTML part is a page of its own, which may
//! run, load and send nothing.

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use maud::html;

use super::Message;
use crate::html::{page, time};

pub(super) fn mail_box(messages: &[Message]) -> Response {
    page(
        "Mail",
        &[],
        html! {
            p { "Newest first. None of these was sent." }
            @if messages.is_empty() { p { "No mail yet." } }
            @for message in messages {
                article {
                    h2 { (message.subject) }
                    p { "To " strong { (message.to) } " · " (message.kind) " · " (time(message.created)) }
                    pre { (message.text) }
                    @if message.html.is_some() {
                        p { a href=(format!("/mail/messages/{}/html", message.id)) { "As HTML" } }
                    }
                }
            }
            @if let Some(last) = messages.last() {
                p { a href=(format!("/mail?before={}", last.cursor)) { "Older" } }
            }
        },
    )
}

/// A mail's HTML part as a mail program shows it.
pub(super) fn html_part(source: String) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; \
                  form-action 'none'; sandbox allow-top-navigation-by-user-activation";
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(policy),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (headers, Html(source)).into_response()
}
