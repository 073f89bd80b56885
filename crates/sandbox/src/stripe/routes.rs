//! The `/v1/` routes: each reads its request and names its effect; `call` does the rest.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};
use serde::de::DeserializeOwned;

use super::call::{Call, perform, refuse};
use super::error::Refusal;
use super::idempotency::IdempotencyKey;
use super::params::{CreateRefund, CreateSession, Expand, ListRefunds, parse};
use super::payments::Intent;
use super::search::{Search, SearchParams};
use super::sessions::{Session, expire};
use super::{auth, connect, objects, refunds};
use crate::faults::Operation;
use crate::server::Sandbox;

pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/v1/checkout/sessions", post(create_session))
        .route("/v1/checkout/sessions/{id}", get(retrieve_session))
        .route("/v1/checkout/sessions/{id}/expire", post(expire_session))
        .route("/v1/payment_intents/search", get(search_payment_intents))
        .route("/v1/payment_intents/{id}", get(retrieve_payment_intent))
        .route("/v1/refunds", post(create_refund).get(list_refunds))
        .route("/v1/refunds/{id}", get(retrieve_refund))
        .merge(connect::router())
        .route("/v1/{*rest}", axum::routing::any(unknown))
        .layer(from_fn_with_state(sandbox.clone(), auth::require_key))
}

async fn create_session(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response {
    let prepared = parse::<CreateSession>(&body).and_then(|request| {
        request.check()?;
        check_expand(&request.expand, "payment_intent")?;
        Ok((request, key(&headers, &uri, &body)?))
    });
    let (request, key) = match prepared {
        Ok(prepared) => prepared,
        Err(refusal) => return refuse(refusal),
    };
    let now_s = sandbox.clock().now_s();
    let min_lifetime_s = sandbox.config().min_session_lifetime.as_secs();
    let url = sandbox.config().public_base_url.clone();
    let subject = request.client_reference_id.clone();
    let call = Call {
        operation: Some(Operation::CreateSession),
        key,
        subject,
    };
    perform(&sandbox, call, move |tx| {
        let session = Session::new(request, now_s, min_lifetime_s)?;
        session.insert(tx)?;
        Ok(objects::session(&session, &url))
    })
    .await
}

async fn retrieve_session(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let parsed = parse::<Expand>(query.as_bytes()).and_then(|Expand { expand }| {
        check_expand(&expand, "payment_intent")?;
        Ok(!expand.is_empty())
    });
    let expands_intent = match parsed {
        Ok(expands_intent) => expands_intent,
        Err(refusal) => return refuse(refusal),
    };
    let url = sandbox.config().public_base_url.clone();
    perform(
        &sandbox,
        plain(Operation::RetrieveSession, &id),
        move |tx| {
            let session = Session::load(tx, &id)?;
            let mut object = objects::session(&session, &url);
            if let (true, Some(intent)) = (expands_intent, &session.payment_intent) {
                object["payment_intent"] =
                    objects::payment_intent(&Intent::load(tx, intent, "payment_intent")?);
            }
            Ok(object)
        },
    )
    .await
}

async fn expire_session(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response {
    let key = match parse::<Expand>(&body).and_then(|_| key(&headers, &uri, &body)) {
        Ok(key) => key,
        Err(refusal) => return refuse(refusal),
    };
    let url = sandbox.config().public_base_url.clone();
    let call = Call {
        key,
        ..plain(Operation::ExpireSession, &id)
    };
    perform(&sandbox, call, move |tx| expire(tx, &id, &url)).await
}

async fn retrieve_payment_intent(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let parsed = parse::<Expand>(query.as_bytes()).and_then(|Expand { expand }| {
        check_expand(&expand, "latest_charge")?;
        Ok(!expand.is_empty())
    });
    let expands_charge = match parsed {
        Ok(expands_charge) => expands_charge,
        Err(refusal) => return refuse(refusal),
    };
    perform(
        &sandbox,
        plain(Operation::RetrievePayment, &id),
        move |tx| {
            let intent = Intent::load(tx, &id, "intent")?;
            let mut object = objects::payment_intent(&intent);
            if let (true, Some(charge)) = (expands_charge, &intent.charge) {
                object["latest_charge"] = objects::charge(charge, &intent.metadata);
            }
            Ok(object)
        },
    )
    .await
}

async fn search_payment_intents(
    State(sandbox): State<Sandbox>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let search = match parse::<SearchParams>(query.as_bytes()).and_then(Search::new) {
        Ok(search) => search,
        Err(refusal) => return refuse(refusal),
    };
    let call = plain(Operation::SearchPayments, search.subject());
    perform(&sandbox, call, move |tx| search.run(tx)).await
}

async fn create_refund(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response {
    let prepared = prepare((&headers, &uri, &body), CreateRefund::check);
    let (request, key) = match prepared {
        Ok(prepared) => prepared,
        Err(refusal) => return refuse(refusal),
    };
    let now_s = sandbox.clock().now_s();
    let subject = request
        .payment_intent
        .clone()
        .or_else(|| request.charge.clone());
    let call = Call {
        operation: Some(Operation::Refund),
        key,
        subject,
    };
    perform(&sandbox, call, move |tx| {
        refunds::create(tx, request, now_s)
    })
    .await
}

async fn list_refunds(State(sandbox): State<Sandbox>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match parse::<ListRefunds>(query.as_bytes()) {
        Ok(request) => perform(&sandbox, unfaulted(), move |tx| refunds::list(tx, &request)).await,
        Err(refusal) => refuse(refusal),
    }
}

async fn retrieve_refund(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    perform(&sandbox, unfaulted(), move |tx| refunds::retrieve(tx, &id)).await
}

async fn unknown(uri: Uri) -> Response {
    refuse(Refusal::unknown_url(uri.path()))
}

pub(super) fn plain(operation: Operation, subject: &str) -> Call {
    Call {
        operation: Some(operation),
        key: None,
        subject: Some(subject.to_owned()),
    }
}

pub(super) fn unfaulted() -> Call {
    Call {
        operation: None,
        key: None,
        subject: None,
    }
}

/// A request that makes something: read, checked, and the key under which it is made once.
pub(super) fn prepare<T: DeserializeOwned>(
    (headers, uri, body): (&HeaderMap, &Uri, &[u8]),
    check: fn(&T) -> Result<(), Refusal>,
) -> Result<(T, Option<IdempotencyKey>), Refusal> {
    let request = parse(body)?;
    check(&request)?;
    Ok((request, key(headers, uri, body)?))
}

pub(super) fn key(
    headers: &HeaderMap,
    uri: &Uri,
    body: &[u8],
) -> Result<Option<IdempotencyKey>, Refusal> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = key
        .to_str()
        .map_err(|_| Refusal::invalid("Idempotency keys must be visible ASCII."))?;
    IdempotencyKey::new(key, uri.path(), body).map(Some)
}

fn check_expand(expand: &[String], known: &str) -> Result<(), Refusal> {
    match expand.iter().find(|path| *path != known) {
        None => Ok(()),
        Some(path) => Err(
            Refusal::invalid(format!("This property cannot be expanded ({path}).")).param("expand"),
        ),
    }
}
