//! Who may call `/v1/`: only holders of the secret key, compared in constant time.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::Refusal;
use crate::server::Sandbox;

pub(super) async fn require_key(
    State(sandbox): State<Sandbox>,
    request: Request,
    next: Next,
) -> Response {
    let refusal = match presented_key(request.headers()) {
        None => Refusal::unauthorized(
            "You did not provide an API key. Send it as 'Authorization: Bearer YOUR_SECRET_KEY'.",
        ),
        Some(key) if !same_secret(key, &sandbox.config().stripe_secret_key) => {
            Refusal::unauthorized("Invalid API Key provided.")
        }
        Some(_) => return next.run(request).await,
    };
    (refusal.status, axum::Json(refusal.body())).into_response()
}

fn presented_key(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

/// Hashing first makes the comparison independent of length, too.
fn same_secret(presented: &str, expected: &str) -> bool {
    Sha256::digest(presented)
        .ct_eq(&Sha256::digest(expected))
        .into()
}
