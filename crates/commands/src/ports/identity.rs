//! Who is calling, according to the identity provider.

use async_trait::async_trait;
use picasso_domain::values::UserId;

use super::Unavailable;

/// What a person may do beyond their own things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Rebuilds projections, looks at anything, refunds.
    Operator,
    /// Replays event streams.
    Analyst,
}

/// A verified person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub user_id: UserId,
    pub email: Option<String>,
    pub email_verified: bool,
    pub roles: Vec<Role>,
}

/// Why a token is not taken.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("the token is not one of ours")]
    Forged,
    #[error("the token has expired")]
    Expired,
    #[error("the token was made for somebody else's service")]
    WrongAudience,
    #[error("the token is malformed")]
    Malformed,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Verifies ID tokens in the shape Firebase gives them.
#[async_trait]
pub trait TokenVerifier: Send + Sync + 'static {
    async fn verify(&self, token: &str) -> Result<Identity, IdentityError>;
}
