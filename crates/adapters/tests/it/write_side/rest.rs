//! Waiting until a market is at rest: nothing under way, nothing planned. Time is moved to whatever is due
//! next, so that no test waits for a clock.

use picasso_commands::{
    ports::Clock,
    reactors::{
        Audit, Likes, LookAtPayments, Onboard, PayOut, PayoutPlanner, Planner, Post,
        ReceiptPlanner, Settle, SettlePlanner, Worker,
    },
};
use picasso_domain::Timestamp;
use picasso_eventlog::LogId;
use tokio::time::{Duration, interval, timeout};

use super::fixture::{LIMIT, Market};

/// What waits longer, for a holding time, a seller or a bank, is left waiting: see [`Market::pass`].
const SOON: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);

enum Rest {
    Busy,
    /// Nothing to do before this time.
    Until(Timestamp),
    Idle,
}

impl Market {
    /// Lets the reactors work, as long as it takes them, until nothing is left to do.
    pub async fn settle(&self) {
        let at_rest = async {
            let mut beat = interval(Duration::from_millis(15));
            let mut idle = 0;
            // Twice: what was under way during the first look is seen by the second.
            while idle < 2 {
                beat.tick().await;
                idle = match self.rest().await {
                    Rest::Busy => 0,
                    Rest::Until(due) => {
                        self.advance(due.duration_since(self.clock.now()));
                        0
                    }
                    Rest::Idle => idle + 1,
                };
            }
        };
        let settled = timeout(LIMIT, at_rest).await;
        settled.expect("the market comes to rest");
    }

    /// Time passes, and everything follows from it.
    pub async fn pass(&self, time: jiff::SignedDuration) {
        self.advance(time);
        self.settle().await;
    }

    async fn rest(&self) -> Rest {
        if self.webhooks_pending().await > 0 || self.is_behind().await {
            return Rest::Busy;
        }
        let now = self.clock.now();
        let mut next: Option<Timestamp> = None;
        for kind in [Settle::KIND, Audit::KIND, Post::KIND, LookAtPayments::KIND] {
            let (_, due) = self.agenda.backlog(kind).await.expect("reads");
            next = next.into_iter().chain(due).min();
        }
        for kind in [PayOut::KIND, Onboard::KIND] {
            let (_, due) = self.agenda.backlog(kind).await.expect("reads");
            let due = due.filter(|due| *due <= now + SOON);
            next = next.into_iter().chain(due).min();
        }
        // There is always a next tally of likes; one that is due is under way.
        let (_, tally) = self.agenda.backlog(Likes::KIND).await.expect("reads");
        if tally.is_some_and(|due| due <= now) {
            return Rest::Busy;
        }
        match next {
            None => Rest::Idle,
            Some(due) if due <= now => Rest::Busy,
            Some(due) => Rest::Until(due),
        }
    }

    async fn webhooks_pending(&self) -> u64 {
        let url = format!("{}/sandbox/webhooks", self.sandbox_url);
        let answer = self.http.get(url).send().await.expect("an answer");
        let found: serde_json::Value = answer.json().await.expect("JSON");
        found["pending"].as_u64().expect("a number")
    }

    /// Whether a webhook or an event waits to be looked at.
    async fn is_behind(&self) -> bool {
        if !self.inbox.unhandled(1).await.expect("reads").is_empty() {
            return true;
        }
        for log in (0..self.log.logs()).map(LogId) {
            let head = self.log.head(log).await.expect("reads");
            for reactor in [
                SettlePlanner::NAME,
                ReceiptPlanner::NAME,
                PayoutPlanner::NAME,
            ] {
                let seen = self.agenda.checkpoint(reactor, log.0).await.expect("reads");
                if seen < head.0 {
                    return true;
                }
            }
        }
        false
    }
}
