//! What Stripe's failures mean to us: done or not is unknown, come back later, or refused for good.

use picasso_commands::ports::PaymentError;
use stripe::{ApiErrors, StripeError};

/// An answer that says nothing about whether the request was carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unclear {
    #[error("status {status}, {code}")]
    Status { status: u16, code: String },
    #[error("the secret key was not accepted (status {status}): check it")]
    Unauthorised { status: u16 },
    #[error("the answer has no {field}")]
    Incomplete { field: &'static str },
    #[error("the currency {code} is not one of ours")]
    UnknownCurrency { code: String },
}

impl From<Unclear> for PaymentError {
    fn from(unclear: Unclear) -> Self {
        Self::Unknown(Box::new(unclear))
    }
}

/// async-stripe's own error prints the whole error object, with the payment it is about; so only its status
/// and code are kept.
pub(super) fn port_error(error: StripeError) -> PaymentError {
    match error {
        StripeError::Stripe(refusal, status) => by_status(&refusal, status),
        // The body was no error object: a proxy's page, for example.
        StripeError::JSONDeserialize(_)
        | StripeError::ClientError(_)
        | StripeError::ConfigError(_)
        | StripeError::Timeout => PaymentError::Unknown(Box::new(error)),
    }
}

fn by_status(refusal: &ApiErrors, status: u16) -> PaymentError {
    let code = code(refusal);
    match status {
        // 409: another request with the same key is being worked on.
        409 | 429 => PaymentError::Busy,
        // Our key is wrong, not the request: it will be right when the operator has mended it.
        401 | 403 => Unclear::Unauthorised { status }.into(),
        400..=499 => PaymentError::Refused { code },
        _ => Unclear::Status { status, code }.into(),
    }
}

/// Stripe's code for it, or the kind of error when it has none: `resource_missing`, `idempotency_error` …
pub(super) fn code(refusal: &ApiErrors) -> String {
    match &refusal.code {
        Some(code) => code.as_str().to_owned(),
        None => refusal.type_.as_str().to_owned(),
    }
}
