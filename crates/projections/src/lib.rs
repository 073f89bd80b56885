//! The read side: pure folds from recorded events to keyed documents, the runtime that keeps them live, and
//! rebuilds into new generations. Knows nothing of commands.

pub mod blobs;
pub mod contract;
mod fold;
pub mod gallery;
pub mod library;
pub mod live;
pub mod orders;
pub mod ports;
pub mod profiles;
mod projection;
pub mod query;
pub mod reactions;
pub mod reader;
pub mod sales;
#[cfg(test)]
mod samples;

pub use live::Live;
pub use projection::{Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded};
pub use reader::{Found, Reader};
