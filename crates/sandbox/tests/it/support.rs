//! A running sandbox, a webhook receiver, and clients for both sides.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use picasso_sandbox::{
    DeliveryPolicy, FaultKind, FaultRequest, Operation, PasswordCost, Sandbox, SandboxConfig,
};
use serde_json::{Value, json};
use stripe::{Client, ClientBuilder, RequestStrategy};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionPaymentIntentData, ProductData,
};
use stripe_shared::{CheckoutSession, CheckoutSessionMode};
use stripe_types::Currency;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub const WEBHOOK_SECRET: &str = "whsec_test";
pub const API_KEY: &str = "sk_test_it";
const LIMIT: Duration = Duration::from_secs(20);

pub struct Running {
    pub sandbox: Sandbox,
    pub base: String,
    pub http: reqwest::Client,
    pub stripe: Client,
    shutdown: CancellationToken,
    server: JoinHandle<picasso_sandbox::Result<()>>,
}

pub fn config() -> SandboxConfig {
    let mut config = SandboxConfig::new("http://127.0.0.1:1");
    config.webhook_secret = WEBHOOK_SECRET.into();
    config.stripe_secret_key = API_KEY.into();
    config.project_id = "picasso-test".into();
    config.password_cost = PasswordCost::for_tests();
    config.fault_hang = Duration::from_millis(300);
    config.deliveries = DeliveryPolicy {
        first_delay: Duration::from_millis(10),
        longest_delay: Duration::from_millis(40),
        max_attempts: 4,
        timeout: Duration::from_secs(5),
    };
    config
}

pub async fn start() -> Running {
    start_with(config()).await
}

pub async fn start_in(dir: &Path) -> Running {
    start_with(SandboxConfig {
        data_dir: Some(dir.to_owned()),
        ..config()
    })
    .await
}

pub async fn start_with(mut config: SandboxConfig) -> Running {
    // A second test in this process finds the provider installed already, which is as good.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    config.public_base_url = base.clone();
    let sandbox = Sandbox::open(config).expect("the sandbox opens");
    let shutdown = CancellationToken::new();
    let server = tokio::spawn({
        let (sandbox, shutdown) = (sandbox.clone(), shutdown.clone());
        async move { sandbox.serve(listener, shutdown).await }
    });
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(LIMIT)
        .build()
        .expect("an HTTP client");
    let stripe = ClientBuilder::new(API_KEY)
        .url(format!("{base}/"))
        .request_strategy(RequestStrategy::Once)
        .timeout(LIMIT)
        .build()
        .expect("a Stripe client");
    Running {
        sandbox,
        base,
        http,
        stripe,
        shutdown,
        server,
    }
}

impl Running {
    pub async fn stop(self) {
        self.shutdown.cancel();
        let stopped = tokio::time::timeout(LIMIT, self.server)
            .await
            .expect("it stops in time");
        stopped.expect("no panic").expect("a clean stop");
    }

    pub async fn fault(&self, on: Operation, kind: FaultKind) {
        let order = FaultRequest {
            on,
            kind,
            times: 1,
            pattern: None,
        };
        self.sandbox
            .add_fault(order)
            .await
            .expect("a sensible fault");
    }

    /// A session of 12.50 EUR for the reference.
    pub async fn session(&self, reference: &str) -> CheckoutSession {
        create(reference)
            .send(&self.stripe)
            .await
            .expect("a session")
    }

    pub async fn press(&self, session: &str, button: &str) -> reqwest::Response {
        let url = format!("{}/checkout/{session}/{button}", self.base);
        self.http.post(url).send().await.expect("an answer")
    }

    /// Creates a session and pays it; answers its id and payment intent.
    pub async fn paid(&self, reference: &str) -> (String, String) {
        let id = self.session(reference).await.id.to_string();
        assert_eq!(self.press(&id, "pay").await.status(), StatusCode::SEE_OTHER);
        let session = self.raw_get(&format!("/v1/checkout/sessions/{id}")).await.1;
        (
            id,
            session["payment_intent"]
                .as_str()
                .expect("an intent")
                .to_owned(),
        )
    }

    /// Charged and refunded totals of the reference, and how many payments made them up.
    pub async fn ledger(&self, reference: &str) -> (i64, i64, usize) {
        let ledger = self
            .sandbox
            .ledger(Some(reference))
            .await
            .expect("a ledger");
        ledger.references.first().map_or((0, 0, 0), |entry| {
            (entry.charged, entry.refunded, entry.payments.len())
        })
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.http
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .expect("an answer")
    }

