//! One server, or three that replicate their streams.

use std::time::Duration;

use picasso_adapters::nats::{Nats, Settings};
use picasso_eventlog::Epoch;
use picasso_testing::free_port;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::nats::server::Server;

/// How long servers may take until they can store something.
const START: Duration = Duration::from_secs(60);

pub struct Cluster {
    pub servers: Vec<Server>,
}

impl Cluster {
    pub async fn start(size: usize) -> Self {
        let mut cluster = Self {
            servers: arranged(size),
        };
        for server in &mut cluster.servers {
            server.run();
        }
        for server in &cluster.servers {
            server.wait_ready().await;
        }
        cluster.wait_ready().await;
        cluster
    }

    pub fn url(&self) -> String {
        let urls: Vec<_> = self.servers.iter().map(Server::url).collect();
        urls.join(",")
    }

    /// Until a leader is there that can say what may be stored.
    async fn wait_ready(&self) {
        let until = Instant::now() + START;
        let epoch = Epoch(Uuid::nil());
        while let Err(error) = Nats::connect(&self.url(), Settings::default(), epoch).await {
            assert!(Instant::now() < until, "no JetStream yet: {error}");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

fn arranged(size: usize) -> Vec<Server> {
    if size == 1 {
        return vec![Server::stopped(free_port(), &["--jetstream"])];
    }
    let routes: Vec<u16> = (0..size).map(|_| free_port()).collect();
    let route = |port: &u16| format!("nats://127.0.0.1:{port}");
    let all: Vec<String> = routes.iter().map(route).collect();
    let servers = routes.iter().enumerate().map(|(n, own)| {
        let (name, own, all) = (format!("n{n}"), route(own), all.join(","));
        let cluster = [
            "--cluster_name",
            "test",
            "--cluster",
            &own,
            "--routes",
            &all,
        ];
        let arguments = [&["--jetstream", "--name", &name], &cluster[..]].concat();
        Server::stopped(free_port(), &arguments)
    });
    servers.collect()
}
