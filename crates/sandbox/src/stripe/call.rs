//! How every Stripe call runs: take its fault, replay or perform it, remember the answer, all in one
//! transaction; then give the caller what the fault leaves of it.

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rusqlite::Transaction;
use serde_json::Value;

use super::error::{Failure, Refusal};
use super::idempotency::IdempotencyKey;
use super::sessions::expire_overdue;
use crate::faults::{self, FaultKind, Operation};
use crate::ids;
use crate::server::Sandbox;

pub(super) struct Answer {
    pub status: StatusCode,
    pub body: Value,
    pub replayed: bool,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status,
            body: refusal.body(),
            replayed: false,
        }
    }
}

/// What a call is, apart from its effect.
pub(super) struct Call {
    /// Faults on this operation strike the call.
    pub operation: Option<Operation>,
    pub key: Option<IdempotencyKey>,
    /// What a fault's `match` is compared with: an id or reference, and what it leads to.
    pub subject: Option<String>,
}

type Struck = (Option<FaultKind>, Option<Answer>);

/// Runs `effect` under the call's rules. An effect refuses before it writes anything, because a refusal is
/// committed with the fault it met.
pub(super) async fn perform(
    sandbox: &Sandbox,
    call: Call,
    effect: impl FnOnce(&Transaction<'_>) -> Result<Value, Failure> + Send + 'static,
) -> Response {
    let now_s = sandbox.clock().now_s();
    let url = sandbox.config().public_base_url.clone();
    let ran = sandbox.store().transact(move |tx| {
        expire_overdue(tx, now_s, &url)?;
        run(tx, &call, effect)
    });
    let ran = ran.await;
    sandbox.wake_deliveries();
    match ran {
        Ok((fault, answer)) => {
            faults::spoil(fault, answer.map(respond), sandbox.config().fault_hang).await
        }
        Err(Failure::Refused(refusal)) => refuse(refusal),
        Err(Failure::Broken(error)) => internal(&error),
    }
}

fn run(
    tx: &Transaction<'_>,
    call: &Call,
    effect: impl FnOnce(&Transaction<'_>) -> Result<Value, Failure>,
) -> Result<Struck, Failure> {
    let fault = take_fault(tx, call)?;
    if fault.is_some_and(faults::is_before_effect) {
        return Ok((fault, None));
    }
    // A refusal that no key keeps is an answer all the same: the fault it met is used up.
    match answer(tx, call, effect) {
        Ok(answer) => Ok((fault, Some(answer))),
        Err(Failure::Refused(refusal)) => Ok((fault, Some(refusal.into()))),
        Err(broken) => Err(broken),
    }
}

fn take_fault(tx: &Transaction<'_>, call: &Call) -> Result<Option<FaultKind>, Failure> {
    let Some(operation) = call.operation else {
        return Ok(None);
    };
    let subject = call.subject.as_deref().unwrap_or_default();
    let mut subjects = vec![subject.to_owned()];
    subjects.extend(super::sessions::related(tx, subject)?);
    let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
    Ok(faults::take(tx, operation, &subjects)?)
}

fn answer(
    tx: &Transaction<'_>,
    call: &Call,
    effect: impl FnOnce(&Transaction<'_>) -> Result<Value, Failure>,
) -> Result<Answer, Failure> {
    if let Some(key) = &call.key
        && let Some(first) = key.first_answer(tx)?
    {
        return Ok(first);
    }
    let answer = match effect(tx) {
        Ok(body) => Answer {
            status: StatusCode::OK,
            body,
            replayed: false,
        },
        Err(Failure::Refused(refusal)) if refusal.is_kept => refusal.into(),
        Err(failure) => return Err(failure),
    };
    if let Some(key) = &call.key {
        key.remember(tx, &answer)?;
    }
    Ok(answer)
}

fn respond(answer: Answer) -> Response {
    let mut response = (answer.status, axum::Json(answer.body)).into_response();
    if let Ok(id) = HeaderValue::from_str(&ids::request()) {
        response.headers_mut().insert("request-id", id);
    }
    if answer.replayed {
        response
            .headers_mut()
            .insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

pub(super) fn refuse(refusal: Refusal) -> Response {
    respond(refusal.into())
}

fn internal(error: &crate::error::SandboxError) -> Response {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "sandbox Stripe call failed"
    );
    let body = serde_json::json!({"error": {"type": "api_error", "message": "The sandbox failed; see its log."}});
    (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(body)).into_response()
}
