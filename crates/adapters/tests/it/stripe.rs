//! Payments by Stripe's API against the contract of the port, over HTTP to the sandbox, in every trouble.

use std::{collections::HashSet, time::Duration};

#[path = "stripe/payouts.rs"]
mod payouts;
#[path = "stripe/shapes.rs"]
mod shapes;

use async_trait::async_trait;
use picasso_adapters::stripe::{StripeConfig, StripePayments};
use picasso_commands::{
    contract::payments::{self, Books, Call, Provider, Trouble},
    ports::{PaymentError, Payments, Payouts, WebhookError, WebhookRecord},
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
        connect_webhook_secret: None,
        timeout: TIMEOUT,
    };
    StripePayments::new(config).expect("a client")
}

impl SandboxProvider {
    async fn spoil_next(&self, on: Operation, trouble: Trouble) {
        let order = FaultRequest {
            on,
            kind: fault(trouble),
            times: 1,
            pattern: None,
        };
        self.it.sandbox.add_fault(order).await.expect("a fault");
    }

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

    async fn refund_in_dashboard(&self, session_id: &SessionId) {
        self.press(session_id, "refund").await;
    }

    async fn dispute(&self, session_id: &SessionId) {
        self.press(session_id, "dispute").await;
    }

    async fn decide_dispute(&self, session_id: &SessionId, won: bool) {
        let button = if won { "dispute-won" } else { "dispute-lost" };
        self.press(session_id, button).await;
    }

    async fn spoil(&self, call: Call, trouble: Trouble) {
        self.spoil_next(operation(call), trouble).await;
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
        Call::Report => Operation::RetrievePayment,
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
    a_payment_nobody_took_back_says_so,
    a_refund_of_ours_is_told,
    a_refund_in_the_dashboard_is_told_and_names_its_payment,
    a_part_given_back_is_no_refund,
    a_dispute_is_told_until_it_is_won,
    a_dispute_is_told_until_it_is_lost,
    a_dispute_names_its_payment,
    what_is_disputed_is_not_refunded,
    of_a_payment_nobody_made_nothing_is_told,
    an_altered_webhook_is_forged,
    a_webhook_is_old_by_when_it_came_and_not_by_when_it_is_read,
);

rules_in_trouble!(
    a_page_made_in_any_trouble_is_found_again_and_paid_once,
    a_page_is_closed_in_any_trouble,
    reading_a_page_in_trouble_claims_nothing,
    a_refund_in_any_trouble_is_made_once,
    a_report_in_trouble_claims_nothing,
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
        connect_webhook_secret: None,
        timeout: TIMEOUT,
    });
    let session_id = SessionId("cs_test_1".into());
    let answer = nobody.expect("a client").checkout(&session_id).await;
    assert!(matches!(answer, Err(PaymentError::Unknown(_))));
}

/// Stripe signs what happens to connected accounts with the secret of another endpoint.
#[tokio::test]
async fn a_webhook_is_believed_by_the_secret_of_either_endpoint() {
    let it = local_sandbox::start().await;
    let config = |webhook_secret: &str, connect: &str| StripeConfig {
        secret_key: API_KEY.into(),
        api_base: Some(it.url.clone()),
        webhook_secret: webhook_secret.into(),
        connect_webhook_secret: Some(connect.into()),
        timeout: TIMEOUT,
    };
    let seller = picasso_domain::values::UserId::parse("ann").expect("a user id");
    let second = StripePayments::new(config("whsec_other", WEBHOOK_SECRET)).expect("a client");
    let account = Payouts::open_account(&second, "account-1", &seller).await;
    let url = format!(
        "{}/sandbox/accounts/{}/restrict",
        it.url,
        account.expect("an account")
    );
    it.http.post(url).send().await.expect("an answer");
    let webhook = it.webhooks(1).await.remove(0);
    let read = |stripe: &StripePayments| {
        let (body, signature) = (&webhook.body, &webhook.signature);
        stripe.read_webhook(body, signature, webhook.received_at)
    };
    assert_eq!(read(&second).expect("ours").seller, Some(seller));
    let neither = StripePayments::new(config("whsec_other", "whsec_another")).expect("a client");
    assert!(matches!(read(&neither), Err(WebhookError::Forged)));
}
