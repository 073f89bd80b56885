//! How long a stream has ended at the same place although more was to be sent.

use std::time::Duration;

use picasso_eventlog::Offset;
use tokio::time::Instant;

/// Begins anew whenever the stream has moved, or has taken everything.
#[derive(Debug, Default)]
pub struct Stall(Option<(Offset, Instant)>);

impl Stall {
    /// Notes where the stream ends; answers for how long it has.
    pub fn at(&mut self, end: Offset) -> Duration {
        match self.0 {
            Some((stalled, since)) if stalled == end => since.elapsed(),
            _ => {
                self.0 = Some((end, Instant::now()));
                Duration::ZERO
            }
        }
    }

    /// Everything was taken.
    pub fn over(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Offset, Stall};

    #[tokio::test(start_paused = true)]
    async fn a_stall_lasts_while_the_end_stays_and_not_all_was_taken() {
        let second = Duration::from_secs(1);
        let mut stall = Stall::default();
        assert_eq!(stall.at(Offset(7)), Duration::ZERO);
        tokio::time::advance(second).await;
        assert_eq!(stall.at(Offset(7)), second);
        assert_eq!(stall.at(Offset(8)), Duration::ZERO, "it has moved");
        tokio::time::advance(second).await;
        stall.over();
        assert_eq!(stall.at(Offset(8)), Duration::ZERO, "everything was taken");
    }
}
