//! Random identifiers in the shapes of the services we stand in for. They come from a
//! cryptographic generator, because knowing a checkout session's id is the right to pay it.

use rand::distr::{Alphanumeric, SampleString};

fn random(length: usize) -> String {
    Alphanumeric.sample_string(&mut rand::rng(), length)
}

pub(crate) fn session() -> String {
    format!("cs_test_{}", random(58))
}

pub(crate) fn payment_intent() -> String {
    format!("pi_{}", random(24))
}

pub(crate) fn charge() -> String {
    format!("ch_{}", random(24))
}

pub(crate) fn refund() -> String {
    format!("re_{}", random(24))
}

pub(crate) fn dispute() -> String {
    format!("dp_{}", random(24))
}

pub(crate) fn connect_account() -> String {
    format!("acct_{}", random(16))
}

/// Knowing it is the right to speak for the account, as on Stripe's own page.
pub(crate) fn account_link() -> String {
    random(32)
}

pub(crate) fn transfer() -> String {
    format!("tr_{}", random(24))
}

pub(crate) fn transfer_reversal() -> String {
    format!("trr_{}", random(24))
}

pub(crate) fn event() -> String {
    format!("evt_{}", random(24))
}

pub(crate) fn request() -> String {
    format!("req_{}", random(14))
}

pub(crate) fn message() -> String {
    format!("msg_{}", random(24))
}

/// Firebase's user ids are 28 alphanumerics.
pub(crate) fn user() -> String {
    random(28)
}

pub(crate) fn refresh_token() -> String {
    random(64)
}

/// Knowing it is the right to choose the account's next password.
pub(crate) fn reset_code() -> String {
    random(43)
}
