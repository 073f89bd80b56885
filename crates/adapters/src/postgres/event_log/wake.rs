//! Tells other processes that a log has grown, and hears it from them, by LISTEN and NOTIFY.
//!
//! A notification is sent after the commit, in a transaction of its own: within a commit it would make all commits
//! of the server wait for each other. Losing one costs a waiting reader no more than its slow poll, so it need not be
//! durable, either.

use std::{sync::Arc, time::Duration};

use picasso_eventlog::{Epoch, LogId, Offset, Position};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::{sync::watch, time::sleep};

use crate::{
    event_log::heads::Heads,
    postgres::{
        PostgresError,
        connection::{Connections, fetch},
    },
};

/// How long after a failure one listens anew.
const PAUSE: Duration = Duration::from_secs(1);

const NOTIFY: &str = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)";

/// Where the processes of one deployment meet.
pub(super) fn channel(epoch: Epoch) -> String {
    format!("picasso_{}", epoch.0.simple())
}

/// Announces what this process has written to one log; of what is written while it speaks, the last.
pub(super) async fn announce(
    pool: Connections,
    channel: String,
    log: LogId,
    mut written: watch::Receiver<Offset>,
) {
    while written.changed().await.is_ok() {
        let position = Position::new(log, *written.borrow_and_update());
        let notify = sqlx::query(NOTIFY).bind(&channel);
        if let Err(error) = fetch(&pool, notify.bind(position.to_string())).await {
            tracing::debug!(%error, %position, "other processes were not told of it and will poll");
        }
    }
}

/// Raises the known heads by what other processes announce, for ever.
pub(super) async fn listen(options: PgConnectOptions, channel: String, heads: Arc<Heads>) {
    loop {
        if let Err(error) = hear(options.clone(), &channel, &heads).await {
            tracing::debug!(%error, "not listening to other processes, polling meanwhile");
        }
        sleep(PAUSE).await;
    }
}

async fn hear(
    options: PgConnectOptions,
    channel: &str,
    heads: &Heads,
) -> Result<(), PostgresError> {
    // A listener wants a pool, of the one connection it keeps.
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.max_lifetime(None).idle_timeout(None);
    let mut listener = PgListener::connect_with(&pool.connect_lazy_with(options)).await?;
    listener.listen(channel).await?;
    loop {
        let heard = listener.recv().await?;
        match heard.payload().parse::<Position>() {
            Ok(position) => heads.raise(position.log, position.offset),
            Err(error) => tracing::warn!(%error, channel, "heard what no process of ours says"),
        }
    }
}
