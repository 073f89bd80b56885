//! Payments by Stripe's hosted checkout and payouts by Connect, on async-stripe; the sandbox speaks the same part of
//! its API.
//!
//! Keeps true: a request with the same key has one effect; "we do not know" is never reported as a refusal
//! or a success; a webhook is believed only with a fresh signature. The secrets are never printed.

mod checkout;
mod error;
mod money;
mod payments;
mod payouts;
mod refund;
mod webhook;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use picasso_commands::ports::{
    CheckoutRequest, CheckoutSession, CheckoutStatus, OnboardingUrls, PaymentError, PaymentReport,
    Payments, Payouts, RefundRequest, ReversalRequest, TransferRequest, WebhookError,
    WebhookNotice,
};
use picasso_domain::{
    Timestamp,
    values::{
        Money, PaymentId, PayoutAccountId, PurchaseId, RefundId, ReversalId, SessionId, TransferId,
        UserId,
    },
};
use reqwest::Url;
use stripe::{Client, ClientBuilder};

/// How to reach Stripe.
#[derive(Clone)]
pub struct StripeConfig {
    /// `sk_…` or `rk_…`.
    pub secret_key: String,
    /// Where the API is; `None` is Stripe itself.
    pub api_base: Option<String>,
    /// `whsec_…` of the webhook endpoint. Make the endpoint with the API version that async-stripe was generated
    /// from (`stripe_shared::version::VERSION`), so that what comes has the shapes we read.
    pub webhook_secret: String,
    /// `whsec_…` of the endpoint for events of connected accounts, which Stripe keeps apart; `None` where both come
    /// under one secret.
    pub connect_webhook_secret: Option<String>,
    /// How long one request may take, its answer included.
    pub timeout: Duration,
}

impl fmt::Debug for StripeConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripeConfig")
            .field("api_base", &self.api_base)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A setting this adapter cannot work with.
#[derive(Debug, thiserror::Error)]
pub enum StripeConfigError {
    #[error("the Stripe secret key is not sk_… or rk_…")]
    SecretKey,
    // An empty secret would let anybody sign.
    #[error("a Stripe webhook secret is empty")]
    WebhookSecret,
    #[error("the Stripe API address is not an http(s) URL")]
    ApiBase,
    #[error("a live Stripe key is sent over https only")]
    Unencrypted,
    #[error("the Stripe client cannot be built")]
    Client(#[source] stripe::StripeError),
}

/// [`Payments`] and [`Payouts`] by Stripe.
///
/// Requests are made once each: callers repeat them with the same key, by their own schedule. Stripe keeps a
/// key's first answer for at least a day, a 500 included
/// (<https://docs.stripe.com/api/idempotent_requests>).
#[derive(Clone)]
pub struct StripePayments {
    client: Client,
    webhook_secrets: Vec<String>,
}

impl StripePayments {
    /// # Errors
    /// [`StripeConfigError`] naming the wrong setting.
    pub fn new(config: StripeConfig) -> Result<Self, StripeConfigError> {
        let is_live = check_key(&config.secret_key)?;
        let webhook_secrets: Vec<String> = [config.webhook_secret]
            .into_iter()
            .chain(config.connect_webhook_secret)
            .collect();
        if webhook_secrets
            .iter()
            .any(|secret| secret.trim().is_empty())
        {
            return Err(StripeConfigError::WebhookSecret);
        }
        let mut builder = ClientBuilder::new(config.secret_key).timeout(config.timeout);
        if let Some(base) = &config.api_base {
            builder = builder.url(api_base(base, is_live)?);
        }
        Ok(Self {
            client: builder.build().map_err(StripeConfigError::Client)?,
            webhook_secrets,
        })
    }
}

/// Answers whether the key moves real money.
fn check_key(key: &str) -> Result<bool, StripeConfigError> {
    let is_key = key.starts_with("sk_") || key.starts_with("rk_");
    if is_key && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(!key[3..].starts_with("test_"))
    } else {
        Err(StripeConfigError::SecretKey)
    }
}

