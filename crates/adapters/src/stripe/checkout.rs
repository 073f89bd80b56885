//! Checkout sessions: opened once per key, read, and closed so that nobody can pay them any more.

use std::collections::HashMap;

use picasso_commands::ports::{CheckoutRequest, CheckoutSession, CheckoutStatus, PaymentError};
use picasso_domain::values::{Money, PaymentId, PurchaseId, SessionId};
use stripe::{Client, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionPaymentIntentData, ExpireCheckoutSession, ProductData,
    RetrieveCheckoutSession,
};
use stripe_shared::{
    CheckoutSessionMode, CheckoutSessionPaymentStatus, CheckoutSessionStatus, PaymentIntent,
};

use super::{
    error::{Unclear, code, port_error},
    money,
};

/// Where the purchase id stands in the metadata of sessions and payments.
pub(super) const PURCHASE_ID: &str = "purchase_id";
/// Stripe lets a page live 30 minutes at least and 24 hours at most, counted from when it is made.
const MIN_LIFETIME_S: i64 = 30 * 60;

/// Makes a page that closes at `expires_at`; if that is less than Stripe's 30 minutes away, 30 minutes later.
///
/// Under one key Stripe wants the very same parameters, so nothing here depends on the clock: `expires_at` is
/// sent as it is, and only when Stripe has refused it, which proves that no page was made under the key, a
/// later one is sent under a key of its own. More than 24 hours are refused.
pub(super) async fn open(
    client: &Client,
    request: &CheckoutRequest,
) -> Result<CheckoutSession, PaymentError> {
    let expires_at_s = request.expires_at.as_second();
    match create(client, request, &request.key, expires_at_s).await? {
        Ok(session) => Ok(session),
        Err(TooSoon) => {
            let key = format!("{}:later", request.key);
            let later = create(client, request, &key, expires_at_s + MIN_LIFETIME_S).await?;
            later.map_err(|TooSoon| PaymentError::Refused {
                code: "expires_at".into(),
            })
        }
    }
}

/// Stripe did not take the time at which the page shall close.
struct TooSoon;

async fn create(
    client: &Client,
    request: &CheckoutRequest,
    key: &str,
    expires_at_s: i64,
) -> Result<Result<CheckoutSession, TooSoon>, PaymentError> {
    let create = parameters(request).expires_at(expires_at_s).customize();
    let created = create.request_strategy(idempotent(key)?).send(client).await;
    match created {
        Ok(session) => Ok(Ok(CheckoutSession {
            session_id: SessionId(session.id.to_string()),
            url: session.url.ok_or(Unclear::Incomplete { field: "url" })?,
        })),
        Err(StripeError::Stripe(refusal, 400))
            if refusal.param.as_deref() == Some("expires_at") =>
        {
            Ok(Err(TooSoon))
        }
        Err(error) => Err(port_error(error)),
    }
}

pub(super) fn idempotent(key: &str) -> Result<RequestStrategy, PaymentError> {
    match IdempotencyKey::new(key) {
        Ok(key) => Ok(RequestStrategy::Idempotent(key)),
        Err(_) => Err(PaymentError::Refused {
            code: "malformed_idempotency_key".into(),
        }),
    }
}

fn parameters(request: &CheckoutRequest) -> CreateCheckoutSession {
    let purchase_id = request.purchase_id.to_string();
    let metadata = HashMap::from([(PURCHASE_ID.to_owned(), purchase_id.clone())]);
    let mut price =
        CreateCheckoutSessionLineItemsPriceData::new(money::to_stripe(request.amount.currency));
    price.unit_amount = Some(request.amount.amount_minor);
    price.product_data = Some(ProductData::new(&request.title));
    let mut line = CreateCheckoutSessionLineItems::new();
    line.price_data = Some(price);
    line.quantity = Some(1);
    // So that a payment can be traced to its purchase without its session.
    let mut payment = CreateCheckoutSessionPaymentIntentData::new();
    payment.metadata = Some(metadata.clone());
    CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .line_items([line])
        .client_reference_id(purchase_id)
        .metadata(metadata)
        .payment_intent_data(payment)
        .success_url(&request.success_url)
        .cancel_url(&request.cancel_url)
}

