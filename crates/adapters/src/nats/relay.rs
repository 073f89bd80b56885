//! Copies one log into its stream, as the log grows.
//!
//! Keeps true: a message is taken only right behind the one before it, so that several relays at once, or one that
//! begins again anywhere, can neither repeat nor leave out an event. What is under way is bounded.

mod stall;
mod window;

use std::{convert::Infallible, ops::RangeInclusive, sync::Arc, time::Duration};

use async_nats::jetstream::stream::Stream;
use picasso_eventlog::{EventLog, LogError, LogId, Offset, RecordedEvent};
use picasso_projections::runtime::backoff::Incident;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use self::{stall::Stall, window::Window};
use super::{
    Nats, NatsError,
    stream::{StreamError, Verdict},
};

/// How many events are read from the log at once.
const READ: usize = 500;
/// How often an idle relay looks whether its stream is still there.
const LOOK: Duration = Duration::from_secs(1);
/// How long a stream may take nothing, though its server answers, before it is made anew: much longer than servers need to
/// choose another leader. A server whose disk was full never writes to the same stream again until it is restarted.
const UNWRITABLE: Duration = Duration::from_secs(20);
/// The longest pause after trouble.
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// Why relaying broke off; it begins anew where the stream ends.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Nats(#[from] NatsError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("the stream does not end where it was left")]
    Moved,
}

impl From<StreamError> for RelayError {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Nats(error) => error.into(),
            StreamError::Log(error) => error.into(),
        }
    }
}

/// Publishes one log to its stream.
pub struct Relay {
    nats: Nats,
    log: Arc<dyn EventLog>,
    id: LogId,
}

impl Relay {
    #[must_use]
    pub fn new(nats: Nats, log: Arc<dyn EventLog>, id: LogId) -> Self {
        Self { nats, log, id }
    }

    /// Makes the log's stream if there is none.
    ///
    /// # Errors
    /// [`NatsError`] says why it cannot be had.
    pub async fn prepare(&self) -> Result<(), NatsError> {
        if self.nats.find(self.id).await?.is_none() {
            self.nats.create(self.id, Offset::START).await?;
        }
        Ok(())
    }

    /// Relays until `stop`. Stopping, or being killed, at any moment is safe.
    pub async fn run(&self, stop: CancellationToken) {
        let what = format!("the relay of log {}", self.id);
        let mut incident = Incident::at_most(MAX_PAUSE);
        let mut stall = Stall::default();
        loop {
            let relaying = Box::pin(self.relay(&what, &mut incident, &mut stall));
            let Some(Err(error)) = stop.run_until_cancelled(relaying).await else {
                return;
            };
            incident.failed(&what, &error, &stop).await;
        }
    }

    async fn relay(
        &self,
        what: &str,
        incident: &mut Incident,
        stall: &mut Stall,
    ) -> Result<Infallible, RelayError> {
        let (stream, end) = self.agree(stall).await?;
        let mut window = Window::new(&self.nats, self.id, end);
        let (mut more, mut looked, mut ahead) = (true, Instant::now(), vec![]);
        loop {
            if more && window.has_room() {
                (ahead, more) = self.send(&mut window, ahead).await?;
                window.settle_ready()?;
            } else {
                self.wait(&mut window, &mut more, looked + LOOK).await?;
            }
            if looked.elapsed() >= LOOK {
                self.look(&stream, window.acknowledged()..=window.sent())
                    .await?;
                let head = self.log.head(self.id).await?;
                window.tell_lag(head);
                if window.is_settled() {
                    stall.over();
                }
                incident.over(what);
                looked = Instant::now();
            }
        }
    }

    /// Publishes what was read ahead, and meanwhile reads what follows; tells whether there may be more to publish.
    async fn send(
        &self,
        window: &mut Window,
        events: Vec<RecordedEvent>,
    ) -> Result<(Vec<RecordedEvent>, bool), RelayError> {
        let after = events.last().map_or(window.sent(), |event| event.offset);
        if !events.is_empty() && events.len() < READ {
            // The log had no more than these.
            publish(window, &events).await?;
            return Ok((vec![], false));
        }
        let read = self.log.read(self.id, after, READ);
        let (published, next) = tokio::join!(publish(window, &events), read);
        published?;
        let next = next?;
        let more = !next.is_empty();
        Ok((next, more))
    }

    /// Until there is more to send, something was acknowledged, or it is time to look after the stream.
    async fn wait(
        &self,
        window: &mut Window,
        more: &mut bool,
        until: Instant,
    ) -> Result<(), RelayError> {
        let (sent, room, waiting) = (window.sent(), window.has_room(), !window.is_settled());
        tokio::select! {
            settled = window.settle(), if waiting => settled?,
            () = self.log.wait_beyond(self.id, sent), if room => *more = true,
            () = sleep_until(until) => {}
        }
        Ok(())
    }

    /// A stream that is gone, was made anew, or has lost its end is noticed though nothing is sent to it.
    async fn look(
        &self,
        stream: &Stream,
        expected: RangeInclusive<Offset>,
    ) -> Result<(), RelayError> {
        let info = stream.get_info().await.map_err(NatsError::request)?;
        let end = Offset(info.state.last_sequence);
        if info.created != stream.cached_info().created || !expected.contains(&end) {
            return Err(RelayError::Moved);
        }
        Ok(())
    }

    /// Sees to it that there is a stream which is a copy of the log, and tells where it ends.
    async fn agree(&self, stall: &mut Stall) -> Result<(Stream, Offset), RelayError> {
        if let Some(stream) = self.nats.find(self.id).await? {
            match self.nats.judge(&stream, self.log.as_ref(), self.id).await? {
                Verdict::Copy(end) if stall.at(end) < UNWRITABLE => {
                    self.nats.adjust(&stream, self.id).await?;
                    return Ok((stream, end));
                }
                Verdict::Copy(end) => {
                    tracing::warn!(log = %self.id, %end, "the stream takes no events and is made anew");
                }
                verdict => {
                    tracing::warn!(log = %self.id, ?verdict, "the stream is no copy of the log and is made anew");
                }
            }
            stall.over();
            self.nats.delete(self.id).await?;
        }
        let after = self.beginning().await?;
        let stream = self.nats.create(self.id, after).await?;
        metrics::counter!("picasso_relay_streams_made_total", "log" => self.id.to_string())
            .increment(1);
        Ok((stream, after))
    }

    /// What would be thrown away at once is not published.
    async fn beginning(&self) -> Result<Offset, LogError> {
        match self.nats.settings.max_events {
            0 => Ok(Offset::START),
            kept => Ok(Offset(self.log.head(self.id).await?.0.saturating_sub(kept))),
        }
    }
}

async fn publish(window: &mut Window, events: &[RecordedEvent]) -> Result<(), RelayError> {
    for event in events {
        while !window.has_room() {
            window.settle().await?;
        }
        window.publish(event).await?;
    }
    Ok(())
}
