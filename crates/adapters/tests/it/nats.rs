//! The relay and the JetStream feed over a real server, each case with streams of its own.

#[path = "nats/away.rs"]
mod away;
#[path = "nats/contract.rs"]
mod contract;
#[path = "nats/deployment.rs"]
mod deployment;
#[path = "nats/full_disk.rs"]
mod full_disk;
#[path = "nats/relay.rs"]
mod relay;
#[path = "nats/sabotage.rs"]
mod sabotage;
#[path = "nats/server.rs"]
mod server;
#[path = "nats/surroundings.rs"]
mod surroundings;

/// The server that tests may share.
fn shared_server() -> String {
    picasso_testing::variable("PICASSO_TEST_NATS_URL")
}
