//! Settings of the feed: by NATS JetStream, or without it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Secret;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Feed {
    /// The NATS servers that carry events to readers, `nats://user:password@host:4222`, several separated by commas;
    /// readers read the log themselves if not set.
    pub url: Option<Secret>,
    /// What names of streams and subjects begin with; deployments that share servers need one each.
    pub prefix: String,
    /// On how many servers each stream is stored: 1, 3 or 5.
    pub replicas: usize,
    /// How many events of each log the streams keep; 0 for all. What is not kept is read from the log.
    pub max_events: u64,
    /// How many bytes of each log the streams keep; 0 for all.
    pub max_bytes: u64,
    /// How long streams keep an event; 0 for ever.
    pub max_age_s: u64,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            url: None,
            prefix: "picasso".to_owned(),
            replicas: 1,
            max_events: 0,
            max_bytes: 0,
            max_age_s: 0,
        }
    }
}

impl Feed {
    /// Where the servers are, if there are any.
    pub fn url(&self) -> Option<&str> {
        let url = self.url.as_ref().map(Secret::reveal);
        url.filter(|url| !url.is_empty())
    }

    pub fn max_age(&self) -> Duration {
        Duration::from_secs(self.max_age_s)
    }

    /// Rules that one setting alone can break.
    pub(super) fn rules(&self) -> [(&'static str, bool, &'static str); 4] {
        [
            (
                "feed.url",
                self.url().is_none_or(names_nats),
                "must begin with nats:// or tls://",
            ),
            (
                "feed.prefix",
                is_word(&self.prefix),
                "must be 1 to 32 letters, digits, - or _",
            ),
            (
                "feed.replicas",
                [1, 3, 5].contains(&self.replicas),
                "must be 1, 3 or 5",
            ),
            (
                "feed.max_age_s",
                self.max_age_s <= 100 * 365 * 24 * 3600,
                "must be at most 100 years",
            ),
        ]
    }
}

fn names_nats(urls: &str) -> bool {
    let mut urls = urls.split(',').map(str::trim);
    urls.all(|url| url.starts_with("nats://") || url.starts_with("tls://"))
}

fn is_word(prefix: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=32).contains(&prefix.len()) && prefix.chars().all(allowed)
}
