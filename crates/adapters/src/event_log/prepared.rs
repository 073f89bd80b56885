//! A commit on its way into a log.

use picasso_eventlog::{Commit, LogError};

/// A commit with its metadata as the text that is stored.
pub(crate) struct Prepared {
    pub(crate) commit: Commit,
    pub(crate) metadata: String,
}

impl Prepared {
    pub(crate) fn new(commit: Commit) -> Result<Self, LogError> {
        let metadata = serde_json::to_string(&commit.metadata);
        let metadata = metadata.map_err(|error| LogError::Corrupt(error.to_string()))?;
        Ok(Self { commit, metadata })
    }

    /// About as many bytes as it will take.
    pub(crate) fn bytes(&self) -> usize {
        let reply = self.commit.request.as_ref();
        let reply = reply.map_or(0, |request| request.reply.get().len());
        self.commit.payload_bytes() + self.commit.event_count() * self.metadata.len() + reply
    }
}
