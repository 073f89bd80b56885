//! One market: log, desk, folder of files, darkroom, payments by the sandbox, and the reactors at a fast pace.
//!
//! Its time is the machine's plus what [`Market::advance`] adds, here and at the provider.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::SignedDuration;
use picasso_adapters::{
    fs::FolderBlobStore,
    imaging::{ImageDarkroom, Limits},
    sqlite::{desk::Desk, event_log::SqliteEventLog},
    stripe::{StripeConfig, StripePayments},
};
use picasso_commands::{
    Accounts, Checkout, Earnings, Executor, Onboarding, Pictures, PicturesConfig, Purchases,
    Reactions, ReturnUrls,
    links::LinkSigner,
    ports::{Agenda, BlobStore, Clock, ContactBook, Payments, Payouts, WebhookInbox},
};
use picasso_domain::{
    Aggregate, DomainEvent, Timestamp,
    values::{FeeRate, PurchaseId, UserId},
};
use picasso_eventlog::{EventLog, LogId, MAX_READ, Offset, RecordedEvent};
use picasso_sandbox::{DeliveryPolicy, PasswordCost, Sandbox, SandboxConfig};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::reactors;
use crate::local_sandbox::{API_KEY, WEBHOOK_SECRET, install_crypto, listen};

/// More than one, so that what must share a log is seen to.
const LOGS: u16 = 2;
/// How long anything expected may take to happen, on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(180);
/// Stripe lets a page live for 30 minutes at least.
pub const CHECKOUT_TTL: SignedDuration = SignedDuration::from_mins(31);
/// How long a seller's share is held.
pub const HOLD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What Picasso keeps, in basis points.
const FEE_BPS: u16 = 1_000;
/// How long a request without an answer hangs before its connection breaks.
const HANG: Duration = Duration::from_millis(50);

pub struct Market {
    pub log: Arc<dyn EventLog>,
    pub executor: Executor,
    pub accounts: Accounts,
    pub pictures: Pictures,
    pub purchases: Purchases,
    pub reactions: Reactions,
    pub onboarding: Onboarding,
    pub blobs: Arc<dyn BlobStore>,
    pub links: LinkSigner,
    pub agenda: Arc<dyn Agenda>,
    pub inbox: Arc<dyn WebhookInbox>,
    pub sandbox: Sandbox,
    pub sandbox_url: String,
    pub http: reqwest::Client,
    pub clock: Arc<MarketClock>,
    _stop: DropGuard,
    _folder: TempDir,
}

/// The machine's time, moved forward.
#[derive(Default)]
pub struct MarketClock {
    ahead_us: AtomicI64,
}

impl Clock for MarketClock {
    fn now(&self) -> Timestamp {
        let ahead_us = self.ahead_us.load(Ordering::Relaxed);
        Timestamp::now() + SignedDuration::from_micros(ahead_us)
    }
}

pub async fn open() -> Market {
    install_crypto();
    let folder = tempfile::tempdir().expect("a folder");
    let stop = CancellationToken::new();
    let (sandbox, sandbox_url) = serve_sandbox(&stop).await;
    let log: Arc<dyn EventLog> = Arc::new(open_log(folder.path()));
    let desk = Desk::open(&folder.path().join("desk.sqlite3")).expect("the desk opens");
    let agenda: Arc<dyn Agenda> = Arc::new(desk.agenda());
    let inbox: Arc<dyn WebhookInbox> = Arc::new(desk.webhook_inbox());
    let contacts: Arc<dyn ContactBook> = Arc::new(desk.contact_book());
    let clock = Arc::new(MarketClock::default());
    let stripe = stripe(&sandbox_url);
    let payments: Arc<dyn Payments> = stripe.clone();
    let payouts: Arc<dyn Payouts> = stripe;
    let executor = Executor::new(Arc::clone(&log));
    let checkout = Checkout::new(
        executor.clone(),
        Arc::clone(&payments),
        clock.clone(),
        urls(),
        HOLD,
    );
    let onboarding = Onboarding::new(executor.clone(), Arc::clone(&payouts), urls());
    let links = LinkSigner::new(&[7; 32]);
    let blobs = FolderBlobStore::open(&folder.path().join("blobs"), links.clone(), "http://a.test");
    let blobs: Arc<dyn BlobStore> = Arc::new(blobs.expect("the blob store opens"));
    let reactors = reactors::Reactors {
        log: Arc::clone(&log),
        agenda: Arc::clone(&agenda),
        inbox: Arc::clone(&inbox),
        contacts: Arc::clone(&contacts),
        effects: Arc::new(desk.effect_ledger()),
        executor: executor.clone(),
        links: links.clone(),
        payments,
        checkout: checkout.clone(),
        earnings: Earnings::new(
            executor.clone(),
            payouts,
            checkout.clone(),
            onboarding.clone(),
            clock.clone(),
        ),
        onboarding: onboarding.clone(),
        clock: clock.clone(),
        sandbox_url: sandbox_url.clone(),
    };
    let webhook_url = reactors.start(&stop).await;
    sandbox.set_webhook_url(Some(webhook_url)).expect("a URL");
    Market {
        accounts: Accounts::new(executor.clone(), contacts, clock.clone()),
        pictures: Pictures::new(PicturesConfig {
            executor: executor.clone(),
            blobs: Arc::clone(&blobs),
            darkroom: Arc::new(ImageDarkroom::new(Limits::default())),
            links: links.clone(),
            clock: clock.clone(),
        }),
        purchases: Purchases::new(
            executor.clone(),
            checkout,
            clock.clone(),
            CHECKOUT_TTL,
            FeeRate::from_bps(FEE_BPS).expect("a fee"),
        ),
        reactions: Reactions::new(executor.clone()),
        onboarding,
        log,
        executor,
        blobs,
        links,
        agenda,
        inbox,
        sandbox,
        sandbox_url,
        http: http(),
        clock,
        _stop: stop.drop_guard(),
        _folder: folder,
    }
}

