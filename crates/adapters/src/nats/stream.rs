//! A log's stream: making it, and telling whether what is there is a copy of the log.
//!
//! Keeps true: a stream that is ahead of the log, differs from it, or is of another history is never served; a stream
//! that picasso did not make is never touched.

use std::collections::HashMap;

use async_nats::jetstream::{
    ErrorCode,
    context::{CreateStreamErrorKind, GetStreamErrorKind, UpdateStreamError},
    stream::{
        Config, DiscardPolicy, Info, LastRawMessageErrorKind, RetentionPolicy, StorageType, Stream,
    },
};
use picasso_eventlog::{EventLog, LogError, LogId, Offset};

use super::{Nats, NatsError, connection::names_no_stream, message::Encoded};

/// The stream's own words on what it is a copy of.
const EPOCH: &str = "picasso_epoch";
const LOG: &str = "picasso_log";

/// Whether a stream may be read in place of its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Everything in it is in the log, and it ends here.
    Copy(Offset),
    OtherEpoch,
    /// It ends beyond the log.
    Ahead,
    /// What it ends with is not what the log has there.
    Differs,
}

/// Neither the stream nor the log is at fault that the other cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    #[error(transparent)]
    Nats(#[from] NatsError),
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Nats {
    /// A log's stream as it is, if there is one.
    pub(super) async fn find(&self, log: LogId) -> Result<Option<Stream>, NatsError> {
        let name = self.settings.stream(log);
        match self.context.get_stream(&name).await {
            Ok(stream) if is_ours(stream.cached_info(), log) => Ok(Some(stream)),
            Ok(_) => Err(NatsError::Foreign(name)),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(error) if names_no_stream(&error) => Ok(None),
                GetStreamErrorKind::JetStream(error) => Err(NatsError::refused(error)),
                _ => Err(NatsError::request(error)),
            },
        }
    }

    /// Makes a log's stream, to begin behind `after`.
    pub(super) async fn create(&self, log: LogId, after: Offset) -> Result<Stream, NatsError> {
        let mut config = self.config(log);
        config.first_sequence = (after > Offset::START).then_some(after.next().0);
        let created = self.context.create_stream(config).await;
        created.map_err(|error| match error.kind() {
            CreateStreamErrorKind::JetStream(refusal) => match refusal.error_code() {
                ErrorCode::STREAM_REPLICAS_NOT_SUPPORTED => {
                    NatsError::Replicas(self.settings.replicas)
                }
                ErrorCode::STREAM_SUBJECT_OVERLAP => {
                    NatsError::Foreign(format!("of {}.{log}.>", self.settings.prefix))
                }
                _ => NatsError::refused(refusal),
            },
            CreateStreamErrorKind::JetStreamUnavailable => NatsError::NoJetStream,
            _ => NatsError::request(error),
        })
    }

    pub(super) async fn delete(&self, log: LogId) -> Result<(), NatsError> {
        let deleted = self.context.delete_stream(self.settings.stream(log)).await;
        deleted.map(|_| ()).map_err(NatsError::request)
    }

    /// Has a stream kept as the settings say, if it is kept otherwise.
    pub(super) async fn adjust(&self, stream: &Stream, log: LogId) -> Result<(), NatsError> {
        let (found, wanted) = (&stream.cached_info().config, self.config(log));
        let kept = |config: &Config| {
            let limits = (config.max_messages, config.max_bytes, config.max_age);
            (config.num_replicas, limits)
        };
        if kept(found) == kept(&wanted) {
            return Ok(());
        }
        let wanted = Config {
            num_replicas: wanted.num_replicas,
            max_messages: wanted.max_messages,
            max_bytes: wanted.max_bytes,
            max_age: wanted.max_age,
            ..found.clone()
        };
        let updated = self.context.update_stream(wanted).await;
        updated
            .map(|_| ())
            .map_err(|error: UpdateStreamError| NatsError::request(error))
    }

    fn config(&self, log: LogId) -> Config {
        let settings = &self.settings;
        let metadata = [(EPOCH, self.epoch.to_string()), (LOG, log.to_string())];
        let metadata = metadata.map(|(key, value)| (key.to_owned(), value));
        Config {
            name: settings.stream(log),
            subjects: vec![format!("{}.{log}.>", settings.prefix)],
            description: Some(format!("a copy of picasso's event log {log}")),
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            storage: StorageType::File,
            num_replicas: settings.replicas,
            max_messages: limit(settings.max_events),
            max_bytes: limit(settings.max_bytes),
            max_messages_per_subject: -1,
            max_consumers: -1,
            max_age: settings.max_age,
            metadata: HashMap::from(metadata),
            ..Config::default()
        }
    }

    /// Compares a stream with its log. What was appended to either meanwhile does not matter.
    pub(super) async fn judge(
        &self,
        stream: &Stream,
        source: &dyn EventLog,
        log: LogId,
    ) -> Result<Verdict, StreamError> {
        let info = stream.get_info().await.map_err(NatsError::request)?;
        if !is_ours(&info, log) {
            return Err(NatsError::Foreign(info.config.name).into());
        }
        if info.config.metadata.get(EPOCH) != Some(&self.epoch.to_string()) {
            return Ok(Verdict::OtherEpoch);
        }
        let last = Offset(info.state.last_sequence);
        if last > source.head(log).await? {
            return Ok(Verdict::Ahead);
        }
        if last == Offset::START || self.ends_alike(stream, source, (log, last)).await? {
            return Ok(Verdict::Copy(last));
        }
        Ok(Verdict::Differs)
    }

    /// Histories that have the same event at one offset have the same events before it.
    async fn ends_alike(
        &self,
        stream: &Stream,
        source: &dyn EventLog,
        (log, last): (LogId, Offset),
    ) -> Result<bool, StreamError> {
        let found = match stream.get_raw_message(last.0).await {
            Ok(found) => found,
            // Nothing is left of it that could differ.
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                return Ok(true);
            }
            Err(error) => return Err(NatsError::request(error).into()),
        };
        let before = Offset(last.0 - 1);
        let Some(event) = source.read(log, before, 1).await?.pop() else {
            return Ok(false);
        };
        let whole = Encoded::new(&event, usize::MAX)?;
        let stub = Encoded::new(&event, 0)?;
        Ok(found.payload == whole.body || found.payload == stub.body)
    }
}

/// JetStream's way to say "as many as there are" is -1.
fn limit(number: u64) -> i64 {
    match i64::try_from(number) {
        Ok(0) | Err(_) => -1,
        Ok(number) => number,
    }
}

fn is_ours(info: &Info, log: LogId) -> bool {
    info.config.metadata.get(LOG) == Some(&log.to_string())
}
