//! Runs a command: the same request gets the first answer, a conflict is decided again, what was decided is
//! appended with the answer in one commit.

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use picasso_domain::{Aggregate, values::Digest, values::UserId};
use picasso_eventlog::{
    AppendError, Appended, EventLog, Metadata, Position, Request, RequestKey, StoredReply, route,
};
use rand::Rng;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::to_raw_value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    CommandError,
    accounts::Registered,
    bridge::{Unit, UnitError},
};

/// How often a command is decided anew when others change the same aggregates meanwhile.
const MAX_ATTEMPTS: u32 = 12;
/// The longest pause between two attempts.
const MAX_PAUSE: Duration = Duration::from_millis(40);

/// Who asks, and under which id.
#[derive(Debug, Clone)]
pub struct Context {
    pub actor: UserId,
    pub request_id: Uuid,
    /// A W3C `traceparent`.
    pub trace_context: Option<String>,
    /// When given, the aggregate must be at this version.
    pub expected_version: Option<u64>,
}

impl Context {
    #[must_use]
    pub fn new(actor: UserId, request_id: Uuid) -> Self {
        Self {
            actor,
            request_id,
            trace_context: None,
            expected_version: None,
        }
    }

    fn metadata(&self) -> Metadata {
        Metadata {
            actor: self.actor.to_string(),
            request_id: Some(self.request_id),
            correlation_id: Some(self.request_id),
            causation: None,
            trace_context: self.trace_context.clone(),
        }
    }

    /// Refuses when the caller named a version and the aggregate has another.
    fn check_version<A: Aggregate>(&self, unit: &Unit, id: &str) -> Result<(), CommandError> {
        let current = unit.loaded_version::<A>(id);
        match self.expected_version {
            Some(expected) if expected != current => Err(CommandError::StaleVersion { current }),
            _ => Ok(()),
        }
    }
}

/// Proof that a command is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// A query with this as its `min_position` sees what the command did.
    pub position: Position,
    /// The aggregate's version afterwards.
    pub version: u64,
}

/// What a command answers, stored with its events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reply<T> {
    pub value: T,
    pub version: u64,
}

impl<T> Reply<T> {
    /// An answer that names the version its aggregate will have.
    pub fn of<A: Aggregate>(unit: &Unit, id: &str, value: T) -> Self {
        let version = unit.version::<A>(id);
        Self { value, version }
    }
}

/// Lets the aggregate that the caller may have named a version of decide; whoever saw an older one is told
/// that first, because it is why their command makes no sense.
pub(crate) async fn decide_at<A: Aggregate>(
    unit: &Unit,
    context: &Context,
    id: &str,
    command: A::Command,
) -> Result<Reply<()>, CommandError>
where
    A::Error: Into<CommandError>,
{
    let decided = unit.execute::<A>(id, command).await;
    if !matches!(decided, Err(UnitError::Log(_))) {
        context.check_version::<A>(unit, id)?;
    }
    decided?;
    Ok(Reply::of::<A>(unit, id, ()))
}

/// A command's name and content: what its request id stands for, and where it is remembered.
pub(crate) struct Ask<'a> {
    pub context: &'a Context,
    /// The partition key of the log that takes the commit.
    pub partition: String,
    fingerprint: Digest,
}

impl<'a> Ask<'a> {
    pub fn new(
        context: &'a Context,
        partition: impl Into<String>,
        command: &'static str,
        content: &impl Serialize,
    ) -> Result<Self, CommandError> {
        let content = serde_json::to_vec(&(command, content, context.expected_version))
            .map_err(|error| picasso_eventlog::LogError::Corrupt(error.to_string()))?;
        Ok(Self {
            context,
            partition: partition.into(),
            fingerprint: Digest::new(Sha256::digest(content).into()),
        })
    }

    fn key(&self) -> RequestKey {
        RequestKey {
            actor: self.context.actor.to_string(),
            request_id: self.context.request_id,
        }
    }
}

/// Decides inside a unit; called again from scratch when the log has moved on.
pub(crate) type Decide<'d, T> =
    &'d (dyn Fn(Unit) -> BoxFuture<'d, Result<T, CommandError>> + Send + Sync + 'd);

/// Runs commands against one deployment's logs.
#[derive(Clone)]
pub struct Executor {
    log: Arc<dyn EventLog>,
    registered: Arc<Registered>,
}

