//! The sandbox's time. Tests move it forward to see sessions and codes expire without waiting; signatures and
//! tokens keep to the real time, because others check those against their own clocks.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Clock {
    ahead_ms: AtomicI64,
}

impl Clock {
    /// Seconds since the Unix epoch, as moved.
    pub fn now_s(&self) -> i64 {
        (real_now_ms() + self.ahead_ms.load(Ordering::Relaxed)) / 1000
    }

    pub fn advance(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
        self.ahead_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}

/// Milliseconds since the Unix epoch.
pub(crate) fn real_now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Seconds since the Unix epoch.
pub(crate) fn real_now_s() -> i64 {
    jiff::Timestamp::now().as_second()
}
