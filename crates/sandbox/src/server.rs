//! The sandbox as a whole: opens what it needs, answers HTTP, delivers webhooks, stops cleanly.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tower::limit::GlobalConcurrencyLimitLayer;

use crate::clock::Clock;
use crate::config::{SandboxConfig, parse_http_url};
use crate::error::{Result, SandboxError};
use crate::faults::{self, FaultRefused, FaultRequest};
use crate::identity::Identity;
use crate::ledger::{self, Ledger};
use crate::store::Store;
use crate::stripe::Account;
use crate::{checkout, identity, mail, onboarding, pages, stripe, webhooks};

const MAX_BODY_BYTES: usize = 256 * 1024;
/// Requests worked on at once; hanging faults count, so it is generous.
const MAX_REQUESTS: usize = 4_096;
/// How long requests may still run after the shutdown signal.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(3);

/// A handle to one sandbox; clones share it.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

struct Shared {
    config: SandboxConfig,
    store: Store,
    clock: Clock,
    identity: Identity,
    http: reqwest::Client,
    webhook_url: RwLock<Option<String>>,
    deliveries: Notify,
}

impl Sandbox {
    /// Opens or creates the sandbox's data. Blocks briefly (disk, key generation, one password hash).
    ///
    /// # Errors
    /// A wrong setting, a folder that cannot be written, or a damaged database or key.
    pub fn open(mut config: SandboxConfig) -> Result<Self> {
        config.check()?;
        if let Some(dir) = &config.data_dir {
            create_private_dir(dir)?;
        }
        let file = config
            .data_dir
            .as_ref()
            .map(|dir| dir.join("sandbox.sqlite3"));
        let store = Store::open(file.as_deref())?;
        let identity = Identity::open(&config, store.clone())?;
        let http = reqwest::Client::builder()
            .timeout(config.deliveries.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(SandboxError::HttpClient)?;
        let webhook_url = RwLock::new(config.webhook_url.clone());
        let (clock, deliveries) = (Clock::default(), Notify::new());
        let shared = Shared {
            config,
            store,
            clock,
            identity,
            http,
            webhook_url,
            deliveries,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// All HTTP endpoints. Webhooks are delivered only while [`Sandbox::run`] or [`Sandbox::serve`] runs.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(pages::router())
            .merge(stripe::router(self))
            .merge(checkout::router())
            .merge(onboarding::router())
            .merge(webhooks::router())
            .merge(faults::router())
            .merge(ledger::router())
            .merge(identity::router(&self.config().app_url))
            .merge(mail::router())
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .layer(GlobalConcurrencyLimitLayer::new(MAX_REQUESTS))
            .with_state(self.clone())
    }

    /// Delivers webhooks and ends overdue sessions until `shutdown`.
    pub async fn run(&self, shutdown: CancellationToken) {
        webhooks::run(self.clone(), shutdown).await;
    }

    /// Serves HTTP and delivers webhooks until `shutdown`, then gives requests a few seconds to end.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn serve(&self, listener: TcpListener, shutdown: CancellationToken) -> Result<()> {
        let background = self.run(shutdown.clone());
        let server = axum::serve(listener, self.router())
            .with_graceful_shutdown(shutdown.clone().cancelled_owned())
            .into_future();
        let overtime = async {
            shutdown.cancelled().await;
            tokio::time::sleep(SHUTDOWN_GRACE).await;
        };
        let (served, ()) = tokio::join!(
            async {
                tokio::select! {
                    served = server => served.map_err(SandboxError::Serve),
                    () = overtime => Ok(()),
                }
            },
            background
        );
        served
    }

    /// The identity part, for seeding and tests.
    pub fn identity(&self) -> &Identity {
        &self.shared.identity
    }

    /// Orders trouble; answers the fault's id.
    ///
    /// # Errors
    /// The order makes no sense (`Setting`), or the database failed.
    pub async fn add_fault(&self, fault: FaultRequest) -> Result<i64> {
        self.add_fault_checked(fault)
            .await
            .map_err(|refused| match refused {
                FaultRefused::Invalid(problem) => SandboxError::Setting {
                    name: "fault",
                    problem: problem.to_owned(),
                },
                FaultRefused::Broken(error) => error,
            })
    }

    /// All charges and refunds, or those of one client reference.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ledger(&self, reference: Option<&str>) -> Result<Ledger> {
        let reference = reference.map(str::to_owned);
        self.shared
            .store
            .transact(move |tx| ledger::read(tx, reference.as_deref()))
            .await
    }

    /// Sends webhooks to another address from now on; `None` lets them wait.
    ///
    /// # Errors
    /// The address is not an HTTP URL.
    pub fn set_webhook_url(&self, url: Option<String>) -> Result<()> {
        if let Some(url) = &url {
            parse_http_url("webhook_url", url)?;
        }
        *self
            .shared
            .webhook_url
            .write()
            .unwrap_or_else(PoisonError::into_inner) = url;
        self.wake_deliveries();
        Ok(())
    }

    /// Moves the clock of checkout sessions and password codes forward, to see them expire. Forgotten at a restart.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.clock.advance(by);
        self.wake_deliveries();
    }

    /// Forgets all idempotency keys, as Stripe does after a day.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_keys(&self) -> Result<()> {
        self.shared.store.transact(stripe::forget).await
    }

    /// How many connected accounts there are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn connected_accounts(&self) -> Result<u64> {
        self.shared.store.transact(Account::count).await
    }

    pub(crate) async fn add_fault_checked(&self, fault: FaultRequest) -> Result<i64, FaultRefused> {
        self.shared
            .store
            .transact(move |tx| faults::add(tx, &fault))
            .await
    }

    pub(crate) fn config(&self) -> &SandboxConfig {
        &self.shared.config
    }

    pub(crate) fn store(&self) -> &Store {
        &self.shared.store
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.shared.http
    }

    pub(crate) fn webhook_url(&self) -> Option<String> {
        self.shared
            .webhook_url
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn wake_deliveries(&self) {
        self.shared.deliveries.notify_one();
    }

    pub(crate) async fn deliveries_awaited(&self) {
        self.shared.deliveries.notified().await;
    }
}

/// The folder holds a private key and password hashes: only its owner may look inside.
fn create_private_dir(dir: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|source| SandboxError::File {
        path: dir.to_owned(),
        source,
    })
}
