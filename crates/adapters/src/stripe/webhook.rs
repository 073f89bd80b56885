//! Webhooks: believed only with Stripe's signature, made within five minutes of when they came.
//!
//! async-stripe-webhook compares every `v1` signature by `hmac`'s constant-time `verify_slice`, before it looks
//! at the age or parses anything (<https://docs.stripe.com/webhooks#verify-manually>).

use picasso_commands::ports::{WebhookError, WebhookNotice};
use picasso_domain::{
    Timestamp,
    values::{Money, PaymentId, PurchaseId, UserId},
};
use stripe_shared::{Charge, CheckoutSession, Dispute, PaymentIntent};
use stripe_webhook::{EventObject, Webhook};

use super::{checkout, error::Unclear, money, payouts};

/// What an event is about, as far as it concerns us.
#[derive(Default)]
struct Reported {
    purchase_id: Option<PurchaseId>,
    payment: Option<(PaymentId, Money)>,
    taken_back: Option<PaymentId>,
    seller: Option<UserId>,
}

/// Believes what is signed with any of the secrets: each endpoint has its own.
pub(super) fn read(
    body: &[u8],
    signature: &str,
    secrets: &[String],
    received_at: Timestamp,
) -> Result<WebhookNotice, WebhookError> {
    let mut read = Err(WebhookError::Forged);
    for secret in secrets {
        read = read_signed(body, signature, secret, received_at);
        if !matches!(read, Err(WebhookError::Forged)) {
            break;
        }
    }
    read
}

fn read_signed(
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
    let reported = report(&event.data.object).map_err(|error| unreadable(error.into()))?;
    Ok(WebhookNotice {
        event_id: event.id.to_string(),
        kind: event.type_.as_str().to_owned(),
        purchase_id: reported.purchase_id,
        payment: reported.payment,
        taken_back: reported.taken_back,
        seller: reported.seller,
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

/// What an event says of one of our purchases or sellers. Every payment that went through is reported, so that a
/// second one for the same purchase is noticed; of the other events only what they are about matters.
fn report(object: &EventObject) -> Result<Reported, Unclear> {
    use EventObject as E;
    match object {
        E::CheckoutSessionCompleted(session)
        | E::CheckoutSessionAsyncPaymentSucceeded(session)
        | E::CheckoutSessionAsyncPaymentFailed(session)
        | E::CheckoutSessionExpired(session) => of_session(session),
        E::PaymentIntentSucceeded(intent) => of_payment(intent),
        E::PaymentIntentPaymentFailed(intent)
        | E::PaymentIntentProcessing(intent)
        | E::PaymentIntentCanceled(intent) => Ok(Reported {
            purchase_id: checkout::purchase_id(&intent.metadata),
            ..Reported::default()
        }),
        E::ChargeSucceeded(charge) | E::ChargeFailed(charge) => Ok(of_charge(charge)),
        E::ChargeRefunded(charge) => Ok(of_refund(charge)),
        E::ChargeDisputeCreated(dispute)
        | E::ChargeDisputeUpdated(dispute)
        | E::ChargeDisputeFundsWithdrawn(dispute)
        | E::ChargeDisputeFundsReinstated(dispute)
        | E::ChargeDisputeClosed(dispute) => Ok(of_dispute(dispute)),
        E::AccountUpdated(account) => Ok(Reported {
            seller: payouts::seller(account),
            ..Reported::default()
        }),
        _ => Ok(Reported::default()),
    }
}

fn of_charge(charge: &Charge) -> Reported {
    Reported {
        purchase_id: checkout::purchase_id(&charge.metadata),
        ..Reported::default()
    }
}

/// A refund of ours is known already; one made at the provider is not.
fn of_refund(charge: &Charge) -> Reported {
    let reported = of_charge(charge);
    let payment = charge.payment_intent.as_ref();
    let payment = payment.map(|intent| PaymentId(intent.id().to_string()));
    Reported {
        taken_back: payment.filter(|_| reported.purchase_id.is_some()),
        ..reported
    }
}

/// A dispute does not carry the metadata of its payment, so whose it is the provider is asked.
fn of_dispute(dispute: &Dispute) -> Reported {
    let payment = dispute.payment_intent.as_ref();
    Reported {
        taken_back: payment.map(|intent| PaymentId(intent.id().to_string())),
        ..Reported::default()
    }
}

fn of_session(session: &CheckoutSession) -> Result<Reported, Unclear> {
    let metadata = session.metadata.as_ref();
    let reference = session.client_reference_id.as_deref();
    let purchase_id = metadata
        .and_then(checkout::purchase_id)
        .or_else(|| reference.and_then(checkout::parse_purchase_id));
    let payment = match purchase_id {
        Some(_) => checkout::payment(session)?,
        // Not ours: its money, in whatever currency, is nothing we could judge.
        None => None,
    };
    Ok(Reported {
        purchase_id,
        payment,
        ..Reported::default()
    })
}

fn of_payment(intent: &PaymentIntent) -> Result<Reported, Unclear> {
    let Some(purchase_id) = checkout::purchase_id(&intent.metadata) else {
        return Ok(Reported::default());
    };
    let amount = money::from_stripe(intent.amount_received, &intent.currency)?;
    Ok(Reported {
        purchase_id: Some(purchase_id),
        payment: Some((PaymentId(intent.id.to_string()), amount)),
        ..Reported::default()
    })
}
