//! Following an order: its reader hears of every change as soon as the read model has it.
//!
//! Keeps true: a watcher holds no more than one message, looks at the read model no more often than it moves, and ends
//! by itself, with its reader, or with the server.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use picasso_domain::values::{PurchaseId, UserId};
use picasso_projections::{
    orders::{Order, OrderStatus},
    runtime::{Progress, WaitError},
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tonic::{Extensions, Status};

use super::Service;
use crate::{
    auth::Deadline,
    events::HEARTBEAT,
    limits::Limits,
    proto::queries::v1::WatchOrderResponse,
    status::{Reason, Refusal},
};

const MODEL: &str = "orders";
/// How long an order is followed.
const LONGEST: Duration = Duration::from_secs(600);
/// A busy log moves all the time, mostly for others.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Who follows how many orders.
pub(crate) struct Watches {
    progress: Progress,
    stop: CancellationToken,
    each: usize,
    open: Arc<Mutex<HashMap<UserId, usize>>>,
}

/// A watcher's place, given back when it is dropped.
pub(super) struct Place {
    person: UserId,
    open: Arc<Mutex<HashMap<UserId, usize>>>,
}

impl Watches {
    pub fn new(progress: Progress, stop: CancellationToken, limits: &Limits) -> Self {
        Self {
            progress,
            stop,
            each: limits.watches_each,
            open: Arc::default(),
        }
    }

    /// # Errors
    /// `OVERLOADED` for somebody who follows as many as they may.
    pub(super) fn enter(&self, person: &UserId) -> Result<Place, Refusal> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(person.clone()).or_default();
        if *count >= self.each {
            return Err(
                Refusal::new(Reason::Overloaded).saying("you follow too many orders at once")
            );
        }
        *count += 1;
        Ok(Place {
            person: person.clone(),
            open: Arc::clone(&self.open),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}

/// One watcher.
pub(super) struct Watching {
    pub service: Service,
    pub viewer: UserId,
    pub id: PurchaseId,
    /// Given back when the watcher ends.
    pub _place: Place,
}

type Outbox = mpsc::Sender<Result<WatchOrderResponse, Status>>;

impl Watching {
    /// Looks once, so that who may not look is refused at once; the rest is a task of its own.
    pub async fn start(
        self,
        extensions: &Extensions,
    ) -> Result<BoxStream<'static, Result<WatchOrderResponse, Status>>, Refusal> {
        self.look().await?;
        let longest = Instant::now() + LONGEST;
        let named = extensions.get::<Deadline>().map(|deadline| deadline.at);
        let end = named.map_or(longest, |named| named.min(longest));
        let stop = self.service.0.watches.stop.clone();
        let (outbox, mut inbox) = mpsc::channel(1);
        tokio::spawn(async move {
            let ended = tokio::select! {
                () = outbox.closed() => return,
                () = sleep_until(end) => return,
                () = stop.cancelled() => Err(Refusal::new(Reason::ShuttingDown)),
                ended = self.follow(&outbox) => ended,
            };
            if let Err(refusal) = ended {
                // A reader that has left meanwhile needs no reason.
                outbox.send(Err(refusal.into())).await.unwrap_or_default();
            }
        });
        Ok(stream::poll_fn(move |context| inbox.poll_recv(context)).boxed())
    }

    async fn look(&self) -> Result<Order, Refusal> {
        let orders = &self.service.0.models.orders;
        Ok(orders.get(&self.viewer, &self.id).await?)
    }

    async fn follow(&self, outbox: &Outbox) -> Result<(), Refusal> {
        let progress = &self.service.0.watches.progress;
        let purchase = self.id.to_string();
        let (mut said, mut due) = (None, Instant::now());
        loop {
            let mut next = progress.reached(MODEL, &purchase).await?;
            let found = self.look().await?;
            let (version, status) = (found.order.version, found.order.status);
            if said != Some(version) || due <= Instant::now() {
                let order = Some(self.service.order(found));
                if outbox.send(Ok(WatchOrderResponse { order })).await.is_err() {
                    return Ok(());
                }
                (said, due) = (Some(version), Instant::now() + HEARTBEAT);
            }
            if is_final(status) {
                return Ok(());
            }
            let rested = Instant::now() + BETWEEN_LOOKS;
            next.offset.0 += 1;
            match progress.wait_for(MODEL, next, due).await {
                Ok(()) => sleep_until(rested).await,
                Err(WaitError::Behind(_)) => {}
                Err(error @ WaitError::Store(_)) => return Err(error.into()),
            }
        }
    }
}

/// Whether its buyer needs not wait any more.
fn is_final(status: OrderStatus) -> bool {
    match status {
        OrderStatus::Granted | OrderStatus::Closed | OrderStatus::Refunded => true,
        OrderStatus::Started | OrderStatus::Open | OrderStatus::RefundDue => false,
    }
}
