//! The mail box for people. Everything a mail says is shown as text, its HTML part as source.

use axum::response::Response;
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
                    @if let Some(source) = &message.html {
                        details { summary { "HTML part" } pre { (source) } }
                    }
                }
            }
            @if let Some(last) = messages.last() {
                p { a href=(format!("/mail?before={}", last.cursor)) { "Older" } }
            }
        },
    )
}
