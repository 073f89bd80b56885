//! What people write about themselves, marked where it enters an event.

use serde::{Deserialize, Serialize};

/// A transparent wrapper today; the seam for erasure by per-person keys later.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal<T>(pub T);
