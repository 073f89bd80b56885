//! Paying sellers: an account of theirs at the provider, money handed on to it, and money taken back from it.

use async_trait::async_trait;
use picasso_domain::values::{
    Money, PaymentId, PayoutAccountId, PurchaseId, ReversalId, TransferId, UserId,
};

use super::PaymentError;

/// Where the provider sends sellers back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnboardingUrls {
    /// After the seller has done, or left, what the provider asks.
    pub return_url: String,
    /// When the link was used or is too old: a new one is wanted.
    pub refresh_url: String,
}

/// Money to be handed on to a seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRequest {
    /// The same key again moves nothing more, however much later.
    pub key: String,
    pub purchase_id: PurchaseId,
    /// The payment that the money comes from.
    pub payment_id: PaymentId,
    pub account: PayoutAccountId,
    pub amount: Money,
}

/// Money to be taken back from a seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReversalRequest {
    /// The same key again takes nothing more, however much later.
    pub key: String,
    pub transfer_id: TransferId,
    pub amount: Money,
}

/// Pays sellers into accounts that the provider keeps for them.
#[async_trait]
pub trait Payouts: Send + Sync + 'static {
    /// Opens an account that still lacks whatever the provider wants to know of its owner. The same key again,
    /// within a day, answers with the same account.
    async fn open_account(
        &self,
        key: &str,
        user_id: &UserId,
    ) -> Result<PayoutAccountId, PaymentError>;

    /// The address of a page on which the owner tells the provider what it wants to know; good once, for minutes.
    async fn onboarding_link(
        &self,
        account: &PayoutAccountId,
        urls: &OnboardingUrls,
    ) -> Result<String, PaymentError>;

    /// Whether money can be handed on to the account, and from there to its owner, now.
    async fn can_be_paid(&self, account: &PayoutAccountId) -> Result<bool, PaymentError>;

    async fn transfer(&self, request: &TransferRequest) -> Result<TransferId, PaymentError>;

    async fn reverse(&self, request: &ReversalRequest) -> Result<ReversalId, PaymentError>;
}
