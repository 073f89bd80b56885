//! The read side: pure folds from recorded events to keyed documents, the runtime that keeps them live, and
//! rebuilds into new generations. Knows nothing of commands.

pub mod ports;
mod projection;

pub use projection::{Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded};
