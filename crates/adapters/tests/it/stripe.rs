//! Payments by Stripe's API against the contract of the port, over HTTP to the sandbox, in every trouble.

#[path = "stripe/shapes.rs"]
mod shapes;

use std::{collections::HashSet, time::Duration};

use async_trait::async_trait;
use picasso_adapters::stripe::{StripeConfig, StripePayments};
use picasso_commands::{
    contract::payments::{self, Books, Call, Provider, Trouble},
    ports::{PaymentError, Payments, WebhookRecord},
};
use picasso_domain::values::{PurchaseId, SessionId};
use picasso_sandbox::{FaultKind, FaultRequest, Operation};

use super::local_sandbox::{self, API_KEY, LocalSandbox, TIMEOUT, WEBHOOK_SECRET};

struct SandboxProvider {
    it: LocalSandbox,
    payments: StripePayments,
}

async fn provider() -> SandboxProvider {
    let it = local_sandbox::start().await;
    let payments = client(&it, API_KEY);
    SandboxProvider { it, payments }
}

fn client(it: &LocalSandbox, secret_key: &str) -> StripePayments {
    let config = StripeConfig {
        secret_key: secret_key.into(),
        api_base: Some(it.url.clone()),
        webhook_secret: WEBHOOK_SECRET.into(),
        timeout: TIMEOUT,
    };
    StripePayments::new(config).expect("a client")
}

impl SandboxProvider {
    async fn press(&self, session_id: &SessionId, button: &str) {
        let url = format!("{}/checkout/{session_id}/{button}", self.it.url);
        let answer = self.it.http.post(url).send().await.expect("an answer");
        assert!(!answer.status().is_server_error(), "{}", answer.status());
    }
}

#[async_trait]
impl Provider for SandboxProvider {
    fn payments(&self) -> &dyn Payments {
        &self.payments
    }

    async fn pay(&self, session_id: &SessionId) {
        self.press(session_id, "pay").await;
    }

    async fn pay_twice(&self, session_id: &SessionId) {
        self.press(session_id, "pay-twice").await;
    }

    async fn decline(&self, session_id: &SessionId) {
        self.press(session_id, "decline").await;
    }

    async fn spoil(&self, call: Call, trouble: Trouble) {
        let order = FaultRequest {
            on: operation(call),
            kind: fault(trouble),
            times: 1,
            pattern: None,
        };
        self.it.sandbox.add_fault(order).await.expect("a fault");
    }

    async fn pass(&self, time: Duration) {
        self.it.sandbox.advance_clock(time);
    }

    async fn books(&self, purchase_id: &PurchaseId) -> Books {
        let reference = purchase_id.to_string();
        let ledger = self.it.sandbox.ledger(Some(&reference)).await;
        let entries = ledger.expect("a ledger").references;
        entries.first().map_or_else(Books::default, |entry| Books {
            payments: entry.payments.len(),
            charged: entry.charged,
            refunded: entry.refunded,
        })
    }

    async fn open_pages(&self) -> usize {
        let url = format!("{}/sandbox/payments", self.it.url);
        let page = self.it.http.get(url).send().await.expect("an answer");
        let page = page.text().await.expect("a page");
        let links = page.split("/checkout/").skip(1);
        let ids = links.filter_map(|link| link.split('"').next());
        ids.collect::<HashSet<_>>().len()
    }

    async fn webhooks(&self, count: usize) -> Vec<WebhookRecord> {
        self.it.webhooks(count).await
    }
}

fn operation(call: Call) -> Operation {
    match call {
        Call::Open => Operation::CreateSession,
        Call::Read => Operation::RetrieveSession,
        Call::Close => Operation::ExpireSession,
        Call::Refund => Operation::Refund,
    }
}

fn fault(trouble: Trouble) -> FaultKind {
    match trouble {
        Trouble::TimeoutAfterEffect => FaultKind::TimeoutAfterEffect,
        Trouble::TimeoutBeforeEffect => FaultKind::TimeoutBeforeEffect,
        Trouble::ServerError => FaultKind::Error500,
        Trouble::TooManyRequests => FaultKind::Error429,
        Trouble::ConnectionReset => FaultKind::ConnectionReset,
    }
}

/// Runs each rule over a sandbox of its own.
macro_rules! rules {
    ($($rule:ident),+ $(,)?) => {
        $(#[tokio::test]
        async fn $rule() {
            payments::$rule(&provider().await).await;
        })+
    };
}

/// Runs each rule in every trouble, each over a sandbox of its own.
macro_rules! rules_in_trouble {
    ($($rule:ident),+ $(,)?) => {
        $(#[tokio::test]
        async fn $rule() {
            for trouble in Trouble::ALL {
                payments::$rule(&provider().await, trouble).await;
            }
        })+
    };
}

rules!(
    the_same_key_answers_with_the_same_page,
    a_key_belongs_to_one_request,
    a_page_that_closes_very_soon_is_made_once_too,
    a_page_is_open_until_it_is_paid,
    a_declined_card_is_told_and_another_may_pay,
    a_page_expires_by_itself,
    a_closed_page_cannot_be_paid_and_may_be_closed_twice,
    closing_a_page_that_was_paid_first_says_so,
    a_page_nobody_made_is_refused,
    the_same_key_refunds_once,
    a_payment_refunded_under_another_key_counts_as_refunded,
    more_than_was_paid_is_not_given_back,
    a_payment_nobody_made_is_not_refunded,
    a_payment_is_reported_with_its_purchase,
    a_second_charge_is_reported_as_another_payment,
    what_else_happens_names_the_purchase_and_no_payment,
    a_refund_names_the_purchase,
    an_altered_webhook_is_forged,
    a_webhook_is_old_by_when_it_came_and_not_by_when_it_is_read,
);

rules_in_trouble!(
    a_page_made_in_any_trouble_is_found_again_and_paid_once,
    a_page_is_closed_in_any_trouble,
    reading_a_page_in_trouble_claims_nothing,
    a_refund_in_any_trouble_is_made_once,
);

/// It would end purchases for good, though only the key is wrong.
#[tokio::test]
async fn a_wrong_key_is_not_reported_as_a_refusal() {
    let it = local_sandbox::start().await;
    let stranger = client(&it, "sk_test_wrong");
    let session_id = SessionId("cs_test_1".into());
    let answer = stranger.checkout(&session_id).await.expect_err("no answer");
    let PaymentError::Unknown(source) = answer else {
        panic!("{answer:?}");
    };
    assert!(source.to_string().contains("check it"), "{source}");
    assert!(!format!("{source:?}").contains("sk_test"), "{source:?}");
}

#[tokio::test]
async fn a_provider_that_is_not_there_claims_nothing() {
    local_sandbox::install_crypto();
    let nobody = StripePayments::new(StripeConfig {
        secret_key: API_KEY.into(),
        // Port 9 of this machine: nothing listens there.
        api_base: Some("http://127.0.0.1:9".into()),
        webhook_secret: WEBHOOK_SECRET.into(),
        timeout: TIMEOUT,
    });
    let session_id = SessionId("cs_test_1".into());
    let answer = nobody.expect("a client").checkout(&session_id).await;
    assert!(matches!(answer, Err(PaymentError::Unknown(_))));
}
