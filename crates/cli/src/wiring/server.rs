//! What one process serves and runs, by its roles.

use std::{sync::Arc, time::Duration};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use picasso_adapters::{
    firebase::{EmulatorTokenVerifier, FirebaseTokenVerifier},
    nats::Nats,
};
use picasso_api::{
    Commands, Events, HEARTBEAT, Limits, Operations, Origins, Queries, Services,
    http::{App, Check, Files, Heads, Letters, Plain, Webhooks},
};
use picasso_commands::ports::TokenVerifier;
use picasso_projections::runtime::Progress;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{ReadSide, Stores, WriteSide, app, feed, open_files, reactors, write::unset};
use crate::{
    cli::Role,
    config::Config,
    exit::{Code, Failure},
};

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

    /// Whether anything stands still without the log.
    fn log(self) -> bool {
        self.commands || self.relay || self.projections || self.reactors
    }

    /// Whether anything needs the read store; who only takes commands goes on without it.
    fn read(self) -> bool {
        self.queries || self.projections || self.reactors
    }

    /// Whether anything decides upon commands, of people or of reactors.
    fn write(self) -> bool {
        self.commands || self.reactors
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
    let verifier = open_verifier(config).await?;
    let files = open_files(config, &stores.keys).await?;
    // Nobody else needs to know the keys of payments.
    let write = match roles.write() {
        true => Some(WriteSide::open(config, &stores, files.clone())?),
        false => None,
    };
    let background = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let read = match roles.read() {
        true => Some(Reading::start(config, &stores, roles, &mut tasks, &background).await?),
        false => None,
    };
    if let Some((read, write)) = read.as_ref().zip(write.as_ref())
        && roles.reactors
    {
        let references = read.side.references(read.progress.clone());
        let reactors = reactors::start(config, &stores, write, references, &background).await?;
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
        verifier,
        stores: &stores,
        files: &files,
        write: write.as_ref().filter(|_| roles.commands),
        read: read.as_ref(),
        relaying: nats.as_ref().filter(|_| roles.relay),
        stop: &stop,
    };
    let web_app = app::open(config, files.blobs.as_ref()).await?;
    let app = parts.services(roles, metrics, web_app)?.router()?;
    let served = picasso_api::serve(listener, app, limits(config), stop).await;
    background.cancel();
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "background work panicked");
        }
    }
    Ok(served?)
}

/// The read side, and how far it is.
struct Reading {
    side: ReadSide,
    progress: Progress,
}

impl Reading {
    /// Opens the read side; its projections are kept live here if that is this process's part.
    async fn start(
        config: &Config,
        stores: &Stores,
        roles: Roles,
        tasks: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) -> Result<Self, Failure> {
        let side = ReadSide::open(config, stores).await?;
        let progress = if roles.projections {
            let runtime = side.runtime(stores);
            let progress = runtime.progress();
            tasks.spawn(runtime.run(stop.clone()));
            progress
        } else {
            side.progress()
        };
        Ok(Self { side, progress })
    }
}

struct Parts<'a> {
    config: &'a Config,
    verifier: Arc<dyn TokenVerifier>,
    stores: &'a Stores,
    files: &'a Files,
    /// Where this process takes commands.
    write: Option<&'a WriteSide>,
    read: Option<&'a Reading>,
    /// Where this process relays to.
    relaying: Option<&'a Nats>,
    stop: &'a CancellationToken,
}

