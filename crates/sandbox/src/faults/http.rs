//! `/sandbox/faults`: order, list and clear faults.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::{FaultRefused, FaultRequest, clear, list};
use crate::server::Sandbox;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new().route("/sandbox/faults", get(show).post(order).delete(remove))
}

async fn order(
    State(sandbox): State<Sandbox>,
    body: Result<Json<FaultRequest>, JsonRejection>,
) -> Response {
    let fault = match body {
        Ok(Json(fault)) => fault,
        Err(refused) => return refuse(&refused.body_text()),
    };
    match sandbox.add_fault_checked(fault.clone()).await {
        Ok(id) => (StatusCode::CREATED, Json(json!({"id": id, "fault": fault}))).into_response(),
        Err(FaultRefused::Invalid(reason)) => refuse(reason),
        Err(FaultRefused::Broken(error)) => crate::html::broken(&error),
    }
}

async fn show(State(sandbox): State<Sandbox>) -> Response {
    match sandbox.store().transact(list).await {
        Ok(faults) => Json(json!({"faults": faults})).into_response(),
        Err(error) => crate::html::broken(&error),
    }
}

async fn remove(State(sandbox): State<Sandbox>) -> Response {
    match sandbox.store().transact(clear).await {
        Ok(removed) => Json(json!({"removed": removed})).into_response(),
        Err(error) => crate::html::broken(&error),
    }
}

fn refuse(reason: &str) -> Response {
    (
        StatusCode::BAD_REQUEST,
        Json(json!({"error": {"reason": "INVALID_FAULT", "message": reason}})),
    )
        .into_response()
}
