//! A handle belongs to one person: one small stream per handle keeps it unique over any number of logs.

use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

use crate::{Aggregate, EventData, values::UserId};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HandleClaim {
    owner: Option<UserId>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum HandleCommand {
    Claim { user_id: UserId },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum HandleEvent {
    HandleClaimed { user_id: UserId },
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

impl Aggregate for HandleClaim {
    const TYPE: &'static str = "handle";
    type Command = HandleCommand;
    type Event = HandleEvent;
    type Error = HandleError;

    fn decide(&self, command: HandleCommand) -> Result<Vec<HandleEvent>, HandleError> {
        let HandleCommand::Claim { user_id } = command;
        match &self.owner {
            None => Ok(vec![HandleEvent::HandleClaimed { user_id }]),
            Some(owner) if *owner == user_id => Ok(vec![]),
            Some(_) => Err(HandleError::HandleTaken),
        }
    }

    fn evolve(&mut self, event: &HandleEvent) {
        match event {
            HandleEvent::HandleClaimed { user_id } => self.owner = Some(user_id.clone()),
        }
    }
}
