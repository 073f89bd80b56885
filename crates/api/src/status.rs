//! The one place where errors become answers: a stable reason, its code, and details in `google.rpc` shapes.
//!
//! Keeps true: what went wrong inside is logged once, under a correlation id, and never told to the caller.

mod command;
mod query;
mod reason;

use std::{collections::HashMap, error::Error, fmt::Write, time::Duration};

use picasso_commands::ports::{IdentityError, Unavailable};
use picasso_domain::values::InvalidValue;
use picasso_eventlog::{FeedError, LogError};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

pub use self::reason::Reason;
use crate::correlation;

/// `google.rpc.ErrorInfo.domain` of all our reasons.
pub const DOMAIN: &str = "picasso";
/// What callers are asked to wait where waiting helps.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A request that is not carried out, and everything its caller is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    pub message: String,
    pub metadata: Vec<(&'static str, String)>,
    /// Fields of the request and what is wrong with each.
    pub violations: Vec<(String, String)>,
    pub retry_after: Option<Duration>,
}

impl Refusal {
    #[must_use]
    pub fn new(reason: Reason) -> Self {
        let helps = matches!(reason.code(), Code::Unavailable | Code::ResourceExhausted)
            || reason == Reason::Contended;
        Self {
            reason,
            message: reason.meaning().to_owned(),
            metadata: Vec::new(),
            violations: Vec::new(),
            retry_after: helps.then_some(RETRY_AFTER),
        }
    }

    /// Adds a fact for programs.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.metadata.push((key, value.to_string()));
        self
    }

    /// Names a field of the request and what is wrong with it.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>, what: impl Into<String>) -> Self {
        self.violations.push((field.into(), what.into()));
        self
    }

    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// A field that breaks a rule which is not one of the domain's.
    #[must_use]
    pub fn invalid(field: &'static str, rule: &'static str, what: &str) -> Self {
        Self::new(Reason::InvalidValue)
            .saying(format!("{field} {what}"))
            .with("field", field)
            .with("rule", rule)
            .at(field, what)
    }

    /// Something of ours broke: logged here, once, and told as an id only.
    #[must_use]
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        let id = correlation::current();
        tracing::error!(correlation_id = %id, error = chain(error), "a request failed inside");
        Self::new(Reason::Internal).with("correlation_id", id)
    }

    /// Something this needs does not answer: logged here, once.
    #[must_use]
    pub fn unavailable(error: &(dyn Error + 'static)) -> Self {
        let id = correlation::current();
        tracing::warn!(correlation_id = %id, error = chain(error), "a request met something unavailable");
        Self::new(Reason::ServiceUnavailable).with("correlation_id", id)
    }

    #[must_use]
    pub fn code(&self) -> Code {
        self.reason.code()
    }

    fn details(&self) -> ErrorDetails {
        let metadata: HashMap<_, _> = self
            .metadata
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect();
        let mut details = ErrorDetails::with_error_info(self.reason.as_str(), DOMAIN, metadata);
        for (field, what) in &self.violations {
            details.add_bad_request_violation(field, what);
        }
        if let Some(delay) = self.retry_after {
            details.set_retry_info(Some(delay));
        }
        details
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let details = refusal.details();
        Self::with_error_details(refusal.code(), refusal.message, details)
    }
}

/// An error and its sources in one line, for the log.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        // Writing to a String cannot fail.
        write!(line, ": {error}").unwrap_or_default();
        source = error.source();
    }
    line
}

impl From<InvalidValue> for Refusal {
    fn from(invalid: InvalidValue) -> Self {
        Self::invalid(invalid.field, invalid.why.code(), &invalid.why.to_string())
    }
}

impl From<Unavailable> for Refusal {
    fn from(error: Unavailable) -> Self {
        Self::unavailable(&error).with("service", error.service)
    }
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Unavailable(_) => Self::unavailable(&error).with("service", "event log"),
            LogError::Corrupt(_) => Self::internal(&error),
        }
    }
}

impl From<FeedError> for Refusal {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Log(error) => error.into(),
            FeedError::Beyond { head, .. } => {
                Self::new(Reason::WrongEpoch).with("head", head.to_string())
            }
            FeedError::Unavailable { .. } => {
                Self::unavailable(&error).with("service", "event feed")
            }
        }
    }
}

impl From<IdentityError> for Refusal {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Forged => Self::new(Reason::TokenForged),
            IdentityError::Expired => Self::new(Reason::TokenExpired),
            IdentityError::WrongAudience => Self::new(Reason::TokenWrongAudience),
            IdentityError::Malformed => Self::new(Reason::TokenMalformed),
            IdentityError::Unavailable(error) => error.into(),
        }
    }
}
