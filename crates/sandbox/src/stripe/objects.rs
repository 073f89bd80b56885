//! Stripe's objects as JSON, with every field a typed client insists on.

use serde_json::{Value, json};

use super::accounts::Account;
use super::disputes::Dispute;
use super::params::Metadata;
use super::payments::{Charge, Intent};
use super::refunds::Refund;
use super::sessions::{Session, SessionStatus};
use super::transfers::{Reversal, Transfer};

/// <https://docs.stripe.com/api/checkout/sessions/object>
pub(super) fn session(session: &Session, public_url: &str) -> Value {
    let is_open = session.status == SessionStatus::Open;
    let url = is_open.then(|| format!("{public_url}/checkout/{}", session.id));
    let payment_status = if session.status == SessionStatus::Complete {
        "paid"
    } else {
        "unpaid"
    };
    json!({
        "id": session.id,
        "object": "checkout.session",
        "amount_subtotal": session.amount,
        "amount_total": session.amount,
        "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
        "cancel_url": session.cancel_url,
        "client_reference_id": session.reference,
        "created": session.created,
        "currency": session.currency,
        "custom_fields": [],
        "custom_text": {
            "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null
        },
        "customer": null,
        "customer_details": null,
        "customer_email": session.customer_email,
        "expires_at": session.expires_at,
        "livemode": false,
        "locale": null,
        "metadata": session.metadata,
        "mode": "payment",
        "payment_intent": session.payment_intent,
        "payment_method_types": ["card"],
        "payment_status": payment_status,
        "shipping_options": [],
        "status": session.status.name(),
        "success_url": session.success_url,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": null,
        "url": url,
    })
}

/// <https://docs.stripe.com/api/payment_intents/object>
pub(super) fn payment_intent(intent: &Intent) -> Value {
    let declined = intent.declined.then(|| {
        json!({"type": "card_error", "code": "card_declined", "decline_code": "generic_decline",
               "message": "Your card was declined."})
    });
    json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": 0,
        "amount_received": if intent.succeeded { intent.amount } else { 0 },
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "last_payment_error": declined,
        "latest_charge": intent.charge.as_ref().map(|charge| &charge.id),
        "livemode": false,
        "metadata": intent.metadata,
        "payment_method_types": ["card"],
        "status": if intent.succeeded { "succeeded" } else { "requires_payment_method" },
    })
}

/// <https://docs.stripe.com/api/charges/object>
pub(super) fn charge(charge: &Charge, metadata: &Metadata) -> Value {
    json!({
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": charge.amount,
        "amount_refunded": charge.refunded,
        "billing_details": {"address": null, "email": null, "name": null, "phone": null, "tax_id": null},
        "captured": true,
        "created": charge.created,
        "currency": charge.currency,
        "disputed": charge.disputed,
        "livemode": false,
        "metadata": metadata,
        "paid": true,
        "payment_intent": charge.payment_intent,
        "refunded": charge.refunded == charge.amount,
        "status": "succeeded",
    })
}

/// <https://docs.stripe.com/api/refunds/object>
pub(super) fn refund(refund: &Refund) -> Value {
    json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "metadata": refund.metadata,
        "payment_intent": refund.payment_intent,
        "reason": refund.reason,
        "status": "succeeded",
    })
}

/// <https://docs.stripe.com/api/disputes/object>
pub(super) fn dispute(dispute: &Dispute) -> Value {
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": [],
        "charge": dispute.charge,
        "created": dispute.created,
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": null, "enhanced_eligibility": {}, "has_evidence": false, "past_due": false, "submission_count": 0
        },
        "is_charge_refundable": false,
        "livemode": false,
        "metadata": {},
        "payment_intent": dispute.payment_intent,
        "reason": "fraudulent",
        "status": dispute.status,
    })
}

/// <https://docs.stripe.com/api/accounts/object>
pub(super) fn account(account: &Account) -> Value {
    json!({
        "id": account.id,
        "object": "account",
        "capabilities": {"transfers": if account.is_enabled { "active" } else { "inactive" }},
        "charges_enabled": false,
        "country": "DE",
        "created": account.created,
        "default_currency": "eur",
        "details_submitted": account.details_submitted,
        "metadata": account.metadata,
        "payouts_enabled": account.is_enabled,
        "type": "express",
    })
}

/// <https://docs.stripe.com/api/transfers/object>
pub(super) fn transfer(transfer: &Transfer, reversals: &[Reversal]) -> Value {
    let data: Vec<Value> = reversals.iter().map(reversal).collect();
    json!({
        "id": transfer.id,
        "object": "transfer",
        "amount": transfer.amount,
        "amount_reversed": transfer.reversed,
        "created": transfer.created,
        "currency": transfer.currency,
        "destination": transfer.destination,
        "livemode": false,
        "metadata": transfer.metadata,
        "reversals": {
            "object": "list", "url": format!("/v1/transfers/{}/reversals", transfer.id), "has_more": false, "data": data
        },
        "reversed": transfer.reversed == transfer.amount,
        "source_transaction": transfer.charge,
        "transfer_group": transfer.group,
    })
}

/// <https://docs.stripe.com/api/transfer_reversals/object>
pub(super) fn reversal(reversal: &Reversal) -> Value {
    json!({
        "id": reversal.id,
        "object": "transfer_reversal",
        "amount": reversal.amount,
        "created": reversal.created,
        "currency": reversal.currency,
        "metadata": reversal.metadata,
        "transfer": reversal.transfer,
    })
}
