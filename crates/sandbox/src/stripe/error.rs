//! Refusals in Stripe's shape: <https://docs.stripe.com/api/errors>.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::error::SandboxError;

/// Why a Stripe call has no answer: refused by a rule, or the sandbox itself broke.
#[derive(Debug)]
pub(crate) enum Failure {
    Refused(Refusal),
    Broken(SandboxError),
}

#[derive(Debug)]
pub(crate) struct Refusal {
    pub status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
    /// Whether an idempotency key keeps it: Stripe keeps refusals, but not failed validation.
    pub is_kept: bool,
}

impl Refusal {
    /// Status 400, `invalid_request_error`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: None,
            param: None,
            message: message.into(),
            is_kept: true,
        }
    }

    pub fn unknown_url(path: &str) -> Self {
        let message =
            format!("Unrecognized request URL ({path}). The sandbox knows only a part of Stripe.");
        Self {
            status: StatusCode::NOT_FOUND,
            ..Self::invalid(message)
        }
    }

    pub fn no_such(object: &str, param: &str, id: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            ..Self::invalid(format!("No such {object}: '{id}'"))
        }
        .code("resource_missing")
        .param(param)
    }

    pub fn unauthorized(message: &str) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::invalid(message)
        }
    }

    pub fn key_reused() -> Self {
        let message = "Keys for idempotent requests can only be used with the same parameters they were \
                       first used with. Try using a key other than the one you sent if you meant to execute \
                       a different request.";
        Self {
            kind: "idempotency_error",
            ..Self::invalid(message)
        }
    }

    pub fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    pub fn not_kept(mut self) -> Self {
        self.is_kept = false;
        self
    }

    pub fn body(&self) -> Value {
        let mut error = json!({"type": self.kind, "message": self.message});
        if let Some(code) = self.code {
            error["code"] = code.into();
        }
        if let Some(param) = &self.param {
            error["param"] = param.as_str().into();
        }
        json!({ "error": error })
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        Self::Broken(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Broken(error.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Broken(error.into())
    }
}
