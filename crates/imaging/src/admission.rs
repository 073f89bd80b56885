//! Who may decode now: a bounded queue, a number of workers, and one memory budget weighed in KiB.
//!
//! Keeps true: the estimates of all admitted pictures never add up to more than the budget, and nobody waits
//! longer than the limit.

use std::{sync::Arc, time::Duration};

use picasso_commands::ports::DevelopError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const KIB: u64 = 1024;

pub struct Admission {
    queue: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    memory_kib: Arc<Semaphore>,
    max_wait: Duration,
}

/// A place in the queue, given back when dropped.
pub struct Place<'a> {
    admission: &'a Admission,
    place: OwnedSemaphorePermit,
}

/// The right to decode now, given back when dropped.
#[must_use]
pub struct Admitted {
    _permits: [OwnedSemaphorePermit; 3],
}

impl Admission {
    pub fn new(limits: &super::Limits) -> Self {
        let budget_kib = limits.memory_budget_bytes / KIB;
        let budget_kib = usize::try_from(budget_kib).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            queue: Arc::new(Semaphore::new(limits.max_queued)),
            workers: Arc::new(Semaphore::new(limits.workers.max(1))),
            memory_kib: Arc::new(Semaphore::new(budget_kib.min(Semaphore::MAX_PERMITS))),
            max_wait: Duration::from_millis(limits.max_wait_millis),
        }
    }

    /// Takes a place in the queue, or says at once that there is none.
    pub fn queue(&self) -> Result<Place<'_>, DevelopError> {
        let place = Arc::clone(&self.queue).try_acquire_owned();
        let place = place.map_err(|_| DevelopError::Busy)?;
        let admission = self;
        Ok(Place { admission, place })
    }

    async fn permits(&self, kib: u32) -> Result<[OwnedSemaphorePermit; 2], DevelopError> {
        let worker = Arc::clone(&self.workers).acquire_owned().await;
        let memory = Arc::clone(&self.memory_kib).acquire_many_owned(kib).await;
        match (worker, memory) {
            (Ok(worker), Ok(memory)) => Ok([worker, memory]),
            (Err(closed), _) | (_, Err(closed)) => Err(DevelopError::Internal(closed.into())),
        }
    }
}

impl Place<'_> {
    /// Waits, first come first served, until a worker and `bytes` of memory are free.
    pub async fn admit(self, bytes: u64) -> Result<Admitted, DevelopError> {
        let kib = u32::try_from(bytes.div_ceil(KIB)).map_err(|_| DevelopError::Busy)?;
        let waited = tokio::time::timeout(self.admission.max_wait, self.admission.permits(kib));
        let [worker, memory] = waited.await.unwrap_or(Err(DevelopError::Busy))?;
        Ok(Admitted {
            _permits: [self.place, worker, memory],
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures::future::join_all;

    use super::*;
    use crate::Limits;

    #[tokio::test(flavor = "multi_thread")]
    async fn fifty_at_once_never_hold_more_than_the_budget() {
        const BUDGET: u64 = 100 * KIB;
        let limits = Limits {
            workers: 50,
            max_queued: 50,
            memory_budget_bytes: BUDGET,
            ..Limits::default()
        };
        let admission = Admission::new(&limits);
        let (held, most) = (AtomicU64::new(0), AtomicU64::new(0));
        let each = |number: u64| {
            let (admission, held, most) = (&admission, &held, &most);
            async move {
                let bytes = (1 + number % 7) * 9 * KIB;
                let place = admission.queue().expect("a place");
                let admitted = place.admit(bytes).await.expect("admitted");
                let now = held.fetch_add(bytes, Ordering::SeqCst) + bytes;
                most.fetch_max(now, Ordering::SeqCst);
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                held.fetch_sub(bytes, Ordering::SeqCst);
                drop(admitted);
            }
        };
        join_all((0..50).map(each)).await;
        let most = most.into_inner();
        assert!(most <= BUDGET, "{most} bytes were held");
        assert!(most > BUDGET / 2, "the budget was not used: {most} bytes");
    }
}
