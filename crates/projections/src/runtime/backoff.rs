//! How long to wait before trying again, and telling of trouble once, not once a try.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(10);

/// Trouble from its first failure to the next success.
pub struct Incident {
    failures: u32,
    longest: Duration,
}

impl Default for Incident {
    fn default() -> Self {
        Self::at_most(LONGEST)
    }
}

impl Incident {
    /// With no wait longer than `longest`.
    #[must_use]
    pub fn at_most(longest: Duration) -> Self {
        let failures = 0;
        Self { failures, longest }
    }

    /// Tells of the trouble if it is new, and waits: 50 ms at first, then twice as long each time, 10 s at most unless
    /// told otherwise.
    pub async fn failed(
        &mut self,
        what: &str,
        error: &(dyn std::error::Error + Sync + 'static),
        stop: &CancellationToken,
    ) {
        if self.failures == 0 {
            tracing::error!(error = %chain(error), "{what} is held up");
        }
        let wait = FIRST.saturating_mul(1 << self.failures.min(8));
        let wait = wait.min(self.longest);
        self.failures = self.failures.saturating_add(1);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => {}
        }
    }

    /// Tells that the trouble is over, if there was any.
    pub fn over(&mut self, what: &str) {
        if self.failures > 0 {
            tracing::info!(failures = self.failures, "{what} goes on");
            self.failures = 0;
        }
    }
}

/// An error with its causes, on one line: `the read store is not available: disk full`.
#[must_use]
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |error| error.source()) {
        let cause = cause.to_string();
        // Transparent wrappers repeat what they wrap.
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_once_each() {
        let inner = crate::ports::ReadStoreError::unavailable("disk full");
        let error = crate::folding::Trouble::from(inner);
        assert_eq!(chain(&error), "the read store is not available: disk full");
    }
}
