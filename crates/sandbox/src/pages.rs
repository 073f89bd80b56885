//! The pages for people: where to look, and what was paid. Also `POST /sandbox/clock`.

use std::time::Duration;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use crate::faults::{self, ActiveFault};
use crate::html::{broken, page, style, time};
use crate::server::Sandbox;
use crate::stripe::{Session, SessionStatus};
use crate::webhooks::{self, Delivery};
use crate::{ledger, money};

const SHOWN: u32 = 100;
const MAX_ADVANCE_S: u64 = 366 * 24 * 60 * 60;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/", get(index))
        .route("/sandbox/style.css", get(style))
        .route("/sandbox/payments", get(payments))
        .route("/sandbox/clock", post(advance_clock))
}

async fn index(State(sandbox): State<Sandbox>) -> Response {
    match sandbox.store().transact(faults::list).await {
        Ok(faults) => page("Picasso sandbox", &[], start_page(&faults)),
        Err(error) => broken(&error),
    }
}

fn start_page(faults: &[ActiveFault]) -> Markup {
    html! {
        p { "Local stand-ins for the outside services Picasso uses. Cards, people and mails here are not real." }
        ul {
            li { a href="/sandbox/payments" { "Payments" } ": checkouts, charges, refunds and webhooks" }
            li { a href="/mail" { "Mail" } ": what would have been sent" }
            li { a href="/sandbox/faults" { "Faults" } ": what shall go wrong next (JSON)" }
            li { a href="/sandbox/ledger" { "Ledger" } ": charges and refunds by reference (JSON)" }
            li { a href="/identity/keys" { "Identity keys" } ": the public keys of ID tokens (JSON)" }
        }
        h2 { "Faults waiting" }
        @if faults.is_empty() { p { "None: everything works." } }
        ul {
            @for fault in faults {
                li { code { (serde_json::to_string(fault).unwrap_or_default()) } }
            }
        }
    }
}

async fn payments(State(sandbox): State<Sandbox>) -> Response {
    let found = sandbox.store().transact(|tx| {
        Ok((
            Session::latest(tx, SHOWN)?,
            ledger::read(tx, None)?,
            webhooks::latest(tx, SHOWN)?,
        ))
    });
    match found.await {
        Ok((sessions, ledger, deliveries)) => page(
            "Payments",
            &[],
            html! {
                (session_table(&sessions))
                h2 { "Charges and refunds" }
                (ledger_table(&ledger))
                h2 { "Webhooks" }
                (delivery_table(&deliveries))
            },
        ),
        Err(error) => broken(&error),
    }
}

fn session_table(sessions: &[Session]) -> Markup {
    html! {
        @if sessions.is_empty() { p { "Nobody has started a checkout yet." } }
        @else {
            table {
                thead { tr { th { "Started" } th { "What" } th.amount { "Price" } th { "Status" } th { "Reference" } } }
                tbody {
                    @for session in sessions {
                        tr {
                            td { (time(session.created)) }
                            td { (session.line_items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>().join(", ")) }
                            td.amount { (money::display(session.amount, &session.currency)) }
                            td {
                                @if session.status == SessionStatus::Open {
                                    a href=(format!("/checkout/{}", session.id)) { "open" }
                                } @else { (session.status.name()) }
                            }
                            td { (session.reference.as_deref().unwrap_or("")) }
                        }
                    }
                }
            }
        }
    }
}

fn ledger_table(ledger: &ledger::Ledger) -> Markup {
    html! {
        table {
            thead { tr { th { "Reference" } th.amount { "Charged" } th.amount { "Refunded" } th.amount { "Net" } th.amount { "With banks" } th.amount { "Handed on" } th.amount { "Taken back" } th.amount { "Payments" } } }
            tbody {
                @for entry in ledger.references.iter().take(SHOWN as usize) {
                    tr {
                        td { (entry.client_reference_id.as_deref().unwrap_or("")) }
                        td.amount { (money::display(entry.charged, &entry.currency)) }
                        td.amount { (money::display(entry.refunded, &entry.currency)) }
                        td.amount { (money::display(entry.net, &entry.currency)) }
                        td.amount { (money::display(entry.withdrawn, &entry.currency)) }
                        td.amount { (money::display(entry.transferred, &entry.currency)) }
                        td.amount { (money::display(entry.reversed, &entry.currency)) }
                        td.amount { (entry.payments.len()) }
                    }
                }
            }
        }
    }
}

fn delivery_table(deliveries: &[Delivery]) -> Markup {
    html! {
        table {
            thead { tr { th { "Event" } th { "State" } th.amount { "Attempts" } th { "Last failure" } } }
            tbody {
                @for delivery in deliveries {
                    tr {
                        td { (delivery.r#type) br; small { (delivery.event) } }
                        td { (delivery.state) }
                        td.amount { (delivery.attempts) }
                        td { (delivery.last_failure.as_deref().unwrap_or("")) }
                    }
                }
            }
        }
    }
}

#[derive(Deserialize)]
struct Advance {
    advance_s: u64,
}

async fn advance_clock(
    State(sandbox): State<Sandbox>,
    body: Result<Json<Advance>, JsonRejection>,
) -> Response {
    match body {
        Ok(Json(Advance { advance_s })) if advance_s <= MAX_ADVANCE_S => {
            sandbox.advance_clock(Duration::from_secs(advance_s));
            Json(json!({"now_s": sandbox.clock().now_s()})).into_response()
        }
        Ok(_) => refuse("advance_s must be at most a year"),
        Err(refused) => refuse(&refused.body_text()),
    }
}

fn refuse(reason: &str) -> Response {
    (
        StatusCode::BAD_REQUEST,
        Json(json!({"error": {"reason": "INVALID_CLOCK", "message": reason}})),
    )
        .into_response()
}
