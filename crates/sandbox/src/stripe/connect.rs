//! The `/v1/` routes of Connect and of disputes; as in `routes`, each reads its request and names its effect.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::{get, post};

use super::accounts::{self, CreateAccount, CreateLink};
use super::call::{Call, perform, refuse};
use super::disputes::{self, ListDisputes};
use super::params::parse;
use super::routes::{key, plain, prepare, unfaulted};
use super::transfers::{self, CreateReversal, CreateTransfer, ListReversals, ListTransfers};
use crate::faults::Operation;
use crate::server::Sandbox;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/v1/accounts", post(create_account))
        .route("/v1/accounts/{id}", get(retrieve_account))
        .route("/v1/account_links", post(create_link))
        .route("/v1/transfers", post(create_transfer).get(list_transfers))
        .route(
            "/v1/transfers/{id}/reversals",
            post(create_reversal).get(list_reversals),
        )
        .route("/v1/disputes", get(list_disputes))
        .route("/v1/disputes/{id}", get(retrieve_dispute))
}

async fn create_account(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response {
    let prepared = prepare((&headers, &uri, &body), CreateAccount::check);
    let (request, key) = match prepared {
        Ok(prepared) => prepared,
        Err(refusal) => return refuse(refusal),
    };
    let now_s = sandbox.clock().now_s();
    let call = Call {
        key,
        ..plain(Operation::CreateAccount, &request.subject())
    };
    perform(&sandbox, call, move |tx| {
        accounts::create(tx, request, now_s)
    })
    .await
}

async fn retrieve_account(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let call = plain(Operation::RetrieveAccount, &id);
    perform(&sandbox, call, move |tx| accounts::retrieve(tx, &id)).await
}

async fn create_link(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response {
    let prepared =
        parse::<CreateLink>(&body).and_then(|request| Ok((request, key(&headers, &uri, &body)?)));
    let (request, key) = match prepared {
        Ok(prepared) => prepared,
        Err(refusal) => return refuse(refusal),
    };
    let now_s = sandbox.clock().now_s();
    let url = sandbox.config().public_base_url.clone();
    let call = Call {
        key,
        ..plain(Operation::CreateAccountLink, &request.account)
    };
    perform(&sandbox, call, move |tx| {
        accounts::create_link(tx, request, now_s, &url)
    })
    .await
}

async fn create_transfer(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response {
    let prepared = prepare((&headers, &uri, &body), CreateTransfer::check);
    let (request, key) = match prepared {
        Ok(prepared) => prepared,
        Err(refusal) => return refuse(refusal),
    };
    let now_s = sandbox.clock().now_s();
    let call = Call {
        operation: Some(Operation::Transfer),
        key,
        subject: request.transfer_group.clone(),
    };
    perform(&sandbox, call, move |tx| {
        transfers::create(tx, request, now_s)
    })
    .await
}

async fn list_transfers(State(sandbox): State<Sandbox>, RawQuery(query): RawQuery) -> Response {
    match parse::<ListTransfers>(query.unwrap_or_default().as_bytes()) {
        Ok(request) => {
            perform(&sandbox, unfaulted(), move |tx| {
                transfers::list(tx, &request)
            })
            .await
        }
        Err(refusal) => refuse(refusal),
    }
}

async fn create_reversal(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response {
    let prepared = prepare((&headers, &uri, &body), CreateReversal::check);
    let (request, key) = match prepared {
        Ok(prepared) => prepared,
        Err(refusal) => return refuse(refusal),
    };
    let now_s = sandbox.clock().now_s();
    let call = Call {
        key,
        ..plain(Operation::Reverse, &id)
    };
    perform(&sandbox, call, move |tx| {
        transfers::reverse(tx, &id, request, now_s)
    })
    .await
}

async fn list_reversals(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    match parse::<ListReversals>(query.unwrap_or_default().as_bytes()) {
        Ok(request) => {
            perform(&sandbox, unfaulted(), move |tx| {
                transfers::list_reversals(tx, &id, &request)
            })
            .await
        }
        Err(refusal) => refuse(refusal),
    }
}

async fn list_disputes(State(sandbox): State<Sandbox>, RawQuery(query): RawQuery) -> Response {
    match parse::<ListDisputes>(query.unwrap_or_default().as_bytes()) {
        Ok(request) => {
            perform(&sandbox, unfaulted(), move |tx| {
                disputes::list(tx, &request)
            })
            .await
        }
        Err(refusal) => refuse(refusal),
    }
}

async fn retrieve_dispute(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    perform(&sandbox, unfaulted(), move |tx| disputes::retrieve(tx, &id)).await
}
