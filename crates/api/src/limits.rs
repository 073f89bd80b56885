//! Every limit of the API in one place, with its default.

use std::time::Duration;

/// What one process takes on at most.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Open connections; further ones wait in the kernel's queue.
    pub connections: usize,
    /// Calls being answered at once; further ones are refused with `OVERLOADED`.
    pub calls: usize,
    /// Streaming calls that need a role (replays, rebuilds, audits) open at once.
    pub streams: usize,
    /// Orders that people watch at once.
    pub watches: usize,
    /// Those of them by one person.
    pub watches_each: usize,
    /// Streaming calls of anybody (health watches, reflection) open at once.
    pub public_streams: usize,
    /// Queries that wait for their `min_position` at once.
    pub waits: usize,
    /// Bodies being taken in or handed out over plain HTTP at once.
    pub transfers: usize,
    /// Bytes of one incoming gRPC message.
    pub message_bytes: usize,
    /// Bytes of all headers of one request.
    pub header_bytes: u32,
    /// Time for a unary call that names no deadline.
    pub default_timeout: Duration,
    /// The longest deadline a unary call may name.
    pub longest_timeout: Duration,
    /// Time for an upload or a download.
    pub transfer_timeout: Duration,
    /// Time for a request's headers to arrive.
    pub header_timeout: Duration,
    /// How long a query waits for its `min_position` when the call names no deadline.
    pub default_wait: Duration,
    /// The longest such wait.
    pub longest_wait: Duration,
    /// Time for running calls to end when the server is asked to stop.
    pub shutdown_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 2_048,
            calls: 1_024,
            streams: 128,
            watches: 512,
            watches_each: 4,
            public_streams: 128,
            waits: 256,
            transfers: 64,
            message_bytes: 1 << 20,
            header_bytes: 16 << 10,
            default_timeout: Duration::from_secs(30),
            longest_timeout: Duration::from_secs(120),
            transfer_timeout: Duration::from_secs(900),
            header_timeout: Duration::from_secs(10),
            default_wait: Duration::from_secs(5),
            longest_wait: Duration::from_secs(10),
            shutdown_grace: Duration::from_secs(10),
        }
    }
}
