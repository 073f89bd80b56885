//! A reader that trusts nobody: each batch must go on exactly where the one before ended.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use tokio::time::timeout;

use crate::{EventFeed, FeedError, FeedStream, LogError, LogId, Offset, RecordedEvent};

/// So often a log may be too busy to be read on a machine that is; readers then subscribe again.
const TROUBLES: usize = 3;
/// No batch takes so long to come unless a rule is broken.
const LIMIT: Duration = Duration::from_secs(20);

pub(super) struct Reader<'a> {
    feed: &'a dyn EventFeed,
    log: LogId,
    last: Offset,
    limit: usize,
    stream: FeedStream,
}

impl<'a> Reader<'a> {
    pub(super) async fn new(
        feed: &'a dyn EventFeed,
        log: LogId,
        after: Offset,
        limit: usize,
    ) -> Self {
        let stream = feed.subscribe(log, after, limit).await;
        Self {
            feed,
            log,
            last: after,
            limit,
            stream: stream.expect("it may subscribe"),
        }
    }

    pub(super) fn last(&self) -> Offset {
        self.last
    }

    /// The next batch, or why there is none; `None` when the stream is over.
    pub(super) async fn batch(&mut self) -> Option<Result<Vec<Arc<RecordedEvent>>, FeedError>> {
        let next = timeout(LIMIT, self.stream.next()).await;
        let batch = match next.expect("something comes in time")? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(error)),
        };
        assert!(
            (1..=self.limit).contains(&batch.len()),
            "{} events",
            batch.len()
        );
        for event in &batch {
            assert_eq!(event.log, self.log, "an event of another log");
            assert_eq!(event.offset, self.last.next(), "of log {}", self.log);
            self.last = event.offset;
        }
        Some(Ok(batch))
    }

    /// Everything up to `offset`, or a little beyond.
    pub(super) async fn read_to(&mut self, offset: Offset) -> Vec<Arc<RecordedEvent>> {
        let (mut events, mut troubles) = (Vec::new(), 0);
        while self.last < offset {
            match self.batch().await.expect("the stream goes on") {
                Ok(batch) => events.extend(batch),
                Err(FeedError::Log(LogError::Unavailable(_))) if troubles < TROUBLES => {
                    troubles += 1;
                    *self = Self::new(self.feed, self.log, self.last, self.limit).await;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        events
    }
}
