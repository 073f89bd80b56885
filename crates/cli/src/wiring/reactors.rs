//! The reactors: what follows the log and the agenda and does things in the world.

use std::{future::Future, sync::Arc, time::Duration};

use jiff::SignedDuration;
use picasso_commands::{
    ports::{Agenda, Mailer, Notifier},
    reactors::{
        Audit, BlobReferences, Collector, Follow, Likes, LookAtPayments, NoticePlanner, Notices,
        Onboard, Once, Pace, PayOut, PayoutPlanner, Planner, Post, ReceiptPlanner, Settle,
        SettlePlanner, Webhooks, Work, Worker,
    },
};
use picasso_eventlog::lease::lead;
use tokio::{
    sync::{Mutex, Notify},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{Stores, WriteSide, senders};
use crate::{
    config::{Config, Reactors},
    exit::Failure,
};

/// Older purchases are no news: a topic that is set later is not told the whole past.
const NEWS_FROM: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Starts the reactors; the tasks end once `stop` is cancelled.
pub async fn start(
    config: &Config,
    stores: &Stores,
    write: &WriteSide,
    references: Arc<dyn BlobReferences>,
    stop: &CancellationToken,
) -> Result<JoinSet<()>, Failure> {
    let mailer = Box::pin(senders::open_mailer(config)).await?;
    let notifier = Box::pin(senders::open_notifier(config)).await?;
    let (effects, clock) = (
        Arc::clone(&stores.desk.effects),
        Arc::clone(&write.files.clock),
    );
    let mut crew = Crew {
        settings: &config.reactors,
        stores,
        write,
        agenda: Arc::clone(&stores.desk.agenda),
        once: Arc::new(Once::new(effects, clock)),
        stop,
        tasks: JoinSet::new(),
    };
    let settle_now = Arc::new(Notify::new());
    crew.purchases(&settle_now);
    crew.webhooks(settle_now);
    crew.payouts();
    crew.receipts(mailer, config.public_url());
    crew.likes(notifier.is_some()).await?;
    if let Some(notifier) = notifier {
        crew.notices(notifier);
    }
    crew.tidy();
    crew.collector(references);
    Ok(crew.tasks)
}

struct Crew<'a> {
    settings: &'a Reactors,
    stores: &'a Stores,
    write: &'a WriteSide,
    agenda: Arc<dyn Agenda>,
    once: Arc<Once>,
    stop: &'a CancellationToken,
    tasks: JoinSet<()>,
}

