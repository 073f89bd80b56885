//! A log that answers nothing any more once it is told to break.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::{
    AppendError, Appended, Commit, Epoch, EventLog, LogError, LogId, Offset, RecordedEvent,
    RequestKey, StoredReply,
};

pub(super) struct Shaky {
    sound: Arc<dyn EventLog>,
    broken: watch::Sender<bool>,
}

impl Shaky {
    pub(super) fn new(sound: Arc<dyn EventLog>) -> Arc<Self> {
        let broken = watch::Sender::new(false);
        Arc::new(Self { sound, broken })
    }

    pub(super) fn break_down(&self) {
        self.broken.send_replace(true);
    }

    fn check(&self) -> Result<(), LogError> {
        if *self.broken.borrow() {
            return Err(LogError::unavailable("it was broken on purpose"));
        }
        Ok(())
    }
}

#[async_trait]
impl EventLog for Shaky {
    fn logs(&self) -> u16 {
        self.sound.logs()
    }

    fn epoch(&self) -> Epoch {
        self.sound.epoch()
    }

    async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        self.check()?;
        self.sound.append(commit).await
    }

    async fn load(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        self.check()?;
        let loaded = self.sound.load(aggregate_type, aggregate_id, after, limit);
        loaded.await
    }

    async fn read(
        &self,
        log: LogId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        self.check()?;
        self.sound.read(log, after, limit).await
    }

    async fn head(&self, log: LogId) -> Result<Offset, LogError> {
        self.check()?;
        self.sound.head(log).await
    }

    async fn find_request(
        &self,
        log: LogId,
        key: &RequestKey,
    ) -> Result<Option<StoredReply>, LogError> {
        self.check()?;
        self.sound.find_request(log, key).await
    }

    async fn wait_beyond(&self, log: LogId, seen: Offset) {
        let mut broken = self.broken.subscribe();
        // As a log does that cannot be asked: whoever waits finds out.
        tokio::select! {
            () = self.sound.wait_beyond(log, seen) => {}
            _ = broken.wait_for(|broken| *broken) => {}
        }
    }
}
