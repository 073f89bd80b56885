//! What the payment provider sends: stored before anyone looks inside, then answered.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use picasso_commands::ports::{Clock, WebhookInbox};
use tokio::{sync::Notify, time::timeout};

use super::Problem;
use crate::status::{Reason, Refusal};

/// The largest webhook that is taken.
const MAX_BODY_BYTES: usize = 64 << 10;
const MAX_SIGNATURE_CHARS: usize = 4 << 10;
/// The longest a webhook may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Where webhooks go.
#[derive(Clone)]
pub struct Webhooks {
    pub inbox: Arc<dyn WebhookInbox>,
    pub clock: Arc<dyn Clock>,
    /// Hurries whoever works through the inbox.
    pub arrived: Arc<Notify>,
}

pub(super) fn router(webhooks: Webhooks) -> Router {
    Router::new()
        .route("/webhooks/stripe", post(stripe))
        .with_state(webhooks)
}

async fn stripe(
    State(webhooks): State<Webhooks>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let received_at = webhooks.clock.now();
    let signature = headers
        .get("stripe-signature")
        .and_then(|value| value.to_str().ok());
    let signature = signature
        .filter(|text| !text.is_empty() && text.len() <= MAX_SIGNATURE_CHARS)
        .ok_or_else(|| Refusal::new(Reason::WebhookUnsigned))?;
    let body = timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES))
        .await
        .map_err(|_| Refusal::new(Reason::DeadlineExceeded))?
        .map_err(|_| Refusal::new(Reason::WebhookTooLarge).with("max_bytes", MAX_BODY_BYTES))?;
    webhooks.inbox.store(received_at, signature, &body).await?;
    webhooks.arrived.notify_one();
    Ok(StatusCode::OK)
}
