//! A sandbox on a port of its own, and a receiver for its webhooks.

use std::{net::Ipv4Addr, time::Duration};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use picasso_commands::ports::WebhookRecord;
use picasso_domain::Timestamp;
use picasso_sandbox::{PasswordCost, Sandbox, SandboxConfig};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::{CancellationToken, DropGuard};

pub const API_KEY: &str = "sk_test_it";
pub const WEBHOOK_SECRET: &str = "whsec_it";
pub const PROJECT: &str = "picasso-it";
/// How long a request without an answer hangs; longer than [`TIMEOUT`], so that the client gives up first.
const HANG: Duration = Duration::from_secs(3);
/// How long clients wait for an answer. On a busy machine an honest answer may take a while, too.
pub const TIMEOUT: Duration = Duration::from_secs(2);
/// How long anything expected may take to happen.
const LIMIT: Duration = Duration::from_secs(20);

/// A running sandbox; it stops when this is dropped.
pub struct LocalSandbox {
    pub sandbox: Sandbox,
    pub url: String,
    pub http: reqwest::Client,
    received: watch::Receiver<Vec<WebhookRecord>>,
    _stop: DropGuard,
}

pub async fn start() -> LocalSandbox {
    install_crypto();
    let (listener, url) = listen().await;
    let (webhook_url, received) = receive_webhooks().await;
    let mut config = SandboxConfig::new(&url);
    config.webhook_url = Some(webhook_url);
    config.webhook_secret = WEBHOOK_SECRET.into();
    config.stripe_secret_key = API_KEY.into();
    config.project_id = PROJECT.into();
    config.password_cost = PasswordCost::for_tests();
    config.fault_hang = HANG;
    let sandbox = Sandbox::open(config).expect("the sandbox opens");
    let stop = CancellationToken::new();
    let served = sandbox.clone();
    let until = stop.clone();
    tokio::spawn(async move { served.serve(listener, until).await });
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(LIMIT)
        .build();
    LocalSandbox {
        sandbox,
        url,
        http: http.expect("an HTTP client"),
        received,
        _stop: stop.drop_guard(),
    }
}

/// As the binary does it first thing in `main`.
pub fn install_crypto() {
    // A second test in this process finds the provider installed already, which is as good.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
}

impl LocalSandbox {
    /// Waits until so many webhooks have come.
    pub async fn webhooks(&self, count: usize) -> Vec<WebhookRecord> {
        let mut received = self.received.clone();
        let come = received.wait_for(|received| received.len() >= count);
        let come = tokio::time::timeout(LIMIT, come).await;
        let come = come.expect("they come in time");
        come.expect("the receiver runs").clone()
    }
}

pub async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

async fn receive_webhooks() -> (String, watch::Receiver<Vec<WebhookRecord>>) {
    let (listener, url) = listen().await;
    let (sender, received) = watch::channel(Vec::new());
    let router = Router::new()
        .route("/webhooks/stripe", post(keep))
        .with_state(sender);
    tokio::spawn(axum::serve(listener, router).into_future());
    (format!("{url}/webhooks/stripe"), received)
}

async fn keep(
    State(sender): State<watch::Sender<Vec<WebhookRecord>>>,
    headers: HeaderMap,
    body: Bytes,
) {
    let signature = headers["stripe-signature"].to_str().expect("visible ASCII");
    let signature = signature.to_owned();
    sender.send_modify(|received| {
        received.push(WebhookRecord {
            id: received.len() as u64 + 1,
            received_at: Timestamp::now(),
            signature,
            body: body.to_vec(),
        });
    });
}
