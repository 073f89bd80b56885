//! Letters to people, and where their addresses are kept (never in the event log).

use async_trait::async_trait;
use picasso_domain::values::UserId;

use super::{EffectError, Unavailable};

/// A letter to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    /// The same content twice, for readers with and without HTML.
    pub text: String,
    pub html: String,
    /// What it is: `receipt`, `sale`, `refund`, `likes`.
    pub kind: &'static str,
    /// Where one click ends letters of this kind (RFC 8058), if they can be ended.
    pub opt_out_url: Option<String>,
    /// The same key is sent once, where the server can tell.
    pub dedupe_key: String,
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    async fn send(&self, mail: &Mail) -> Result<(), EffectError>;
}

/// E-mail addresses by person.
#[async_trait]
pub trait ContactBook: Send + Sync + 'static {
    async fn remember(&self, user_id: &UserId, email: &str) -> Result<(), Unavailable>;

    async fn email(&self, user_id: &UserId) -> Result<Option<String>, Unavailable>;
}
