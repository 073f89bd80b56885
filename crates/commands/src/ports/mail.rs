//! Mail, and where people's addresses are kept: never in the log.

use async_trait::async_trait;
use picasso_domain::values::UserId;

use super::Unavailable;

/// A letter to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    /// What it is: `receipt`, `sale`, `refund`.
    pub kind: &'static str,
    /// The same key is sent once, where the server can tell.
    pub dedupe_key: String,
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    async fn send(&self, mail: &Mail) -> Result<(), Unavailable>;
}

/// E-mail addresses by person.
#[async_trait]
pub trait ContactBook: Send + Sync + 'static {
    async fn remember(&self, user_id: &UserId, email: &str) -> Result<(), Unavailable>;

    async fn email(&self, user_id: &UserId) -> Result<Option<String>, Unavailable>;
}
