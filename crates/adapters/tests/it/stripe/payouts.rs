//! Payouts by Stripe Connect against the contract of the port, over HTTP to the sandbox, in every trouble.

use async_trait::async_trait;
use picasso_commands::{
    contract::{
        payments::Trouble,
        payouts::{self, Books, Call, Provider},
    },
    ports::{CheckoutRequest, CheckoutStatus, Payments, Payouts, WebhookNotice},
};
use picasso_domain::{
    Timestamp,
    values::{Currency, Money, PaymentId, PayoutAccountId, PurchaseId},
};
use picasso_sandbox::Operation;

use super::{SandboxProvider, provider};

#[async_trait]
impl Provider for SandboxProvider {
    fn payouts(&self) -> &dyn Payouts {
        &self.payments
    }

    async fn sell(&self, purchase_id: &PurchaseId) -> PaymentId {
        let request = CheckoutRequest {
            key: "checkout-1".into(),
            purchase_id: purchase_id.clone(),
            title: "Harbour".into(),
            amount: Money {
                amount_minor: 1_250,
                currency: Currency::Eur,
            },
            success_url: "http://127.0.0.1/".into(),
            cancel_url: "http://127.0.0.1/".into(),
            expires_at: Timestamp::now() + jiff::SignedDuration::from_hours(1),
        };
        let page = self.payments.open_checkout(&request).await;
        let session_id = page.expect("a page").session_id;
        self.press(&session_id, "pay").await;
        match self.payments.checkout(&session_id).await {
            Ok(CheckoutStatus::Paid { payment_id, .. }) => payment_id,
            other => panic!("it was paid, but is {other:?}"),
        }
    }

    async fn finish(&self, link: &str) {
        let answer = self.it.http.post(format!("{link}/finish")).send().await;
        let status = answer.expect("an answer").status();
        assert!(status.is_redirection(), "{status}");
    }

    async fn restrict(&self, account: &PayoutAccountId) {
        let url = format!("{}/sandbox/accounts/{account}/restrict", self.it.url);
        let answer = self.it.http.post(url).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    async fn spoil(&self, call: Call, trouble: Trouble) {
        let on = match call {
            Call::OpenAccount => Operation::CreateAccount,
            Call::Link => Operation::CreateAccountLink,
            Call::ReadAccount => Operation::RetrieveAccount,
            Call::Transfer => Operation::Transfer,
            Call::Reverse => Operation::Reverse,
        };
        self.spoil_next(on, trouble).await;
    }

    async fn forget_keys(&self) {
        self.it.sandbox.forget_keys().await.expect("forgotten");
    }

    async fn books(&self, purchase_id: &PurchaseId) -> Books {
        let reference = purchase_id.to_string();
        let ledger = self.it.sandbox.ledger(Some(&reference)).await;
        let entries = ledger.expect("a ledger").references;
        entries.first().map_or_else(Books::default, |entry| Books {
            transfers: entry.transfers,
            transferred: entry.transferred,
            reversed: entry.reversed,
        })
    }

    async fn accounts(&self) -> u64 {
        let accounts = self.it.sandbox.connected_accounts().await;
        accounts.expect("a number")
    }

    async fn last_notice(&self, count: usize) -> WebhookNotice {
        let webhook = self.it.webhooks(count).await.remove(count - 1);
        let (body, signature) = (&webhook.body, &webhook.signature);
        let read = self
            .payments
            .read_webhook(body, signature, webhook.received_at);
        read.expect("a webhook")
    }
}

/// Runs each rule over a sandbox of its own.
macro_rules! rules {
    ($($rule:ident),+ $(,)?) => {
        $(#[tokio::test]
        async fn $rule() {
            payouts::$rule(&provider().await).await;
        })+
    };
}

/// Runs each rule in every trouble, each over a sandbox of its own.
macro_rules! rules_in_trouble {
    ($($rule:ident),+ $(,)?) => {
        $(#[tokio::test]
        async fn $rule() {
            for trouble in Trouble::ALL {
                payouts::$rule(&provider().await, trouble).await;
            }
        })+
    };
}

rules!(
    the_same_key_opens_one_account,
    an_account_can_be_paid_once_its_owner_has_told_everything,
    each_link_is_another,
    an_account_nobody_opened_is_refused,
    an_account_that_changes_names_its_owner,
    the_same_key_transfers_once,
    a_key_used_for_something_else_is_no_refusal,
    an_account_that_is_not_ready_is_not_paid,
    no_more_than_the_payment_is_handed_on,
    the_same_key_reverses_once,
    no_more_than_was_transferred_comes_back,
    a_transfer_nobody_made_does_not_come_back,
);

rules_in_trouble!(
    an_account_opened_in_any_trouble_is_found_again,
    a_link_in_trouble_can_be_had_again,
    reading_an_account_in_trouble_claims_nothing,
    a_transfer_in_any_trouble_is_made_once,
    a_reversal_in_any_trouble_is_made_once,
);
