//! The sandbox's settings, checked once when it opens.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

use crate::error::{Result, SandboxError};

/// Where the sandbox keeps its data and how it presents itself. No `Debug`: it holds secrets.
#[derive(Clone)]
pub struct SandboxConfig {
    /// Folder for the database and the signing key; `None` keeps everything in memory.
    pub data_dir: Option<PathBuf>,
    /// How people and clients reach the sandbox, for example `http://127.0.0.1:8081`.
    pub public_base_url: String,
    /// Where people use the web app: links in letters begin with it, and its pages may sign people in.
    pub app_url: String,
    /// Where webhooks go; while `None`, deliveries wait. See also `Sandbox::set_webhook_url`.
    pub webhook_url: Option<String>,
    /// Signs webhooks, as Stripe's `whsec_…`.
    pub webhook_secret: String,
    /// What callers of `/v1/` must present, as Stripe's `sk_test_…`.
    pub stripe_secret_key: String,
    /// Audience of the ID tokens, as a Firebase project id.
    pub project_id: String,
    /// How much work one password hash costs.
    pub password_cost: PasswordCost,
    /// How long a faulted request hangs before its connection is dropped.
    pub fault_hang: Duration,
    /// Soonest a checkout session may expire after its creation. Stripe: 30 minutes.
    pub min_session_lifetime: Duration,
    pub deliveries: DeliveryPolicy,
}

/// Argon2id parameters. The default is OWASP's first recommendation (19 MiB, 2 passes, 1 lane):
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>.
#[derive(Clone, Copy, Debug)]
pub struct PasswordCost {
    pub memory_kib: u32,
    pub passes: u32,
}

/// How webhooks are retried.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryPolicy {
    /// Wait after the first failure; doubles after each further one.
    pub first_delay: Duration,
    pub longest_delay: Duration,
    pub max_attempts: u32,
    /// How long the receiver may take to answer.
    pub timeout: Duration,
}

impl SandboxConfig {
    /// Settings for development on this machine: in memory, well-known test secrets.
    pub fn new(public_base_url: impl Into<String>) -> Self {
        Self {
            data_dir: None,
            public_base_url: public_base_url.into(),
            app_url: "http://127.0.0.1:8080".into(),
            webhook_url: None,
            webhook_secret: "whsec_sandbox".into(),
            stripe_secret_key: "sk_test_sandbox".into(),
            project_id: "picasso-sandbox".into(),
            password_cost: PasswordCost::default(),
            fault_hang: Duration::from_secs(30),
            min_session_lifetime: Duration::from_secs(30 * 60),
            deliveries: DeliveryPolicy::default(),
        }
    }

    pub(crate) fn check(&mut self) -> Result<()> {
        while self.public_base_url.ends_with('/') {
            self.public_base_url.pop();
        }
        parse_http_url("public_base_url", &self.public_base_url)?;
        while self.app_url.ends_with('/') {
            self.app_url.pop();
        }
        parse_http_url("app_url", &self.app_url)?;
        if let Some(url) = &self.webhook_url {
            parse_http_url("webhook_url", url)?;
        }
        require_text("webhook_secret", &self.webhook_secret)?;
        require_text("stripe_secret_key", &self.stripe_secret_key)?;
        require_text("project_id", &self.project_id)
    }
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
        }
    }
}

impl PasswordCost {
    /// As little work as Argon2 allows, for tests that sign many people up.
    pub fn for_tests() -> Self {
        Self {
            memory_kib: 8,
            passes: 1,
        }
    }
}

impl Default for DeliveryPolicy {
    fn default() -> Self {
        Self {
            first_delay: Duration::from_secs(1),
            longest_delay: Duration::from_secs(60),
            max_attempts: 12,
            timeout: Duration::from_secs(10),
        }
    }
}

pub(crate) fn parse_http_url(name: &'static str, value: &str) -> Result<Url> {
    let wrong = |problem: String| SandboxError::Setting { name, problem };
    let url = Url::parse(value).map_err(|e| wrong(format!("{value:?} is not a URL ({e})")))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(wrong(format!(
            "it must begin with http:// or https://, not {other}:"
        ))),
    }
}

fn require_text(name: &'static str, value: &str) -> Result<()> {
    if value.trim().is_empty() {
        return Err(SandboxError::Setting {
            name,
            problem: "it must not be empty".into(),
        });
    }
    Ok(())
}