pub(super) async fn status(
    client: &Client,
    session_id: &SessionId,
) -> Result<CheckoutStatus, PaymentError> {
    let retrieve = RetrieveCheckoutSession::new(path_segment(&session_id.0)?);
    let expand = vec!["payment_intent".to_owned()];
    let session = retrieve.expand(expand).send(client).await;
    stands(session.map_err(port_error)?)
}

/// Ends the page. Stripe refuses to end one that is paid or has ended already; then the truth is fetched.
pub(super) async fn close(
    client: &Client,
    session_id: &SessionId,
) -> Result<CheckoutStatus, PaymentError> {
    let expire = ExpireCheckoutSession::new(path_segment(&session_id.0)?);
    match expire.send(client).await {
        Ok(session) => stands(session),
        Err(StripeError::Stripe(_, 400)) => status(client, session_id).await,
        Err(error) => Err(port_error(error)),
    }
}

/// The client puts ids into the path as they are, so nothing but an id may pass.
pub(super) fn path_segment(id: &str) -> Result<&str, PaymentError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !id.is_empty() && id.bytes().all(is_allowed) {
        Ok(id)
    } else {
        Err(PaymentError::Refused {
            code: "malformed_id".into(),
        })
    }
}

fn stands(session: stripe_shared::CheckoutSession) -> Result<CheckoutStatus, PaymentError> {
    let status = session.status.as_ref();
    match status.ok_or(Unclear::Incomplete { field: "status" })? {
        CheckoutSessionStatus::Expired => Ok(CheckoutStatus::Expired),
        CheckoutSessionStatus::Open => Ok(CheckoutStatus::Open {
            declined: declined(&session),
            url: session.url,
        }),
        CheckoutSessionStatus::Complete => match payment(&session)? {
            Some((payment_id, amount)) => Ok(CheckoutStatus::Paid { payment_id, amount }),
            // A slow way to pay, such as a bank debit: agreed to, the money is not there yet.
            None => Ok(CheckoutStatus::Open {
                declined: declined(&session),
                url: None,
            }),
        },
        _ => Err(Unclear::Incomplete {
            field: "known status",
        }
        .into()),
    }
}

/// The payment of a session that was paid, with what was charged.
pub(super) fn payment(
    session: &stripe_shared::CheckoutSession,
) -> Result<Option<(PaymentId, Money)>, Unclear> {
    if session.payment_status != CheckoutSessionPaymentStatus::Paid {
        return Ok(None);
    }
    let intent = session.payment_intent.as_ref();
    let intent = intent.ok_or(Unclear::Incomplete {
        field: "payment_intent",
    })?;
    let total = session.amount_total;
    let total = total.ok_or(Unclear::Incomplete {
        field: "amount_total",
    })?;
    let currency = session.currency.as_ref();
    let currency = currency.ok_or(Unclear::Incomplete { field: "currency" })?;
    let amount = money::from_stripe(total, currency)?;
    Ok(Some((PaymentId(intent.id().to_string()), amount)))
}

/// Why the last card was refused: `insufficient_funds`, `generic_decline` …
fn declined(session: &stripe_shared::CheckoutSession) -> Option<String> {
    let intent: &PaymentIntent = session.payment_intent.as_ref()?.as_object()?;
    let refusal = intent.last_payment_error.as_ref()?;
    Some(
        refusal
            .decline_code
            .clone()
            .unwrap_or_else(|| code(refusal)),
    )
}

/// The purchase a session, payment or refund of ours is about.
pub(super) fn purchase_id(metadata: &HashMap<String, String>) -> Option<PurchaseId> {
    parse_purchase_id(metadata.get(PURCHASE_ID)?)
}

/// `None` for what some other shop on the same account has set.
pub(super) fn parse_purchase_id(raw: &str) -> Option<PurchaseId> {
    PurchaseId::parse(raw).ok()
}