impl Crew<'_> {
    fn purchases(&mut self, settle_now: &Arc<Notify>) {
        let planner = SettlePlanner {
            first_look: seconds(self.settings.first_look_s),
        };
        let settle = Settle {
            checkout: self.write.checkout.clone(),
            clock: Arc::clone(&self.write.files.clock),
            look_again: seconds(self.settings.look_again_s),
        };
        let audit = Audit {
            checkout: self.write.checkout.clone(),
        };
        self.follow(planner);
        self.work(settle, Arc::clone(settle_now));
        self.work(audit, Arc::default());
    }

    fn webhooks(&mut self, settle: Arc<Notify>) {
        let webhooks = Arc::new(Webhooks {
            inbox: Arc::clone(&self.stores.desk.webhooks),
            payments: Arc::clone(&self.write.payments),
            checkout: self.write.checkout.clone(),
            agenda: Arc::clone(&self.agenda),
            clock: Arc::clone(&self.write.files.clock),
            poll: self.poll(),
            arrived: Arc::clone(&self.write.webhook_arrived),
            settle,
        });
        self.lead(Webhooks::LEASE.to_owned(), move |stop| {
            let webhooks = Arc::clone(&webhooks);
            async move { webhooks.run(stop).await }
        });
    }

    fn payouts(&mut self) {
        let pay_out = PayOut {
            earnings: self.write.earnings.clone(),
        };
        let onboard = Onboard {
            onboarding: self.write.onboarding.clone(),
            clock: Arc::clone(&self.write.files.clock),
        };
        let look = LookAtPayments {
            checkout: self.write.checkout.clone(),
        };
        self.follow(PayoutPlanner);
        self.work(pay_out, Arc::default());
        self.work(onboard, Arc::default());
        self.work(look, Arc::default());
    }

    fn receipts(&mut self, mailer: Arc<dyn Mailer>, public_url: String) {
        let post = Post {
            contacts: Arc::clone(&self.stores.desk.contacts),
            mailer,
            once: Arc::clone(&self.once),
            executor: self.write.executor.clone(),
            links: self.write.files.links.clone(),
            clock: Arc::clone(&self.write.files.clock),
            public_url,
        };
        self.follow(ReceiptPlanner);
        self.work(post, Arc::default());
    }

    async fn likes(&mut self, notify: bool) -> Result<(), Failure> {
        let likes = Likes {
            log: Arc::clone(&self.stores.log),
            executor: self.write.executor.clone(),
            agenda: Arc::clone(&self.agenda),
            clock: Arc::clone(&self.write.files.clock),
            every: seconds(self.settings.likes_every_s),
            notify,
            counting: Mutex::default(),
        };
        likes.begin().await?;
        self.work(likes, Arc::default());
        Ok(())
    }

    fn notices(&mut self, notifier: Arc<dyn Notifier>) {
        let once = Arc::clone(&self.once);
        self.follow(NoticePlanner {
            since: self.write.files.clock.now() - NEWS_FROM,
        });
        self.work(Notices { notifier, once }, Arc::default());
    }

    fn tidy(&mut self) {
        let once = Arc::clone(&self.once);
        self.tasks.spawn(once.tidy(self.stop.clone()));
    }

    fn collector(&mut self, references: Arc<dyn BlobReferences>) {
        let collector = Arc::new(Collector {
            blobs: Arc::clone(&self.write.files.blobs),
            references,
            clock: Arc::clone(&self.write.files.clock),
            grace: seconds(self.settings.collect_grace_s),
        });
        let pause = Duration::from_secs(self.settings.collect_every_s);
        self.lead(Collector::LEASE.to_owned(), move |stop| {
            let collector = Arc::clone(&collector);
            async move { collector.run(pause, stop).await }
        });
    }

    fn follow<P: Planner>(&mut self, planner: P) {
        let follow = Arc::new(Follow {
            planner,
            log: Arc::clone(&self.stores.log),
            feed: Arc::clone(&self.stores.feed),
            agenda: Arc::clone(&self.agenda),
        });
        self.lead(follow.lease(), move |stop| {
            let follow = Arc::clone(&follow);
            async move { follow.run(stop).await }
        });
    }

    fn work<W: Worker>(&mut self, worker: W, hurry: Arc<Notify>) {
        let pace = Pace {
            poll: self.poll(),
            first_delay: SignedDuration::from_millis(signed(self.settings.first_delay_ms)),
            hurry,
        };
        let work = Arc::new(Work {
            worker,
            agenda: Arc::clone(&self.agenda),
            clock: Arc::clone(&self.write.files.clock),
            pace,
        });
        self.lead(work.lease(), move |stop| {
            let work = Arc::clone(&work);
            async move { work.run(stop).await }
        });
    }

    /// Runs a reactor whenever no other process does.
    fn lead<F>(&mut self, lease: String, run: impl Fn(CancellationToken) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (leases, stop) = (Arc::clone(&self.stores.leases), self.stop.clone());
        self.tasks
            .spawn(lead(leases, lease, stop, move |_, stop| run(stop)));
    }

    fn poll(&self) -> Duration {
        Duration::from_millis(self.settings.poll_ms)
    }
}

pub fn seconds(seconds: u64) -> SignedDuration {
    SignedDuration::from_secs(signed(seconds))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
