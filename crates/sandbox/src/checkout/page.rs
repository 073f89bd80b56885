//! What the checkout page looks like in each state of its session.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use reqwest::Url;

use crate::html::{page, time};
use crate::money;
use crate::stripe::{Session, SessionStatus};

/// The page of a session; `is_declined` after a card was just declined.
pub(super) fn checkout(session: &Session, is_declined: bool) -> Response {
    let content = html! {
        section.card aria-label="Your order" {
            (order(session))
            @if is_declined && session.status == SessionStatus::Open {
                p.notice role="alert" { "Your card was declined. Nothing was charged; you can try again." }
            }
            @match session.status {
                SessionStatus::Open => (choices(session)),
                SessionStatus::Complete => (paid(session)),
                SessionStatus::Expired => p.notice role="status" {
                    "This checkout has expired. Nothing was charged. Start again from the shop."
                },
            }
        }
    };
    page("Checkout", &form_targets(session), content)
}

pub(super) fn unknown() -> Response {
    let mut response = page(
        "Checkout not found",
        &[],
        html! {
            p { "There is no checkout under this address. Start again from the shop." }
        },
    );
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

pub(super) fn left() -> Response {
    page(
        "Checkout left",
        &[],
        html! { p { "Nothing was charged. You can close this page." } },
    )
}

fn order(session: &Session) -> Markup {
    html! {
        @for item in &session.line_items {
            p { (item.name) @if item.quantity > 1 { " × " (item.quantity) } }
        }
        p.price { (money::display(session.amount, &session.currency)) }
        @if let Some(email) = &session.customer_email { p { "For " (email) } }
    }
}

fn choices(session: &Session) -> Markup {
    html! {
        (button(session, "pay", "Pay", true))
        (button(session, "decline", "Card declined", false))
        (button(session, "leave", "Leave without paying", false))
        details {
            summary { "More ways this can go" }
            (button(session, "pay-twice", "Pay, and be charged twice by mistake", false))
        }
        p { small { "Open until " (time(session.expires_at)) } }
    }
}

fn paid(session: &Session) -> Markup {
    html! {
        p role="status" { strong { "Paid." } " Paying again will not charge again." }
        (button(session, "pay", "Pay again", true))
        (button(session, "pay-twice", "Be charged a second time by mistake", false))
        details {
            summary { "What may happen later" }
            (button(session, "refund", "Refund it in the provider's dashboard", false))
            (button(session, "dispute", "Dispute it at the bank", false))
            (button(session, "dispute-won", "The shop wins the dispute", false))
            (button(session, "dispute-lost", "The buyer wins the dispute", false))
        }
    }
}

fn button(session: &Session, action: &str, label: &str, is_primary: bool) -> Markup {
    html! {
        form method="post" action=(format!("/checkout/{}/{action}", session.id)) {
            button.primary[is_primary] type="submit" { (label) }
        }
    }
}

/// Browsers hold `form-action` against redirects too, so the shop's own origins must be in it.
fn form_targets(session: &Session) -> Vec<String> {
    let urls = [
        Some(session.success_url.as_str()),
        session.cancel_url.as_deref(),
    ];
    urls.into_iter()
        .flatten()
        .filter_map(|url| Url::parse(url).ok())
        .map(|url| url.origin().ascii_serialization())
        .collect()
}
