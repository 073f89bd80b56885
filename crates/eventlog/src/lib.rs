//! The log as a port: positions, recorded events, the [`EventLog`] and [`EventFeed`] traits and the contract
//! every adapter passes.
//!
//! Keeps true: offsets of a log are 1, 2, 3 … without holes, in commit order, so `next == last + 1` proves
//! that nothing was missed.

pub mod contiguous;
pub mod contract;
mod feed;
pub mod history;
pub mod lease;
mod log;
mod position;
mod recorded;

pub use contiguous::Contiguous;
pub use feed::{Batch, EventFeed, FeedError, FeedStream, LogFeed, Reach, reach, refuse_beyond};
pub use log::{
    AppendError, Appended, Commit, EventLog, LogError, MAX_COMMIT_BYTES, MAX_COMMIT_EVENTS,
    MAX_READ, NewEvent, Request, RequestKey, StoredReply, StreamAppend,
};
pub use position::{Epoch, LogId, Offset, ParsePositionError, Position, route};
pub use recorded::{Metadata, RecordedEvent};
