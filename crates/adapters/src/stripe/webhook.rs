//! Webhooks: believed only with Stripe's signature, made within five minutes of when they came.
//!
//! async-stripe-webhook compares every `v1` signature by `hmac`'s constant-time `verify_slice`, before it looks
//! at the age or parses anything (<https://docs.stripe.com/webhooks#verify-manually>).

use picasso_commands::ports::{WebhookError, WebhookNotice};
use picasso_domain::{
    Timestamp,
    values::{Money, PaymentId, PurchaseId},
};
use stripe_shared::{CheckoutSession, PaymentIntent};
use stripe_webhook::{EventObject, Webhook};

use super::{checkout, error::Unclear, money};

type Reported = (Option<PurchaseId>, Option<(PaymentId, Money)>);

pub(super) fn read(
    body: &[u8],
    signature: &str,
    secret: &str,
    received_at: Timestamp,
) -> Result<WebhookNotice, WebhookError> {
    let unreadable = |error| WebhookError::Unreadable(error);
    let text = std::str::from_utf8(body).map_err(|error| unreadable(error.into()))?;
    let now_s = received_at.as_second();
    let event = Webhook::construct_event_with_timestamp(text, signature, secret, now_s);
    let event = event.map_err(refused)?;
    let (purchase_id, payment) = report(&event.data.object).map_err(|e| unreadable(e.into()))?;
    Ok(WebhookNotice {
        event_id: event.id.to_string(),
        kind: event.type_.as_str().to_owned(),
        purchase_id,
        payment,
    })
}

fn refused(error: stripe_webhook::WebhookError) -> WebhookError {
    use stripe_webhook::WebhookError as Theirs;
    match error {
        Theirs::BadKey | Theirs::BadHeader(_) | Theirs::BadSignature | Theirs::BadTimestamp(_) => {
            WebhookError::Forged
        }
        Theirs::BadParse(_) => WebhookError::Unreadable(error.into()),
    }
}

/// What an event says of one of our purchases. Every payment that went through is reported, so that a second
/// one for the same purchase is noticed; of the other events only the purchase matters.
fn report(object: &EventObject) -> Result<Reported, Unclear> {
    use EventObject as E;
    let metadata = match object {
        E::CheckoutSessionCompleted(session)
        | E::CheckoutSessionAsyncPaymentSucceeded(session)
        | E::CheckoutSessionAsyncPaymentFailed(session)
        | E::CheckoutSessionExpired(session) => return of_session(session),
        E::PaymentIntentSucceeded(intent) => return of_payment(intent),
        E::PaymentIntentPaymentFailed(intent)
        | E::PaymentIntentProcessing(intent)
        | E::PaymentIntentCanceled(intent) => Some(&intent.metadata),
        E::ChargeSucceeded(charge) | E::ChargeFailed(charge) | E::ChargeRefunded(charge) => {
            Some(&charge.metadata)
        }
        _ => None,
    };
    Ok((metadata.and_then(checkout::purchase_id), None))
}

fn of_session(session: &CheckoutSession) -> Result<Reported, Unclear> {
    let metadata = session.metadata.as_ref();
    let reference = session.client_reference_id.as_deref();
    let purchase_id = metadata
        .and_then(checkout::purchase_id)
        .or_else(|| reference.and_then(checkout::parse_purchase_id));
    match purchase_id {
        Some(purchase_id) => Ok((Some(purchase_id), checkout::payment(session)?)),
        // Not ours: its money, in whatever currency, is nothing we could judge.
        None => Ok((None, None)),
    }
}

fn of_payment(intent: &PaymentIntent) -> Result<Reported, Unclear> {
    let Some(purchase_id) = checkout::purchase_id(&intent.metadata) else {
        return Ok((None, None));
    };
    let amount = money::from_stripe(intent.amount_received, &intent.currency)?;
    let payment = (PaymentId(intent.id.to_string()), amount);
    Ok((Some(purchase_id), Some(payment)))
}
