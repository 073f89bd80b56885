//! The adapters against the contracts of their ports, over real files and sockets.

#[path = "it/blobs.rs"]
mod blobs;
#[path = "it/contiguous.rs"]
mod contiguous;
#[path = "it/delivery.rs"]
mod delivery;
#[path = "it/desk.rs"]
mod desk;
#[path = "it/effects.rs"]
mod effects;
#[path = "it/event_log.rs"]
mod event_log;
#[path = "it/faulty.rs"]
mod faulty;
#[path = "it/firebase.rs"]
mod firebase;
#[path = "it/lease.rs"]
mod lease;
#[path = "it/local_sandbox.rs"]
mod local_sandbox;
#[path = "it/mailbox.rs"]
mod mailbox;
#[path = "it/market.rs"]
mod market;
#[path = "it/memory.rs"]
mod memory;
#[path = "it/mongo.rs"]
mod mongo;
#[path = "it/nats.rs"]
mod nats;
#[path = "it/postgres.rs"]
mod postgres;
#[path = "it/queries.rs"]
mod queries;
#[path = "it/read_store.rs"]
mod read_store;
#[path = "it/rebuild.rs"]
mod rebuild;
#[path = "it/runtime.rs"]
mod runtime;
#[path = "it/s3.rs"]
mod s3;
#[path = "it/smtp.rs"]
mod smtp;
#[path = "it/sns.rs"]
mod sns;
#[path = "it/stripe.rs"]
mod stripe;
#[path = "it/tally.rs"]
mod tally;
#[path = "it/write_side.rs"]
mod write_side;
