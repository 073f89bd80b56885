//! The read side: pure folds from recorded events to keyed documents, the runtime that keeps them live, and
//! rebuilds into new generations. Knows nothing of commands.

pub mod live;
pub mod ports;
mod projection;
pub mod reader;

pub use live::Live;
pub use projection::{Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded};
pub use reader::{Found, Reader};
