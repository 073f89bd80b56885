//! What the event logs share, whatever stores them: known heads, and the rules a commit and a page keep.

pub(crate) mod checks;
pub(crate) mod heads;
pub(crate) mod prepared;
pub(crate) mod queue;
