//! A handle belongs to one person: one small stream per handle keeps it unique over any number of logs.
//!
//! Keeps true: who claims a handle has it for good once they are registered under it; a claim that came to
//! nothing lapses, so nobody keeps handles by starting registrations.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

use crate::{Aggregate, EventData, values::UserId};

/// How long a claim keeps others away before its holder is registered: far longer than a registration may take,
/// because taking over a claim and registering under it are not one transaction.
pub const CLAIM_TERM: SignedDuration = SignedDuration::from_mins(10);
/// A claim that is older is renewed before its holder goes on.
const RENEWED_AFTER: SignedDuration = SignedDuration::from_mins(5);

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HandleClaim {
    held: Option<Held>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Held {
    by: UserId,
    since: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub enum HandleCommand {
    Claim {
        user_id: UserId,
        at: Timestamp,
        /// Whether the present holder was found not to be registered under it.
        unused: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum HandleEvent {
    HandleClaimed { user_id: UserId, at: Timestamp },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    #[error("this handle belongs to somebody else")]
    HandleTaken,
}

impl EventData for HandleEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::HandleClaimed { .. } => "HandleClaimed",
        }
    }

    fn version(&self) -> u16 {
        1
    }
}

impl HandleClaim {
    /// Whoever claimed it last.
    #[must_use]
    pub fn holder(&self) -> Option<&UserId> {
        self.held.as_ref().map(|held| &held.by)
    }
}

impl Held {
    fn is_older_than(&self, age: SignedDuration, now: Timestamp) -> bool {
        now.duration_since(self.since) >= age
    }
}

impl Aggregate for HandleClaim {
    const TYPE: &'static str = "handle";
    type Command = HandleCommand;
    type Event = HandleEvent;
    type Error = HandleError;

    fn decide(&self, command: HandleCommand) -> Result<Vec<HandleEvent>, HandleError> {
        let HandleCommand::Claim {
            user_id,
            at,
            unused,
        } = command;
        let claimed = || {
            vec![HandleEvent::HandleClaimed {
                user_id: user_id.clone(),
                at,
            }]
        };
        match &self.held {
            None => Ok(claimed()),
            Some(held) if held.by == user_id => {
                let renewed = unused && held.is_older_than(RENEWED_AFTER, at);
                Ok(if renewed { claimed() } else { vec![] })
            }
            Some(held) if unused && held.is_older_than(CLAIM_TERM, at) => Ok(claimed()),
            Some(_) => Err(HandleError::HandleTaken),
        }
    }

    fn evolve(&mut self, event: &HandleEvent) {
        match event {
            HandleEvent::HandleClaimed { user_id, at } => {
                self.held = Some(Held {
                    by: user_id.clone(),
                    since: *at,
                });
            }
        }
    }
}