fn open_log(folder: &Path) -> SqliteEventLog {
    SqliteEventLog::open(&folder.join("log.sqlite3"), LOGS).expect("the log opens")
}

async fn serve_sandbox(stop: &CancellationToken) -> (Sandbox, String) {
    let (listener, url) = listen().await;
    let mut config = SandboxConfig::new(&url);
    config.webhook_secret = WEBHOOK_SECRET.into();
    config.stripe_secret_key = API_KEY.into();
    config.password_cost = PasswordCost::for_tests();
    config.fault_hang = HANG;
    config.deliveries = DeliveryPolicy {
        first_delay: Duration::from_millis(20),
        longest_delay: Duration::from_millis(200),
        max_attempts: 20,
        timeout: Duration::from_secs(20),
    };
    let sandbox = Sandbox::open(config).expect("the sandbox opens");
    let (served, until) = (sandbox.clone(), stop.clone());
    tokio::spawn(async move { served.serve(listener, until).await });
    (sandbox, url)
}

fn urls() -> ReturnUrls {
    ReturnUrls {
        public_base_url: "http://127.0.0.1:1".to_owned(),
    }
}

fn stripe(sandbox_url: &str) -> Arc<StripePayments> {
    let payments = StripePayments::new(StripeConfig {
        secret_key: API_KEY.to_owned(),
        api_base: Some(sandbox_url.to_owned()),
        webhook_secret: WEBHOOK_SECRET.to_owned(),
        connect_webhook_secret: None,
        timeout: Duration::from_secs(30),
    });
    Arc::new(payments.expect("the payments' settings are right"))
}

fn http() -> reqwest::Client {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(LIMIT);
    client.build().expect("an HTTP client")
}

impl Market {
    /// Moves time forward, here and at the provider.
    pub fn advance(&self, by: SignedDuration) {
        let ahead_us = i64::try_from(by.as_micros()).expect("a short while");
        self.clock.ahead_us.fetch_add(ahead_us, Ordering::Relaxed);
        self.sandbox.advance_clock(by.unsigned_abs());
    }

    /// The picture commands over a darkroom with other limits.
    pub fn pictures_within(&self, limits: Limits) -> Pictures {
        Pictures::new(PicturesConfig {
            executor: self.executor.clone(),
            blobs: Arc::clone(&self.blobs),
            darkroom: Arc::new(ImageDarkroom::new(limits)),
            links: self.links.clone(),
            clock: self.clock.clone(),
        })
    }

    /// Everything in all logs.
    pub async fn events(&self) -> Vec<RecordedEvent> {
        let mut events = Vec::new();
        for log in (0..self.log.logs()).map(LogId) {
            let mut after = Offset::START;
            loop {
                let page = self.log.read(log, after, MAX_READ).await.expect("reads");
                let Some(last) = page.last() else { break };
                after = last.offset;
                events.extend(page);
            }
        }
        events
    }

    /// What happened to one aggregate.
    pub async fn history<A: Aggregate>(&self, id: &str) -> Vec<DomainEvent> {
        let events = self.log.load(A::TYPE, id, 0, MAX_READ).await;
        let events = events.expect("reads");
        let decoded = events.iter().map(|event| event.decode().expect("decodes"));
        decoded.collect()
    }

    /// The names of what happened to one aggregate.
    pub async fn names<A: Aggregate>(&self, id: &str) -> Vec<&'static str> {
        let history = self.history::<A>(id).await;
        history.iter().map(DomainEvent::name).collect()
    }

    /// An aggregate as it stands.
    pub async fn load<A: Aggregate>(&self, id: &str) -> A {
        self.executor.load(id).await.expect("loads")
    }

    /// What a purchase was charged and given back, in minor units, by the provider's own books.
    pub async fn charged(&self, id: &PurchaseId) -> (i64, i64) {
        let ledger = self.sandbox.ledger(Some(&id.to_string())).await;
        let ledger = ledger.expect("a ledger").references;
        ledger
            .first()
            .map_or((0, 0), |entry| (entry.charged, entry.refunded))
    }

    /// The kinds of the letters a person got, sorted.
    pub async fn letters(&self, to: &UserId) -> Vec<String> {
        let url = format!("{}/mail/messages?to={to}%40example.org", self.sandbox_url);
        let answer = self.http.get(url).send().await.expect("an answer");
        let found: serde_json::Value = answer.json().await.expect("JSON");
        let letters = found["messages"].as_array().expect("messages");
        let kind = |letter: &serde_json::Value| letter["kind"].as_str().expect("a kind").to_owned();
        let mut kinds: Vec<String> = letters.iter().map(kind).collect();
        kinds.sort();
        kinds
    }
}
