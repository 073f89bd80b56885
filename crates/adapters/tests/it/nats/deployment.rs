//! A log with relays at work, its streams under a prefix of their own.

use std::sync::Arc;

use picasso_adapters::{
    nats::{Nats, Settings, feed::JetStreamFeed, relay::Relay},
    sqlite::event_log::SqliteEventLog,
};
use picasso_eventlog::{EventFeed, EventLog, LogId};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Streams of one deployment on a server, gone with this.
pub struct Deployment {
    pub log: Arc<dyn EventLog>,
    pub nats: Nats,
    pub settings: Settings,
    url: String,
    relays: Option<(CancellationToken, JoinSet<()>)>,
    _folder: TempDir,
}

impl Deployment {
    /// A new log in a file; nothing is relayed yet.
    pub async fn idle(url: &str, logs: u16) -> Self {
        let settings = Settings {
            prefix: format!("test_{}", Uuid::now_v7().simple()),
            ..Settings::default()
        };
        Self::with(url, logs, settings).await
    }

    pub async fn with(url: &str, logs: u16, settings: Settings) -> Self {
        let folder = TempDir::new().expect("a folder");
        let log = SqliteEventLog::open(&folder.path().join("log.db"), logs).expect("a log");
        let nats = Nats::connect(url, settings.clone(), log.epoch()).await;
        Self {
            nats: nats.expect("the test server answers"),
            log: Arc::new(log),
            settings,
            url: url.to_owned(),
            relays: None,
            _folder: folder,
        }
    }

    /// A new log whose relays are at work.
    pub async fn started(url: &str, logs: u16) -> Self {
        let mut made = Self::idle(url, logs).await;
        made.start();
        made
    }

    pub fn relay(&self, log: u16) -> Relay {
        Relay::new(self.nats.clone(), Arc::clone(&self.log), LogId(log))
    }

    /// Starts a relay for each log.
    pub fn start(&mut self) {
        let (stop, mut tasks) = (CancellationToken::new(), JoinSet::new());
        for log in 0..self.log.logs() {
            let (relay, stop) = (self.relay(log), stop.clone());
            tasks.spawn(async move { relay.run(stop).await });
        }
        self.relays = Some((stop, tasks));
    }

    /// Stops the relays, as when their process ends.
    pub async fn stop(&mut self) {
        if let Some((stop, tasks)) = self.relays.take() {
            stop.cancel();
            tasks.join_all().await;
        }
    }

    /// A feed as another process has it, with a connection of its own.
    pub async fn feed(&self, log: Arc<dyn EventLog>) -> Arc<dyn EventFeed> {
        let nats = Nats::connect(&self.url, self.settings.clone(), log.epoch()).await;
        Arc::new(JetStreamFeed::new(nats.expect("it answers"), log))
    }

    /// A connection of somebody else, to look and to do damage.
    pub async fn other(&self) -> async_nats::jetstream::Context {
        let client = async_nats::connect(&self.url).await.expect("it answers");
        async_nats::jetstream::new(client)
    }

    pub fn stream(&self, log: LogId) -> String {
        format!("{}_{log}", self.settings.prefix)
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        self.relays = None;
        let names: Vec<_> = (0..self.log.logs())
            .map(|log| self.stream(LogId(log)))
            .collect();
        let url = self.url.clone();
        // A thread of its own: a drop cannot wait on the runtime it runs in.
        let deleted = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| error.to_string())?;
            runtime.block_on(async {
                let client = async_nats::connect(url).await;
                let context = async_nats::jetstream::new(client.map_err(|e| e.to_string())?);
                for name in names {
                    // A case may have had no stream, or deleted it.
                    drop(context.delete_stream(name).await);
                }
                Ok::<_, String>(())
            })
        });
        if let Ok(Err(error)) = deleted.join() {
            println!(
                "streams of {} may be left behind: {error}",
                self.settings.prefix
            );
        }
    }
}
