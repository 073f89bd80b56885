//! What a subscription gets from its stream: a consumer of its own, made anew whenever anything is wrong with it.
//!
//! Keeps true: nothing is taken from a stream before it was compared with the log, and no message whose epoch, log and
//! sequence are not those of the event it carries. Dropping a wait loses nothing.

use std::{sync::Arc, time::Duration};

use async_nats::jetstream::{
    consumer::{
        AckPolicy, DeliverPolicy,
        pull::{Config, MessagesError, Stream as Messages},
    },
    message::Message,
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::ReadyChunks};
use picasso_eventlog::{Batch, EventLog, LogId, Offset};
use picasso_projections::runtime::backoff::chain;
use tokio::time::sleep;

use crate::nats::{
    Nats, NatsError,
    connection::pause,
    message::{Arrived, arrived},
    stream::{StreamError, Verdict},
};

/// The most messages that are on their way to a subscription at once.
const AHEAD: usize = 256;
/// A server that has nothing to send says so this often; after two silences the consumer is given up.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// How long one request for messages stands.
const EXPIRES: Duration = Duration::from_secs(30);
/// The server forgets a consumer that nobody has asked for so long.
const FORGET: Duration = Duration::from_secs(10);
/// How long making a consumer and comparing the stream with the log may take.
const CONNECT: Duration = Duration::from_secs(5);

/// What happens to a subscription.
pub(super) enum Arrival {
    /// The stream is being read; it ended here, or further on.
    Connected(Offset),
    /// The stream is not read any more.
    Lost,
    Messages(Delivery),
}

#[derive(Default)]
pub(super) struct Delivery {
    pub(super) events: Batch,
    /// The last of those whose message is of no use: to be read from the log.
    pub(super) unread: Option<Offset>,
}

/// Why a stream is not read.
#[derive(Debug, thiserror::Error)]
enum SourceError {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error("there is no stream")]
    Missing,
    #[error("the stream is no copy of the log: {0:?}")]
    Unlike(Verdict),
    #[error("the consumer broke off")]
    Broken(#[source] Option<MessagesError>),
    #[error("the server did not answer within {} s", CONNECT.as_secs())]
    TimedOut,
}

impl From<NatsError> for SourceError {
    fn from(error: NatsError) -> Self {
        Self::Stream(error.into())
    }
}

type Connecting = BoxFuture<'static, Result<(Messages, Offset), SourceError>>;

enum State {
    Connecting(Connecting),
    Live(Box<ReadyChunks<Messages>>),
}

pub(super) struct Source {
    nats: Nats,
    log: Arc<dyn EventLog>,
    id: LogId,
    /// Where a new consumer begins behind.
    last: Offset,
    state: State,
    failures: usize,
}

impl Source {
    pub(super) fn new(nats: Nats, log: Arc<dyn EventLog>, id: LogId, after: Offset) -> Self {
        let connecting = connect(nats.clone(), Arc::clone(&log), id, after);
        Self {
            state: State::Connecting(limited(connecting, Duration::ZERO)),
            nats,
            log,
            id,
            last: after,
            failures: 0,
        }
    }

    /// Everything up to here was handed out.
    pub(super) fn set_last(&mut self, last: Offset) {
        self.last = last;
    }

    /// What happens next. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Arrival {
        match &mut self.state {
            State::Connecting(connecting) => match connecting.await {
                Ok((messages, end)) => {
                    self.state = State::Live(Box::new(messages.ready_chunks(AHEAD)));
                    Arrival::Connected(end)
                }
                Err(error) => self.lose(&error),
            },
            State::Live(messages) => match messages.next().await {
                Some(chunk) => self.take(chunk),
                None => self.lose(&SourceError::Broken(None)),
            },
        }
    }

    fn take(&mut self, chunk: Vec<Result<Message, MessagesError>>) -> Arrival {
        let mut delivery = Delivery::default();
        for message in chunk {
            match message {
                Ok(message) => self.read(&message, &mut delivery),
                // What came before it in the chunk comes again, or is read from the log.
                Err(error) => return self.lose(&SourceError::Broken(Some(error))),
            }
        }
        self.failures = 0;
        Arrival::Messages(delivery)
    }

    fn read(&self, message: &Message, delivery: &mut Delivery) {
        let Ok(info) = message.info() else {
            tracing::warn!(log = %self.id, subject = %message.subject, "a message came from no stream");
            return;
        };
        let sequence = info.stream_sequence;
        let place = (self.id, sequence, self.nats.epoch);
        match arrived(message.headers.as_ref(), &message.payload, place) {
            Arrived::Event(event) => delivery.events.push(Arc::from(event)),
            Arrived::Omitted => delivery.unread = Some(Offset(sequence)),
            Arrived::Wrong(reason) => {
                tracing::warn!(log = %self.id, sequence, reason, "a message is not the log's and is read from the log");
                delivery.unread = Some(Offset(sequence));
            }
        }
    }

    /// Gives the consumer up and makes another after a pause.
    fn lose(&mut self, error: &SourceError) -> Arrival {
        let told = chain(error);
        if self.failures == 0 {
            tracing::warn!(log = %self.id, error = told, "the stream is not read, the log is");
            metrics::counter!("picasso_feed_streams_lost_total", "log" => self.id.to_string())
                .increment(1);
        } else {
            tracing::debug!(log = %self.id, error = told, "the stream is still not read");
        }
        self.failures = self.failures.saturating_add(1);
        let (nats, log) = (self.nats.clone(), Arc::clone(&self.log));
        let connecting = connect(nats, log, self.id, self.last);
        self.state = State::Connecting(limited(connecting, pause(self.failures)));
        Arrival::Lost
    }
}

fn limited(
    connecting: impl Future<Output = Result<(Messages, Offset), SourceError>> + Send + 'static,
    pause: Duration,
) -> Connecting {
    let limited = async move {
        sleep(pause).await;
        let connected = tokio::time::timeout(CONNECT, connecting).await;
        connected.map_err(|_| SourceError::TimedOut)?
    };
    limited.boxed()
}

/// A consumer of the log's stream, and the stream found to be a copy of the log after the consumer was made: had it been
/// replaced in between, the consumer would be gone with it.
async fn connect(
    nats: Nats,
    log: Arc<dyn EventLog>,
    id: LogId,
    after: Offset,
) -> Result<(Messages, Offset), SourceError> {
    let stream = nats.find(id).await?.ok_or(SourceError::Missing)?;
    let consumer = stream.create_consumer(Config {
        description: Some("picasso's feed".to_owned()),
        deliver_policy: DeliverPolicy::ByStartSequence {
            start_sequence: after.next().0,
        },
        ack_policy: AckPolicy::None,
        inactive_threshold: FORGET,
        num_replicas: 1,
        memory_storage: true,
        ..Config::default()
    });
    let consumer = consumer.await.map_err(NatsError::request)?;
    let end = match nats.judge(&stream, log.as_ref(), id).await? {
        Verdict::Copy(end) => end,
        other => return Err(SourceError::Unlike(other)),
    };
    let messages = consumer
        .stream()
        .max_messages_per_batch(AHEAD)
        .expires(EXPIRES)
        .heartbeat(HEARTBEAT);
    let messages = messages.messages().await.map_err(NatsError::request)?;
    Ok((messages, end))
}
