//! One running replay: reads ahead of its reader by a few messages at most, and says where each message leaves it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use picasso_eventlog::{
    Batch, Epoch, EventFeed, FeedError, LogId, Offset, Position, RecordedEvent,
};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::filter::Filter;
use crate::{
    convert::{position, timestamp},
    proto::events::v1::{EventMetadata, RecordedEvent as EventMessage, ReplayEventsResponse},
    status::{Reason, Refusal},
};

/// How many messages wait for a slow reader.
const AHEAD: usize = 4;
/// The most payload of one message: clients take four mebibytes unless told otherwise.
const MAX_PAYLOAD_BYTES: usize = 1 << 20;

/// A replay that is about to start.
pub(super) struct Replay {
    pub feed: Arc<dyn EventFeed>,
    pub epoch: Epoch,
    pub filter: Filter,
    pub follow: bool,
    /// Where the logs ended when the replay was asked for.
    pub heads: BTreeMap<LogId, Offset>,
    /// How far each log has been handed out.
    pub reached: BTreeMap<LogId, Offset>,
    pub batch: usize,
    pub heartbeat: Duration,
    pub stop: CancellationToken,
}

type Outbox = mpsc::Sender<Result<ReplayEventsResponse, Status>>;
/// The reader has left.
struct Gone;

impl Replay {
    /// Runs in a task of its own, which ends with the replay or when its reader leaves.
    pub fn start(self) -> BoxStream<'static, Result<ReplayEventsResponse, Status>> {
        let (outbox, mut inbox) = mpsc::channel(AHEAD);
        tokio::spawn(async move {
            let stop = self.stop.clone();
            let ended = tokio::select! {
                () = outbox.closed() => return,
                () = stop.cancelled() => Err(Refusal::new(Reason::ShuttingDown)),
                ended = self.run(&outbox) => ended,
            };
            if let Err(refusal) = ended {
                // A reader that has left meanwhile needs no reason.
                outbox.send(Err(refusal.into())).await.unwrap_or_default();
            }
        });
        stream::poll_fn(move |context| inbox.poll_recv(context)).boxed()
    }

    async fn run(mut self, outbox: &Outbox) -> Result<(), Refusal> {
        let mut batches = stream::select_all(self.subscribe());
        let mut unsaid = true;
        loop {
            if self.is_caught_up() && unsaid {
                unsaid = false;
                if self.say(outbox, Vec::new()).await.is_err() {
                    return Ok(());
                }
            }
            if self.is_caught_up() && !self.follow {
                return Ok(());
            }
            match timeout(self.heartbeat, batches.next()).await {
                Err(_) => {
                    if self.say(outbox, Vec::new()).await.is_err() {
                        return Ok(());
                    }
                }
                Ok(Some(batch)) => {
                    if self.hand_out(outbox, batch?).await.is_err() {
                        return Ok(());
                    }
                }
                Ok(None) => return Err(Refusal::new(Reason::ServiceUnavailable)),
            }
        }
    }

    /// One stream per log that has something to give: up to its head, or live.
    fn subscribe(&self) -> Vec<BoxStream<'static, Result<Batch, FeedError>>> {
        let open = self.reached.iter().filter(|(log, after)| {
            self.follow || self.heads.get(log).is_some_and(|head| *after < head)
        });
        let streams = open.map(|(log, after)| {
            let (feed, log, after, batch) = (Arc::clone(&self.feed), *log, *after, self.batch);
            let subscribed = async move { feed.subscribe(log, after, batch).await };
            stream::once(subscribed).try_flatten().boxed()
        });
        streams.collect()
    }

    /// Hands out one batch of one log in messages of bounded size.
    async fn hand_out(&mut self, outbox: &Outbox, batch: Batch) -> Result<(), Gone> {
        let (mut events, mut bytes) = (Vec::new(), 0);
        for event in batch {
            if !self.follow
                && self
                    .heads
                    .get(&event.log)
                    .is_some_and(|head| event.offset > *head)
            {
                break;
            }
            let size = event.payload.get().len();
            if !events.is_empty() && bytes + size > MAX_PAYLOAD_BYTES {
                self.say(outbox, std::mem::take(&mut events)).await?;
                bytes = 0;
            }
            self.reached.insert(event.log, event.offset);
            if self.filter.wants(&event) {
                bytes += size;
                events.push(show(&event));
            }
        }
        // Nothing but filtered events: the next message says how far this went.
        if events.is_empty() {
            Ok(())
        } else {
            self.say(outbox, events).await
        }
    }

    async fn say(&self, outbox: &Outbox, events: Vec<EventMessage>) -> Result<(), Gone> {
        let reached = self.reached.iter();
        let positions = reached.map(|(log, offset)| position(Position::new(*log, *offset)));
        let message = ReplayEventsResponse {
            events,
            positions: positions.collect(),
            caught_up: self.is_caught_up(),
            epoch: self.epoch.to_string(),
        };
        outbox.send(Ok(message)).await.map_err(|_| Gone)
    }

    fn is_caught_up(&self) -> bool {
        self.heads
            .iter()
            .all(|(log, head)| self.reached.get(log).is_some_and(|reached| reached >= head))
    }
}

fn show(event: &RecordedEvent) -> EventMessage {
    let metadata = &event.metadata;
    EventMessage {
        position: Some(position(event.position())),
        aggregate_type: event.aggregate_type.clone(),
        aggregate_id: event.aggregate_id.clone(),
        sequence: event.sequence,
        event_type: event.event_type.clone(),
        event_version: u32::from(event.event_version),
        payload_json: event.payload.get().to_owned(),
        metadata: Some(EventMetadata {
            actor: metadata.actor.clone(),
            request_id: metadata.request_id.map(|id| id.to_string()),
            correlation_id: metadata.correlation_id.map(|id| id.to_string()),
            causation: metadata.causation.clone(),
            trace_context: metadata.trace_context.clone(),
        }),
        recorded_at: timestamp(event.recorded_at),
    }
}