impl Executor {
    #[must_use]
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self {
            log,
            registered: Arc::default(),
        }
    }

    pub(crate) fn registered(&self) -> &Registered {
        &self.registered
    }

    /// A unit over the log of a partition key.
    pub(crate) fn begin(&self, partition: &str) -> Unit {
        Unit::begin(Arc::clone(&self.log), partition)
    }

    /// The answer this request got before, if it was made before.
    pub(crate) async fn answered<T: DeserializeOwned>(
        &self,
        ask: &Ask<'_>,
    ) -> Result<Option<(T, Receipt)>, CommandError> {
        let log = route(&ask.partition, self.log.logs());
        match self.log.find_request(log, &ask.key()).await? {
            None => Ok(None),
            Some(stored) if stored.fingerprint == ask.fingerprint => read_reply(&stored).map(Some),
            Some(_) => Err(CommandError::RequestReused),
        }
    }

    /// Decides and appends for a person, once per request id.
    pub(crate) async fn run<'d, T>(
        &self,
        ask: &Ask<'_>,
        decide: Decide<'d, Reply<T>>,
    ) -> Result<(T, Receipt), CommandError>
    where
        T: Serialize + DeserializeOwned,
    {
        // Whether the request was answered before is found by the append, or below by who refuses.
        for attempt in 0..MAX_ATTEMPTS {
            let unit = self.begin(&ask.partition);
            let reply = match decide(unit.clone()).await {
                Ok(reply) => reply,
                // A log that does not answer is not asked once more: that would double the wait.
                Err(CommandError::Log(error)) => return Err(error.into()),
                // The request may have been answered before: that counts, not that it has left
                // nothing to do.
                Err(refusal) => return self.answered(ask).await?.ok_or(refusal),
            };
            let request = Request {
                key: ask.key(),
                fingerprint: ask.fingerprint,
                reply: to_raw_value(&reply).map_err(corrupt)?,
            };
            let commit = unit.into_commit(ask.context.metadata(), Some(request))?;
            match self.log.append(commit).await {
                Ok(Appended::Recorded { position }) => {
                    let version = reply.version;
                    return Ok((reply.value, Receipt { position, version }));
                }
                Ok(Appended::Repeated(stored)) => return read_reply(&stored),
                Err(AppendError::Conflict { .. }) => pause(attempt).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(CommandError::Contended)
    }

    /// Remembers a request that turned out to leave nothing to decide, with the aggregate it is about.
    pub(crate) async fn remember<A: Aggregate>(
        &self,
        ask: &Ask<'_>,
        id: &str,
    ) -> Result<Receipt, CommandError> {
        let ((), receipt) = self
            .run(ask, &|unit| {
                Box::pin(async move {
                    unit.load::<A>(id).await?;
                    Ok(Reply::of::<A>(&unit, id, ()))
                })
            })
            .await?;
        Ok(receipt)
    }

    /// Decides and appends for a reactor that answers the last event of an aggregate; deciding twice is quiet,
    /// so no request id is needed.
    pub(crate) async fn run_system<A: Aggregate>(
        &self,
        reactor: &str,
        id: &str,
        decide: Decide<'_, ()>,
    ) -> Result<(), CommandError> {
        let metadata = |unit: &Unit| {
            let cause = unit.last_loaded::<A>(id);
            Metadata {
                actor: format!("system:{reactor}"),
                correlation_id: cause.as_ref().and_then(|cause| cause.correlation_id),
                causation: cause.map(|cause| cause.position.to_string()),
                ..Metadata::default()
            }
        };
        self.run_quietly(id, decide, &metadata).await
    }

    /// Decides and appends a part of a person's request that lives in another log. Deciding twice is quiet, so
    /// only the main part is recorded under the request's id; this one is found by the correlation id.
    pub(crate) async fn run_beside(
        &self,
        context: &Context,
        partition: &str,
        decide: Decide<'_, ()>,
    ) -> Result<(), CommandError> {
        let metadata = |_: &Unit| Metadata {
            request_id: None,
            ..context.metadata()
        };
        self.run_quietly(partition, decide, &metadata).await
    }

    async fn run_quietly(
        &self,
        partition: &str,
        decide: Decide<'_, ()>,
        metadata: &(dyn Fn(&Unit) -> Metadata + Sync),
    ) -> Result<(), CommandError> {
        for attempt in 0..MAX_ATTEMPTS {
            let unit = self.begin(partition);
            decide(unit.clone()).await?;
            if unit.is_quiet() {
                return Ok(());
            }
            let metadata = metadata(&unit);
            match self.log.append(unit.into_commit(metadata, None)?).await {
                Ok(_) => return Ok(()),
                Err(AppendError::Conflict { .. }) => pause(attempt).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(CommandError::Contended)
    }

    /// An aggregate as it stands now.
    ///
    /// # Errors
    /// [`CommandError::Log`].
    pub async fn load<A: Aggregate>(&self, id: &str) -> Result<A, CommandError> {
        let unit = self.begin(id);
        Ok(unit.load::<A>(id).await?)
    }
}

fn read_reply<T: DeserializeOwned>(stored: &StoredReply) -> Result<(T, Receipt), CommandError> {
    let reply: Reply<T> = serde_json::from_str(stored.reply.get()).map_err(corrupt)?;
    let receipt = Receipt {
        position: stored.position,
        version: reply.version,
    };
    Ok((reply.value, receipt))
}

fn corrupt(error: serde_json::Error) -> CommandError {
    picasso_eventlog::LogError::Corrupt(error.to_string()).into()
}

/// Waits a random moment that grows with the attempts, so that contenders spread out.
async fn pause(attempt: u32) {
    let ceiling = Duration::from_millis(1 << attempt.min(6)).min(MAX_PAUSE);
    let wait = rand::rng().random_range(Duration::ZERO..=ceiling);
    tokio::time::sleep(wait).await;
}
