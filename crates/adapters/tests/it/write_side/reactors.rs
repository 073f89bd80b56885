//! The reactors as a deployment wires them, in a hurry, and the door where webhooks come in.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use jiff::SignedDuration;
use picasso_adapters::mailbox::SandboxMailer;
use picasso_commands::{
    Checkout, Earnings, Executor, Onboarding,
    links::LinkSigner,
    ports::{Agenda, ContactBook, EffectLedger, Payments, WebhookInbox},
    reactors::{
        Audit, Follow, Likes, LookAtPayments, Onboard, Once, Pace, PayOut, PayoutPlanner, Planner,
        Post, ReceiptPlanner, Settle, SettlePlanner, Webhooks, Work, Worker,
    },
};
use picasso_domain::Timestamp;
use picasso_eventlog::{EventLog, LogFeed};
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;

use super::fixture::MarketClock;
use crate::local_sandbox::listen;

/// How people reach the marketplace.
pub const PUBLIC_URL: &str = "http://a.test";
pub const LIKES_EVERY: SignedDuration = SignedDuration::from_hours(6);
const POLL: Duration = Duration::from_millis(25);
const FIRST_DELAY: SignedDuration = SignedDuration::from_millis(10);
const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(1);
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(2);

pub struct Reactors {
    pub log: Arc<dyn EventLog>,
    pub agenda: Arc<dyn Agenda>,
    pub inbox: Arc<dyn WebhookInbox>,
    pub contacts: Arc<dyn ContactBook>,
    pub effects: Arc<dyn EffectLedger>,
    pub executor: Executor,
    pub links: LinkSigner,
    pub payments: Arc<dyn Payments>,
    pub checkout: Checkout,
    pub earnings: Earnings,
    pub onboarding: Onboarding,
    pub clock: Arc<MarketClock>,
    pub sandbox_url: String,
}

impl Reactors {
    /// Runs all of them until `stop`; answers where webhooks go.
    pub async fn start(self, stop: &CancellationToken) -> String {
        let first_look = FIRST_LOOK;
        self.follow(SettlePlanner { first_look }, stop);
        self.follow(ReceiptPlanner, stop);
        self.payouts(stop);
        let (settle, arrived) = (Arc::<Notify>::default(), Arc::<Notify>::default());
        let (checkout, clock) = (self.checkout.clone(), self.clock.clone());
        let looks = Settle {
            checkout,
            clock,
            look_again: LOOK_AGAIN,
        };
        self.work(looks, Arc::clone(&settle), stop);
        let checkout = self.checkout.clone();
        self.work(Audit { checkout }, Arc::default(), stop);
        let mailer = SandboxMailer::new(&self.sandbox_url).expect("a URL");
        let post = Post {
            contacts: Arc::clone(&self.contacts),
            mailer: Arc::new(mailer),
            once: Arc::new(Once::new(Arc::clone(&self.effects), self.clock.clone())),
            executor: self.executor.clone(),
            links: self.links.clone(),
            clock: self.clock.clone(),
            public_url: PUBLIC_URL.to_owned(),
        };
        self.work(post, Arc::default(), stop);
        let likes = Likes {
            log: Arc::clone(&self.log),
            executor: self.executor.clone(),
            agenda: Arc::clone(&self.agenda),
            clock: self.clock.clone(),
            every: LIKES_EVERY,
            notify: false,
            counting: Mutex::default(),
        };
        likes.begin().await.expect("the desk answers");
        self.work(likes, Arc::default(), stop);
        let url = receive(Arc::clone(&self.inbox), Arc::clone(&arrived)).await;
        let webhooks = Webhooks {
            inbox: self.inbox,
            payments: self.payments,
            checkout: self.checkout,
            agenda: self.agenda,
            clock: self.clock,
            poll: POLL,
            arrived,
            settle,
        };
        let stop = stop.clone();
        tokio::spawn(async move { webhooks.run(stop).await });
        url
    }

    fn payouts(&self, stop: &CancellationToken) {
        self.follow(PayoutPlanner, stop);
        let earnings = self.earnings.clone();
        self.work(PayOut { earnings }, Arc::default(), stop);
        let (onboarding, clock) = (self.onboarding.clone(), self.clock.clone());
        self.work(Onboard { onboarding, clock }, Arc::default(), stop);
        let checkout = self.checkout.clone();
        self.work(LookAtPayments { checkout }, Arc::default(), stop);
    }

    fn follow<P: Planner>(&self, planner: P, stop: &CancellationToken) {
        let follow = Follow {
            planner,
            log: Arc::clone(&self.log),
            feed: Arc::new(LogFeed::new(Arc::clone(&self.log))),
            agenda: Arc::clone(&self.agenda),
        };
        let stop = stop.clone();
        tokio::spawn(async move { follow.run(stop).await });
    }

    fn work<W: Worker>(&self, worker: W, hurry: Arc<Notify>, stop: &CancellationToken) {
        let pace = Pace {
            poll: POLL,
            first_delay: FIRST_DELAY,
            hurry,
        };
        let work = Work {
            worker,
            agenda: Arc::clone(&self.agenda),
            clock: self.clock.clone(),
            pace,
        };
        let stop = stop.clone();
        tokio::spawn(async move { work.run(stop).await });
    }
}

type Door = (Arc<dyn WebhookInbox>, Arc<Notify>);

async fn receive(inbox: Arc<dyn WebhookInbox>, arrived: Arc<Notify>) -> String {
    let (listener, url) = listen().await;
    let router = Router::new()
        .route("/webhooks/stripe", post(keep))
        .with_state((inbox, arrived));
    tokio::spawn(axum::serve(listener, router).into_future());
    format!("{url}/webhooks/stripe")
}

async fn keep(State((inbox, arrived)): State<Door>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers["stripe-signature"].to_str().expect("visible ASCII");
    match inbox.store(Timestamp::now(), signature, &body).await {
        Ok(_) => {
            arrived.notify_one();
            StatusCode::OK
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
