//! How a fault looks to the caller: a hanging, breaking or failing answer.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::FaultKind;

/// Whether the fault keeps the request from taking effect.
pub(crate) fn is_before_effect(kind: FaultKind) -> bool {
    match kind {
        FaultKind::TimeoutBeforeEffect
        | FaultKind::Error500
        | FaultKind::Error429
        | FaultKind::ConnectionReset => true,
        FaultKind::TimeoutAfterEffect
        | FaultKind::DoubleCharge
        | FaultKind::DeliverTwice
        | FaultKind::DeliverLate { .. }
        | FaultKind::OutOfOrder
        | FaultKind::Never
        | FaultKind::BadSignature => false,
    }
}

/// Gives the caller what the fault leaves of `answer`, hanging at most for `hang`. There is no answer when
/// the fault kept the request from taking effect.
pub(crate) async fn spoil(
    fault: Option<FaultKind>,
    answer: Option<Response>,
    hang: Duration,
) -> Response {
    let answer = answer.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    let Some(kind) = fault else { return answer };
    match kind {
        FaultKind::TimeoutBeforeEffect | FaultKind::TimeoutAfterEffect => {
            tokio::time::sleep(hang).await;
            broken_connection()
        }
        FaultKind::ConnectionReset => broken_connection(),
        FaultKind::Error500 => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            json!({"error": {"type": "api_error", "message": "An unknown error occurred (a sandbox fault)."}}),
        ),
        FaultKind::Error429 => failure(
            StatusCode::TOO_MANY_REQUESTS,
            json!({"error": {"type": "invalid_request_error", "code": "rate_limit",
                             "message": "Too many requests hit the API too quickly (a sandbox fault)."}}),
        ),
        FaultKind::DoubleCharge
        | FaultKind::DeliverTwice
        | FaultKind::DeliverLate { .. }
        | FaultKind::OutOfOrder
        | FaultKind::Never
        | FaultKind::BadSignature => answer,
    }
}

fn failure(status: StatusCode, body: serde_json::Value) -> Response {
    (status, axum::Json(body)).into_response()
}

/// A body that fails at once, which makes the server drop the connection mid-answer.
fn broken_connection() -> Response {
    let cut = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "a sandbox fault");
    Response::new(Body::from_stream(futures::stream::once(async {
        Err::<Bytes, _>(cut)
    })))
}
