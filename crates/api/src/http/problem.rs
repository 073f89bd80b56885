//! A refusal over plain HTTP: a problem document (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use tonic::Code;

use crate::{
    correlation,
    status::{Reason, Refusal},
};

/// A refusal that is answered as `application/problem+json`.
#[derive(Debug)]
pub struct Problem(Refusal);

impl<E: Into<Refusal>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The HTTP status of a reason, by the mapping in google/rpc/code.proto, but 413 for what is too large.
fn status(reason: Reason) -> StatusCode {
    if matches!(reason, Reason::UploadTooLarge | Reason::WebhookTooLarge) {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    match reason.code() {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
            StatusCode::BAD_REQUEST
        }
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(refusal) = self;
        let status = status(refusal.reason);
        let metadata: Map<String, Value> = refusal
            .metadata
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.into()))
            .collect();
        let document = json!({
            "type": "about:blank",
            "title": refusal.message,
            "status": status.as_u16(),
            "detail": refusal.reason.remedy(),
            "reason": refusal.reason.as_str(),
            "correlation_id": correlation::current(),
            "metadata": metadata,
        });
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(delay) = refusal.retry_after {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(delay.as_secs().max(1)),
            );
        }
        response
    }
}