/// The client appends `v1/…`, so the address ends with a slash.
fn api_base(raw: &str, is_live: bool) -> Result<String, StripeConfigError> {
    let url = Url::parse(raw).map_err(|_| StripeConfigError::ApiBase)?;
    match url.scheme() {
        "https" => {}
        "http" if !is_live => {}
        "http" => return Err(StripeConfigError::Unencrypted),
        _ => return Err(StripeConfigError::ApiBase),
    }
    Ok(format!("{}/", url.as_str().trim_end_matches('/')))
}

#[async_trait]
impl Payments for StripePayments {
    async fn open_checkout(
        &self,
        request: &CheckoutRequest,
    ) -> Result<CheckoutSession, PaymentError> {
        checkout::open(&self.client, request).await
    }

    async fn checkout(&self, session_id: &SessionId) -> Result<CheckoutStatus, PaymentError> {
        checkout::status(&self.client, session_id).await
    }

    async fn close_checkout(&self, session_id: &SessionId) -> Result<CheckoutStatus, PaymentError> {
        checkout::close(&self.client, session_id).await
    }

    async fn payments_of(
        &self,
        purchase_id: &PurchaseId,
    ) -> Result<Vec<(PaymentId, Money)>, PaymentError> {
        payments::of(&self.client, purchase_id).await
    }

    async fn payment(&self, payment_id: &PaymentId) -> Result<PaymentReport, PaymentError> {
        payments::report(&self.client, payment_id).await
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundId, PaymentError> {
        refund::refund(&self.client, request).await
    }

    fn read_webhook(
        &self,
        body: &[u8],
        signature: &str,
        received_at: Timestamp,
    ) -> Result<WebhookNotice, WebhookError> {
        webhook::read(body, signature, &self.webhook_secrets, received_at)
    }
}

#[async_trait]
impl Payouts for StripePayments {
    async fn open_account(
        &self,
        key: &str,
        user_id: &UserId,
    ) -> Result<PayoutAccountId, PaymentError> {
        payouts::open_account(&self.client, key, user_id).await
    }

    async fn onboarding_link(
        &self,
        account: &PayoutAccountId,
        urls: &OnboardingUrls,
    ) -> Result<String, PaymentError> {
        payouts::onboarding_link(&self.client, account, urls).await
    }

    async fn can_be_paid(&self, account: &PayoutAccountId) -> Result<bool, PaymentError> {
        payouts::can_be_paid(&self.client, account).await
    }

    async fn transfer(&self, request: &TransferRequest) -> Result<TransferId, PaymentError> {
        payouts::transfer(&self.client, request).await
    }

    async fn reverse(&self, request: &ReversalRequest) -> Result<ReversalId, PaymentError> {
        payouts::reverse(&self.client, request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(secret_key: &str, api_base: &str) -> StripeConfig {
        StripeConfig {
            secret_key: secret_key.into(),
            api_base: Some(api_base.into()),
            webhook_secret: "whsec_hush".into(),
            connect_webhook_secret: None,
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn a_live_key_is_sent_over_https_only() {
        assert!(matches!(
            check_key("sk_live_1").and_then(|live| api_base("http://example.com", live)),
            Err(StripeConfigError::Unencrypted)
        ));
        let base = check_key("sk_test_1").and_then(|live| api_base("http://localhost:1/x", live));
        assert_eq!(base.expect("taken"), "http://localhost:1/x/");
    }

    #[test]
    fn an_empty_webhook_secret_is_refused() {
        let mut config = config("sk_test_1", "http://localhost");
        let mut connect = config.clone();
        config.webhook_secret = " ".into();
        connect.connect_webhook_secret = Some(String::new());
        for config in [config, connect] {
            let refused = StripePayments::new(config).err();
            assert!(matches!(refused, Some(StripeConfigError::WebhookSecret)));
        }
    }

    #[test]
    fn the_secrets_are_not_printed() {
        let printed = format!("{:?}", config("sk_live_hush", "https://api.stripe.com"));
        assert!(!printed.contains("hush"), "{printed}");
    }
}
