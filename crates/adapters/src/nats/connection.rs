//! The connection to NATS that a process shares, and how its streams are kept.
//!
//! Keeps true: no request waits for ever; once connected, a connection that breaks is made again by itself.

use std::{sync::Arc, time::Duration};

use async_nats::{
    Client, ConnectOptions, ServerAddr,
    connection::State,
    jetstream::{Context, ErrorCode, context::AccountErrorKind},
};
use percent_encoding::percent_decode_str;
use picasso_eventlog::{Epoch, LogId};

use super::NatsError;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long JetStream may take to answer a request or to acknowledge a message.
const ANSWER: Duration = Duration::from_secs(2);
/// How often the server is asked whether it still lives; after two silent ones another is tried.
const PING: Duration = Duration::from_secs(1);
/// Pauses between two attempts, at connecting or at reading a stream: doubled from the first to the longest. Meanwhile logs are read.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(1);
/// The most messages of all logs that may be unacknowledged at once.
const MAX_UNACKNOWLEDGED: usize = 64 * 1_024;

/// How the streams of a deployment are called and kept.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Streams are `<prefix>_<log>`, subjects `<prefix>.<log>.<aggregate type>.<event type>`.
    pub prefix: String,
    /// On how many servers of a cluster each stream is stored.
    pub replicas: usize,
    /// How many events of each log are kept; all of them if 0. What is not kept is read from the log.
    pub max_events: u64,
    /// How many bytes of each log are kept; as many as there are if 0.
    pub max_bytes: u64,
    /// How long an event is kept after it was relayed; for ever if zero.
    pub max_age: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            prefix: "picasso".to_owned(),
            replicas: 1,
            max_events: 0,
            max_bytes: 0,
            max_age: Duration::ZERO,
        }
    }
}

impl Settings {
    /// The name of a log's stream.
    pub(super) fn stream(&self, log: LogId) -> String {
        format!("{}_{log}", self.prefix)
    }
}

/// A connection to NATS for the streams of one deployment, in one history.
#[derive(Clone)]
pub struct Nats {
    pub(super) client: Client,
    pub(super) context: Context,
    pub(super) settings: Arc<Settings>,
    pub(super) epoch: Epoch,
}

impl Nats {
    /// Connects and makes sure that JetStream is there and may store something.
    ///
    /// # Errors
    /// [`NatsError`] says what is wrong with the address or the server.
    pub async fn connect(url: &str, settings: Settings, epoch: Epoch) -> Result<Self, NatsError> {
        let client = connect(url).await?;
        let context = async_nats::jetstream::context::ContextBuilder::new()
            .timeout(ANSWER)
            .max_ack_inflight(MAX_UNACKNOWLEDGED)
            .build(client.clone());
        expect_storage(&context).await?;
        Ok(Self {
            client,
            context,
            settings: Arc::new(settings),
            epoch,
        })
    }

    /// Whether the connection stands right now.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }
}

async fn connect(url: &str) -> Result<Client, NatsError> {
    let servers = url.split(',').map(|server| server.trim().parse());
    let servers: Result<Vec<ServerAddr>, _> = servers.collect();
    let servers = servers.map_err(|_| NatsError::Address)?;
    if servers.iter().any(|server| server.host().is_empty()) {
        return Err(NatsError::Address);
    }
    let options = ConnectOptions::new()
        .name("picasso")
        .connection_timeout(CONNECT)
        .request_timeout(Some(ANSWER))
        .ping_interval(PING)
        .reconnect_delay_callback(pause);
    let options = credentials(options, &servers)?;
    Ok(options.connect(servers).await?)
}

/// How long to wait before something is tried again for the `attempts`th time.
pub(super) fn pause(attempts: usize) -> Duration {
    let doubled = 1_u32 << attempts.saturating_sub(1).min(8);
    (FIRST_PAUSE * doubled).min(MAX_PAUSE)
}

/// The client does not look at what stands before the `@` of an address.
fn credentials(
    options: ConnectOptions,
    servers: &[ServerAddr],
) -> Result<ConnectOptions, NatsError> {
    let Some(named) = servers.iter().find(|server| server.has_user_pass()) else {
        return Ok(options);
    };
    let user = decode(named.username())?;
    Ok(match named.password() {
        Some(password) => options.user_and_password(user, decode(Some(password))?),
        None => options.token(user),
    })
}

fn decode(part: Option<&str>) -> Result<String, NatsError> {
    let decoded = percent_decode_str(part.unwrap_or_default()).decode_utf8();
    Ok(decoded.map_err(|_| NatsError::Address)?.into_owned())
}

async fn expect_storage(context: &Context) -> Result<(), NatsError> {
    let account = context.query_account().await;
    let account = account.map_err(|error| match error.kind() {
        AccountErrorKind::JetStreamUnavailable => NatsError::NoJetStream,
        AccountErrorKind::JetStream(error) => NatsError::refused(error),
        AccountErrorKind::TimedOut | AccountErrorKind::Other => NatsError::request(error),
    })?;
    // None stands for no limit.
    if account.limits.max_storage == Some(0) {
        return Err(NatsError::NoStorage);
    }
    Ok(())
}

/// Whether a request failed because there is no such stream.
pub(super) fn names_no_stream(error: &async_nats::jetstream::Error) -> bool {
    error.error_code() == ErrorCode::STREAM_NOT_FOUND
}
