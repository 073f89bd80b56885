//! `/healthz`: the process answers. `/readyz`: what it needs answers too.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use futures::future::{BoxFuture, join_all};
use picasso_eventlog::{EventLog, LogId};
use picasso_projections::ports::ReadStore;
use serde_json::{Map, Value, json};

/// The longest one check may take.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

type Failure = Box<dyn Error + Send + Sync>;
type Probe = dyn Fn() -> BoxFuture<'static, Result<(), Failure>> + Send + Sync;

/// One thing the process needs to be of use.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    probe: Arc<Probe>,
}

/// Something that should run does not.
#[derive(Debug)]
struct NotRunning;

impl fmt::Display for NotRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is not running")
    }
}

impl Error for NotRunning {}

impl Check {
    /// The log answers where it ends.
    #[must_use]
    pub fn log(log: Arc<dyn EventLog>) -> Self {
        let probe = move || -> BoxFuture<'static, Result<(), Failure>> {
            let log = Arc::clone(&log);
            Box::pin(async move { Ok(log.head(LogId(0)).await.map(|_| ())?) })
        };
        Self {
            name: "event_log",
            probe: Arc::new(probe),
        }
    }

    /// The read store answers which generations of a projection there are.
    #[must_use]
    pub fn read_store(store: Arc<dyn ReadStore>, projection: &'static str) -> Self {
        let probe = move || -> BoxFuture<'static, Result<(), Failure>> {
            let store = Arc::clone(&store);
            Box::pin(async move { Ok(store.generations(projection).await.map(|_| ())?) })
        };
        Self {
            name: "read_store",
            probe: Arc::new(probe),
        }
    }

    /// A part of this process says that it runs.
    #[must_use]
    pub fn running(name: &'static str, runs: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let probe = move || -> BoxFuture<'static, Result<(), Failure>> {
            let answer = if runs() {
                Ok(())
            } else {
                Err(NotRunning.into())
            };
            Box::pin(async move { answer })
        };
        Self {
            name,
            probe: Arc::new(probe),
        }
    }

    async fn run(&self) -> (&'static str, bool) {
        match tokio::time::timeout(CHECK_TIMEOUT, (self.probe)()).await {
            Ok(Ok(())) => (self.name, true),
            Ok(Err(error)) => {
                tracing::warn!(
                    check = self.name,
                    error = &*error as &dyn Error,
                    "not ready"
                );
                (self.name, false)
            }
            Err(_) => {
                tracing::warn!(check = self.name, "not ready: no answer in time");
                (self.name, false)
            }
        }
    }
}

pub(super) fn router(checks: Vec<Check>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(Arc::new(checks))
}

async fn ready(State(checks): State<Arc<Vec<Check>>>) -> Response {
    let results = join_all(checks.iter().map(Check::run)).await;
    let ready = results.iter().all(|(_, passed)| *passed);
    let checks: Map<String, Value> = results
        .into_iter()
        .map(|(name, passed)| (name.to_owned(), passed.into()))
        .collect();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(json!({ "ready": ready, "checks": checks }))).into_response()
}