impl Parts<'_> {
    fn services(
        &self,
        roles: Roles,
        metrics: PrometheusHandle,
        app: App,
    ) -> Result<Services, Failure> {
        let queries = self.read.filter(|_| roles.queries);
        Ok(Services {
            verifier: Arc::clone(&self.verifier),
            commands: self.write.map(commands),
            queries: queries.map(|read| self.queries(read)),
            events: roles.queries.then(|| self.events()),
            operations: queries.map(|read| self.operations(read)),
            plain: self.plain(roles, metrics, app),
            origins: match self.config.server.allowed_origins.as_slice() {
                [] => Origins::default(),
                [any] if any == "*" => Origins::Any,
                these => Origins::These(these.to_vec()),
            },
            limits: limits(self.config),
        })
    }

    fn queries(&self, read: &Reading) -> Queries {
        Queries {
            models: read.side.queries.clone(),
            progress: read.progress.clone(),
            blobs: Arc::clone(&self.files.blobs),
            clock: Arc::clone(&self.files.clock),
            stop: self.stop.clone(),
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

    fn operations(&self, read: &Reading) -> Operations {
        Operations {
            projections: read.side.projections.clone(),
            progress: read.progress.clone(),
            rebuilder: Arc::clone(&read.side.rebuilder),
            live: Arc::clone(&read.side.live),
            log: Arc::clone(&self.stores.log),
            feed: Arc::clone(&self.stores.feed),
            version: env!("CARGO_PKG_VERSION"),
            stop: self.stop.clone(),
        }
    }

    fn plain(&self, roles: Roles, metrics: PrometheusHandle, app: App) -> Plain {
        Plain {
            files: Some(self.files.clone()),
            webhooks: self.write.map(|write| Webhooks {
                inbox: Arc::clone(&self.stores.desk.webhooks),
                clock: Arc::clone(&self.files.clock),
                arrived: Arc::clone(&write.webhook_arrived),
            }),
            letters: self.write.map(|write| Letters {
                accounts: write.accounts.clone(),
                links: self.files.links.clone(),
                clock: Arc::clone(&self.files.clock),
            }),
            checks: self.checks(roles),
            metrics: Some(metrics),
            app: Some(self.web_app(roles, app)),
        }
    }

    /// Who answers queries knows what the pages are about.
    fn web_app(&self, roles: Roles, app: App) -> App {
        match self.read.filter(|_| roles.queries) {
            Some(read) => app.with_heads(Heads {
                gallery: read.side.queries.gallery.clone(),
                blobs: Arc::clone(&self.files.blobs),
                public_url: self.config.public_url(),
            }),
            None => app,
        }
    }

    /// What this process cannot do its part without. Who answers queries does without the log, who takes commands
    /// without the read store.
    fn checks(&self, roles: Roles) -> Vec<Check> {
        let mut checks = vec![];
        if roles.log() {
            checks.push(Check::log(Arc::clone(&self.stores.log)));
        }
        if let Some(read) = self.read {
            let store = Arc::clone(read.side.live.store());
            checks.push(Check::read_store(store, "gallery"));
        }
        checks.extend(self.relaying.map(feed::check));
        checks
    }
}

fn commands(write: &WriteSide) -> Commands {
    Commands {
        accounts: write.accounts.clone(),
        pictures: write.pictures.clone(),
        purchases: write.purchases.clone(),
        onboarding: write.onboarding.clone(),
        reactions: write.reactions.clone(),
    }
}

fn limits(config: &Config) -> Limits {
    Limits {
        shutdown_grace: Duration::from_secs(config.server.shutdown_grace_s),
        ..Limits::default()
    }
}

async fn open_verifier(config: &Config) -> Result<Arc<dyn TokenVerifier>, Failure> {
    let project = config.identity.project_id.as_ref();
    let project = project.ok_or_else(|| unset("identity.project_id"))?;
    if let Some(url) = &config.identity.emulator_url {
        let verifier = EmulatorTokenVerifier::connect(project, url).await;
        let verifier = verifier.map_err(|error| {
            let code = if error.is_transient() {
                Code::Unavailable
            } else {
                Code::Config
            };
            Failure::from_error(code, &error).hint("the setting identity.emulator_url names it")
        })?;
        tracing::warn!("the emulator's tokens are taken: anybody can be anybody");
        return Ok(Arc::new(verifier));
    }
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
