//! The read side: pure folds from recorded events to keyed documents, the runtime that keeps them live, and
//! rebuilds into new generations. Knows nothing of commands.

pub mod audit;
pub mod blobs;
pub mod contract;
pub mod erased;
mod fold;
pub mod folding;
pub mod gallery;
pub mod ledger;
pub mod library;
pub mod live;
pub mod orders;
pub mod payouts;
pub mod ports;
pub mod profiles;
mod projection;
pub mod provenance;
pub mod query;
pub mod reactions;
pub mod reader;
pub mod rebuild;
pub mod runtime;
pub mod sales;
#[cfg(test)]
mod samples;
pub mod suggestions;

pub use live::Live;
pub use projection::{Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded};
pub use reader::{Found, Reader};
