//! Messages that were sent and not acknowledged yet: at most so many, at most so many bytes, acknowledged in order.

use std::collections::VecDeque;

use async_nats::jetstream::{context::PublishError, publish::PublishAck};
use futures::{FutureExt, future::BoxFuture};
use metrics::{Counter, Gauge};
use picasso_eventlog::{LogId, Offset, RecordedEvent};

use super::RelayError;
use crate::nats::{
    Nats, NatsError,
    message::{Encoded, subject},
};

const MAX_MESSAGES: usize = 1_000;
const MAX_BYTES: usize = 8 << 20;

struct Sent {
    offset: Offset,
    bytes: usize,
    acknowledged: BoxFuture<'static, Result<PublishAck, PublishError>>,
}

pub(super) struct Window {
    nats: Nats,
    stream: String,
    epoch: String,
    sent: Offset,
    unacknowledged: VecDeque<Sent>,
    bytes: usize,
    relayed: Counter,
    lag: Gauge,
}

impl Window {
    /// For a stream that ends at `end`.
    pub(super) fn new(nats: &Nats, log: LogId, end: Offset) -> Self {
        let label = log.to_string();
        Self {
            nats: nats.clone(),
            relayed: metrics::counter!("picasso_relay_events_total", "log" => label.clone()),
            lag: metrics::gauge!("picasso_relay_lag_events", "log" => label),
            stream: nats.settings.stream(log),
            epoch: nats.epoch.to_string(),
            sent: end,
            unacknowledged: VecDeque::new(),
            bytes: 0,
        }
    }

    pub(super) fn sent(&self) -> Offset {
        self.sent
    }

    /// Up to where the stream has said that it has everything.
    pub(super) fn acknowledged(&self) -> Offset {
        let oldest = self.unacknowledged.front();
        oldest.map_or(self.sent, |oldest| Offset(oldest.offset.0 - 1))
    }

    pub(super) fn has_room(&self) -> bool {
        self.unacknowledged.len() < MAX_MESSAGES && self.bytes < MAX_BYTES
    }

    pub(super) fn is_settled(&self) -> bool {
        self.unacknowledged.is_empty()
    }

    pub(super) async fn publish(&mut self, event: &RecordedEvent) -> Result<(), RelayError> {
        let encoded = Encoded::new(event, self.nats.client.max_payload())?;
        let bytes = encoded.body.len();
        let subject = subject(&self.nats.settings.prefix, event);
        let message = encoded.message(event, &self.epoch);
        let sent = self.nats.context.send_publish(subject, message).await;
        self.unacknowledged.push_back(Sent {
            offset: event.offset,
            bytes,
            acknowledged: sent.map_err(NatsError::request)?.into_future(),
        });
        self.bytes += bytes;
        self.sent = event.offset;
        Ok(())
    }

    /// Waits for the oldest acknowledgement. May be dropped while it waits.
    pub(super) async fn settle(&mut self) -> Result<(), RelayError> {
        if let Some(oldest) = self.unacknowledged.front_mut() {
            let acknowledged = (&mut oldest.acknowledged).await;
            self.take(acknowledged)?;
        }
        Ok(())
    }

    /// Takes the acknowledgements that are there.
    pub(super) fn settle_ready(&mut self) -> Result<(), RelayError> {
        while let Some(oldest) = self.unacknowledged.front_mut()
            && let Some(acknowledged) = (&mut oldest.acknowledged).now_or_never()
        {
            self.take(acknowledged)?;
        }
        Ok(())
    }

    fn take(&mut self, acknowledged: Result<PublishAck, PublishError>) -> Result<(), RelayError> {
        let acknowledged = acknowledged.map_err(NatsError::request)?;
        if let Some(oldest) = self.unacknowledged.pop_front() {
            self.bytes -= oldest.bytes;
            if acknowledged.sequence != oldest.offset.0 || acknowledged.stream != self.stream {
                return Err(RelayError::Moved);
            }
            self.relayed.increment(1);
        }
        Ok(())
    }

    /// Tells how many events of a log that ends at `head` are not in its stream yet.
    pub(super) fn tell_lag(&self, head: Offset) {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        let lag = head.0.saturating_sub(self.acknowledged().0) as f64;
        self.lag.set(lag);
    }
}