    pub async fn raw_get(&self, path: &str) -> (StatusCode, Value) {
        let request = self
            .http
            .get(format!("{}{path}", self.base))
            .bearer_auth(API_KEY);
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.json().await.expect("JSON"))
    }

    pub async fn raw_post(&self, path: &str, form: &str, key: Option<&str>) -> (StatusCode, Value) {
        let mut request = self
            .http
            .post(format!("{}{path}", self.base))
            .bearer_auth(API_KEY)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.json().await.expect("JSON"))
    }

    pub async fn post_json(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.base);
        let answer = self
            .http
            .post(url)
            .json(&body)
            .send()
            .await
            .expect("an answer");
        (answer.status(), answer.json().await.unwrap_or(json!(null)))
    }
}

pub fn create(reference: &str) -> CreateCheckoutSession {
    let price = CreateCheckoutSessionLineItemsPriceData {
        unit_amount: Some(1250),
        product_data: Some(ProductData::new("Harbour at dawn & <night>")),
        ..CreateCheckoutSessionLineItemsPriceData::new(Currency::EUR)
    };
    let item = CreateCheckoutSessionLineItems {
        price_data: Some(price),
        quantity: Some(1),
        ..CreateCheckoutSessionLineItems::new()
    };
    let intent = CreateCheckoutSessionPaymentIntentData {
        metadata: Some([("purchase_id".to_owned(), reference.to_owned())].into()),
        ..CreateCheckoutSessionPaymentIntentData::new()
    };
    CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .line_items(vec![item])
        .client_reference_id(reference)
        .customer_email("buyer@example.org")
        .metadata([("purchase_id".to_owned(), reference.to_owned())])
        .payment_intent_data(intent)
        .success_url("https://shop.example/done?session={CHECKOUT_SESSION_ID}")
        .cancel_url("https://shop.example/left")
}

/// The smallest form Stripe takes, for requests no typed client would send.
pub fn form(reference: &str, unit_amount: i64) -> String {
    format!(
        "mode=payment&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]={unit_amount}\
         &line_items[0][price_data][product_data][name]=Harbour&line_items[0][quantity]=1\
         &client_reference_id={reference}&success_url=https://shop.example/done"
    )
}

/// One webhook as it arrived.
#[derive(Clone)]
pub struct Received {
    pub body: String,
    pub signature: String,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub fn event_type(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }
}

/// A webhook receiver that answers what it is told, then 200.
pub struct Receiver {
    pub url: String,
    received: watch::Receiver<Vec<Received>>,
    _server: JoinHandle<std::io::Result<()>>,
}

#[derive(Clone)]
struct ReceiverState {
    received: watch::Sender<Vec<Received>>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

pub async fn receiver(answers: &[StatusCode]) -> Receiver {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a free port");
    let url = format!(
        "http://{}/webhooks/stripe",
        listener.local_addr().expect("an address")
    );
    let (sender, received) = watch::channel(Vec::new());
    let answers = Arc::new(Mutex::new(answers.iter().copied().collect()));
    let state = ReceiverState {
        received: sender,
        answers,
    };
    let router = Router::new()
        .route("/webhooks/stripe", post(accept))
        .with_state(state);
    Receiver {
        url,
        received,
        _server: tokio::spawn(axum::serve(listener, router).into_future()),
    }
}

async fn accept(State(state): State<ReceiverState>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers["stripe-signature"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    let body = String::from_utf8(body.to_vec()).expect("UTF-8");
    state
        .received
        .send_modify(|received| received.push(Received { body, signature }));
    state
        .answers
        .lock()
        .expect("no panic")
        .pop_front()
        .unwrap_or(StatusCode::OK)
}

impl Receiver {
    /// Waits until `count` webhooks arrived.
    pub async fn wait_for(&mut self, count: usize) -> Vec<Received> {
        let waited = tokio::time::timeout(
            LIMIT,
            self.received.wait_for(|received| received.len() >= count),
        );
        waited
            .await
            .expect("webhooks arrive in time")
            .expect("the receiver runs")
            .clone()
    }
}

/// Polls until `probe` answers something, with a limit.
pub async fn eventually<T, F: Future<Output = Option<T>>>(mut probe: impl FnMut() -> F) -> T {
    let found = async {
        let mut beat = tokio::time::interval(Duration::from_millis(10));
        loop {
            beat.tick().await;
            if let Some(found) = probe().await {
                return found;
            }
        }
    };
    tokio::time::timeout(LIMIT, found)
        .await
        .expect("it happens in time")
}
