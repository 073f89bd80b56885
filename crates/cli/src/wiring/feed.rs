//! The feed over NATS JetStream, where it is set, and the relays that fill its streams.
//!
//! Keeps true: a process that follows events and is told of NATS starts with it or not at all; one that only takes
//! commands never needs it.

use std::sync::Arc;

use picasso_adapters::nats::{Nats, NatsError, Settings, feed::JetStreamFeed, relay::Relay};
use picasso_api::http::Check;
use picasso_eventlog::{EventFeed, EventLog, LogId, lease::lead};
use picasso_projections::runtime::backoff::chain;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Stores;
use crate::{
    config::Config,
    exit::{Code, Failure},
};

/// Connects to the servers that the settings name.
pub async fn connect(config: &Config, log: &dyn EventLog) -> Result<Option<Nats>, Failure> {
    let feed = &config.feed;
    let Some(url) = feed.url() else {
        return Ok(None);
    };
    let settings = Settings {
        prefix: feed.prefix.clone(),
        replicas: feed.replicas,
        max_events: feed.max_events,
        max_bytes: feed.max_bytes,
        max_age: feed.max_age(),
    };
    let nats = Nats::connect(url, settings, log.epoch()).await;
    Ok(Some(nats.map_err(|error| cannot_open(&error))?))
}

/// What readers follow instead of the log.
pub fn over(nats: &Nats, log: &Arc<dyn EventLog>) -> Arc<dyn EventFeed> {
    Arc::new(JetStreamFeed::new(nats.clone(), Arc::clone(log)))
}

/// Relays every log, each in one process at a time.
pub async fn relay(
    nats: &Nats,
    stores: &Stores,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    for log in (0..stores.log.logs()).map(LogId) {
        let relay = Relay::new(nats.clone(), Arc::clone(&stores.log), log);
        let prepared = relay.prepare().await;
        prepared.map_err(|error| cannot_open(&error))?;
        let relay = Arc::new(relay);
        let leases = Arc::clone(&stores.leases);
        let leading = lead(
            leases,
            format!("relay.{log}"),
            stop.clone(),
            move |_, stop| {
                let relay = Arc::clone(&relay);
                async move { relay.run(stop).await }
            },
        );
        tasks.spawn(leading);
    }
    Ok(())
}

/// A relay is of use while it is connected; readers go on without.
pub fn check(nats: &Nats) -> Check {
    let nats = nats.clone();
    Check::running("nats", move || nats.is_connected())
}

/// There is nothing to relay to.
pub fn unset() -> Failure {
    let message = "the role relay needs the setting feed.url";
    Failure::new(Code::Config, message).hint("without NATS no relay is needed")
}

/// What a person must mend is told from a server that is away.
fn cannot_open(error: &NatsError) -> Failure {
    let code = if error.is_transient() {
        Code::Unavailable
    } else {
        Code::Config
    };
    let message = format!("the feed cannot be opened: {}", chain(error));
    Failure::new(code, message).hint("the setting feed.url names its servers")
}
