//! What one process serves and runs, by its roles.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use picasso_adapters::{firebase::FirebaseTokenVerifier, nats::Nats};
use picasso_api::{
    Commands, Events, HEARTBEAT, Limits, Operations, Origins, Queries, Services,
    http::{Check, Files, Plain, Webhooks},
};
use picasso_commands::ports::TokenVerifier;
use picasso_projections::runtime::Progress;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{ReadSide, Stores, WriteSide, feed, reactors, write::unset};
use crate::{
    cli::Role,
    config::Config,
    exit::{Code, Failure},
};

/// The page at `/`.
const PAGE: &[u8] = include_bytes!("../../../../web/index.html");
/// How long histograms of idle metrics are kept before they are tidied.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// Which parts a process plays.
#[derive(Debug, Clone, Copy)]
pub struct Roles {
    commands: bool,
    queries: bool,
    relay: bool,
    /// Somebody asked for a relay by its name.
    relay_named: bool,
    projections: bool,
    reactors: bool,
}

impl Roles {
    pub fn new(named: &[Role]) -> Self {
        let plays = |role| named.contains(&Role::All) || named.contains(&role);
        Self {
            commands: plays(Role::Commands),
            queries: plays(Role::Queries),
            relay: plays(Role::Relay),
            relay_named: named.contains(&Role::Relay),
            projections: plays(Role::Projections),
            reactors: plays(Role::Reactors),
        }
    }

    /// Whether anything follows events or carries them.
    fn feed(self) -> bool {
        self.queries || self.relay || self.projections || self.reactors
    }
}

/// Serves until `stop`, then ends the server first and the background work after it.
pub async fn run(
    config: &Config,
    listener: TcpListener,
    roles: Roles,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let mut stores = Stores::open(config).await?;
    let nats = match roles.feed() {
        true => feed::connect(config, stores.log.as_ref()).await?,
        false => None,
    };
    match &nats {
        Some(nats) => stores.feed = feed::over(nats, &stores.log),
        None if roles.relay_named => return Err(feed::unset()),
        None => {}
    }
    let write = WriteSide::open(config, &stores)?;
    let read = ReadSide::open(&stores);
    let background = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let progress = if roles.projections {
        let runtime = read.runtime(&stores);
        let progress = runtime.progress();
        tasks.spawn(runtime.run(background.clone()));
        progress
    } else {
        read.progress()
    };
    if roles.reactors {
        let references = read.references(progress.clone());
        let reactors = reactors::start(config, &stores, &write, references, &background)?;
        tasks.spawn(async move {
            reactors.join_all().await;
        });
    }
    let metrics = install_metrics(&mut tasks, &background)?;
    if let Some(nats) = nats.as_ref().filter(|_| roles.relay) {
        feed::relay(nats, &stores, &mut tasks, &background).await?;
    }
    let parts = Parts {
        config,
        stores: &stores,
        write: &write,
        read: &read,
        progress,
        relaying: nats.as_ref().filter(|_| roles.relay),
        stop: &stop,
    };
    let app = parts.services(roles, metrics)?.router()?;
    let served = picasso_api::serve(listener, app, limits(config), stop).await;
    background.cancel();
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "background work panicked");
        }
    }
    Ok(served?)
}

struct Parts<'a> {
    config: &'a Config,
    stores: &'a Stores,
    write: &'a WriteSide,
    read: &'a ReadSide,
    progress: Progress,
    /// Where this process relays to.
    relaying: Option<&'a Nats>,
    stop: &'a CancellationToken,
}

impl Parts<'_> {
    fn services(&self, roles: Roles, metrics: PrometheusHandle) -> Result<Services, Failure> {
        Ok(Services {
            verifier: open_verifier(self.config)?,
            commands: roles.commands.then(|| self.commands()),
            queries: roles.queries.then(|| self.queries()),
            events: roles.queries.then(|| self.events()),
            operations: roles.queries.then(|| self.operations()),
            plain: self.plain(roles, metrics),
            origins: match self.config.server.allowed_origins.as_slice() {
                [] => Origins::default(),
                [any] if any == "*" => Origins::Any,
                these => Origins::These(these.to_vec()),
            },
            limits: limits(self.config),
        })
    }

    fn commands(&self) -> Commands {
        Commands {
            accounts: self.write.accounts.clone(),
            pictures: self.write.pictures.clone(),
            purchases: self.write.purchases.clone(),
            reactions: self.write.reactions.clone(),
        }
    }

    fn queries(&self) -> Queries {
        Queries {
            models: self.read.queries.clone(),
            progress: self.progress.clone(),
            blobs: Arc::clone(&self.write.blobs),
            clock: Arc::clone(&self.write.clock),
        }
    }

    fn events(&self) -> Events {
        Events {
            log: Arc::clone(&self.stores.log),
            feed: Arc::clone(&self.stores.feed),
            stop: self.stop.clone(),
            heartbeat: HEARTBEAT,
        }
    }

    fn operations(&self) -> Operations {
        Operations {
            projections: self.read.projections.clone(),
            progress: self.progress.clone(),
            rebuilder: Arc::clone(&self.read.rebuilder),
            live: Arc::clone(&self.read.live),
            log: Arc::clone(&self.stores.log),
            version: env!("CARGO_PKG_VERSION"),
            stop: self.stop.clone(),
        }
    }

    fn plain(&self, roles: Roles, metrics: PrometheusHandle) -> Plain {
        Plain {
            files: Some(Files {
                blobs: Arc::clone(&self.write.blobs),
                links: self.write.links.clone(),
                clock: Arc::clone(&self.write.clock),
            }),
            webhooks: roles.commands.then(|| Webhooks {
                inbox: Arc::new(self.stores.desk.webhook_inbox()),
                clock: Arc::clone(&self.write.clock),
                arrived: Arc::clone(&self.write.webhook_arrived),
            }),
            checks: [
                Some(Check::log(Arc::clone(&self.stores.log))),
                Some(Check::read_store(Arc::clone(&self.stores.read), "gallery")),
                self.relaying.map(feed::check),
            ]
            .into_iter()
            .flatten()
            .collect(),
            metrics: Some(metrics),
            page: Some(Bytes::from_static(PAGE)),
        }
    }
}

fn limits(config: &Config) -> Limits {
    Limits {
        shutdown_grace: Duration::from_secs(config.server.shutdown_grace_s),
        ..Limits::default()
    }
}

fn open_verifier(config: &Config) -> Result<Arc<dyn TokenVerifier>, Failure> {
    let project = config.identity.project_id.as_ref();
    let project = project.ok_or_else(|| unset("identity.project_id"))?;
    let verifier =
        FirebaseTokenVerifier::new(project, &config.identity.keys_url).map_err(|error| {
            Failure::from_error(Code::Config, &error).hint("see the section identity")
        })?;
    Ok(Arc::new(verifier))
}

/// Counts for the whole process, in Prometheus' form.
fn install_metrics(
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Result<PrometheusHandle, Failure> {
    let handle = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| Failure::from_error(Code::Internal, &error))?;
    let (kept, stop) = (handle.clone(), stop.clone());
    tasks.spawn(async move {
        let mut tick = tokio::time::interval(METRICS_UPKEEP);
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            kept.run_upkeep();
        }
    });
    Ok(handle)
}
