//! The hosted checkout page: what is bought, what it costs, and how the payment shall end. Plain forms,
//! no scripts. Knowing a session's id is the right to pay it, as on Stripe's own page.

mod page;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rusqlite::Transaction;

use crate::error::Result;
use crate::faults::{self, FaultKind, Operation};
use crate::server::Sandbox;
use crate::stripe::{self, DisputeEnd, Payment, Session};

/// What stands for the session's id in a success or cancel URL.
const ID_TEMPLATE: &str = "{CHECKOUT_SESSION_ID}";
/// The query under which the checkout page says that the card was declined.
const DECLINED: &str = "declined";

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/checkout/{id}", get(show))
        .route("/checkout/{id}/pay", post(pay))
        .route("/checkout/{id}/pay-twice", post(pay_twice))
        .route("/checkout/{id}/decline", post(decline))
        .route("/checkout/{id}/leave", post(leave))
        .route("/checkout/{id}/refund", post(refund))
        .route("/checkout/{id}/dispute", post(dispute))
        .route("/checkout/{id}/dispute-won", post(dispute_won))
        .route("/checkout/{id}/dispute-lost", post(dispute_lost))
}

async fn show(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let is_declined = query.as_deref() == Some(DECLINED);
    match with_session(&sandbox, id, |_, session| Ok(session.clone())).await {
        Ok(Some(session)) => page::checkout(&session, is_declined),
        Ok(None) => page::unknown(),
        Err(error) => crate::html::broken(&error),
    }
}

async fn pay(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    attempt_to_pay(&sandbox, id, false).await
}

async fn pay_twice(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    attempt_to_pay(&sandbox, id, true).await
}

async fn attempt_to_pay(sandbox: &Sandbox, id: String, twice: bool) -> Response {
    let now_s = sandbox.clock().now_s();
    let url = sandbox.config().public_base_url.clone();
    let paid = with_session(sandbox, id, move |tx, session| {
        let fault = faults::take(tx, Operation::Pay, &subjects(session))?;
        if fault.is_some_and(faults::is_before_effect) {
            return Ok((fault, None));
        }
        let twice = twice || fault == Some(FaultKind::DoubleCharge);
        let payment = stripe::pay(tx, session, now_s, &url, twice)?;
        Ok((fault, Some(after_payment(session, &payment))))
    });
    let paid = paid.await;
    sandbox.wake_deliveries();
    match paid {
        Ok(Some((fault, answer))) => {
            faults::spoil(fault, answer, sandbox.config().fault_hang).await
        }
        Ok(None) => page::unknown(),
        Err(error) => crate::html::broken(&error),
    }
}

async fn decline(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let now_s = sandbox.clock().now_s();
    let declined = with_session(&sandbox, id, move |tx, session| {
        let payment = stripe::decline(tx, session, now_s)?;
        Ok(match payment {
            Payment::Declined => {
                redirect(&format!("/checkout/{}?{DECLINED}", session.id), &session.id)
            }
            other => after_payment(session, &other),
        })
    });
    let declined = declined.await;
    sandbox.wake_deliveries();
    match declined {
        Ok(answer) => answer.unwrap_or_else(page::unknown),
        Err(error) => crate::html::broken(&error),
    }
}

async fn leave(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    match with_session(&sandbox, id, |_, session| Ok(session.clone())).await {
        Ok(Some(session)) => match &session.cancel_url {
            Some(url) => redirect(url, &session.id),
            None => page::left(),
        },
        Ok(None) => page::unknown(),
        Err(error) => crate::html::broken(&error),
    }
}

/// As an operator does in the dashboard.
async fn refund(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let now_s = sandbox.clock().now_s();
    aftermath(&sandbox, id, move |tx, session| {
        stripe::refund_session(tx, session, now_s)
    })
    .await
}

/// As the buyer's bank does.
async fn dispute(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let now_s = sandbox.clock().now_s();
    aftermath(&sandbox, id, move |tx, session| {
        stripe::open_dispute(tx, session, now_s)
    })
    .await
}

async fn dispute_won(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    aftermath(&sandbox, id, |tx, session| {
        stripe::close_dispute(tx, session, DisputeEnd::Won)
    })
    .await
}

async fn dispute_lost(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    aftermath(&sandbox, id, |tx, session| {
        stripe::close_dispute(tx, session, DisputeEnd::Lost)
    })
    .await
}

/// Something that happens to a payment later; back to the page.
async fn aftermath(
    sandbox: &Sandbox,
    id: String,
    work: impl FnOnce(&Transaction<'_>, &Session) -> Result<()> + Send + 'static,
) -> Response {
    let done = with_session(sandbox, id, move |tx, session| {
        work(tx, session)?;
        Ok(redirect(&format!("/checkout/{}", session.id), &session.id))
    });
    let done = done.await;
    sandbox.wake_deliveries();
    match done {
        Ok(answer) => answer.unwrap_or_else(page::unknown),
        Err(error) => crate::html::broken(&error),
    }
}

/// Runs `work` on the session in one transaction, after overdue sessions have ended.
async fn with_session<T: Send + 'static>(
    sandbox: &Sandbox,
    id: String,
    work: impl FnOnce(&Transaction<'_>, &mut Session) -> Result<T> + Send + 'static,
) -> Result<Option<T>> {
    let now_s = sandbox.clock().now_s();
    let url = sandbox.config().public_base_url.clone();
    sandbox
        .store()
        .transact(move |tx| {
            stripe::expire_overdue(tx, now_s, &url)?;
            Session::find(tx, &id)?
                .map(|mut session| work(tx, &mut session))
                .transpose()
        })
        .await
}

fn subjects(session: &Session) -> Vec<&str> {
    [
        Some(&session.id),
        session.reference.as_ref(),
        session.payment_intent.as_ref(),
    ]
    .into_iter()
    .flatten()
    .map(String::as_str)
    .collect()
}

fn after_payment(session: &Session, payment: &Payment) -> Response {
    match payment {
        Payment::Paid | Payment::AlreadyPaid => redirect(&session.success_url, &session.id),
        Payment::Declined | Payment::SessionExpired => page::checkout(session, false),
    }
}

/// 303, so that reloading the next page does not send the form again.
fn redirect(url: &str, session_id: &str) -> Response {
    let location = url.replace(ID_TEMPLATE, session_id);
    let location =
        HeaderValue::from_str(&location).unwrap_or_else(|_| HeaderValue::from_static("/"));
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
