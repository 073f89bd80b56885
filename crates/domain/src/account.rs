//! A person's account: registered once; its public profile, and what the person is written about, changed as often as
//! they like.

mod command;
mod error;
mod event;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::{
    command::{AccountCommand, Notifications, Profile, Topic},
    error::AccountError,
    event::AccountEvent,
};
use crate::{Aggregate, values::Handle};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Account {
    registered_as: Option<Handle>,
    profile: Profile,
    notifications: Notifications,
}

impl Account {
    /// Whether this person takes part in the marketplace.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.registered_as.is_some()
    }

    #[must_use]
    pub fn is_registered_as(&self, handle: &Handle) -> bool {
        self.registered_as.as_ref() == Some(handle)
    }

    /// What this person wants to be written about.
    #[must_use]
    pub fn notifications(&self) -> Notifications {
        self.notifications
    }
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Error = AccountError;

    fn decide(&self, command: AccountCommand) -> Result<Vec<AccountEvent>, AccountError> {
        match (command, &self.registered_as) {
            (AccountCommand::Register { handle, profile }, None) => {
                Ok(vec![AccountEvent::AccountRegistered { handle, profile }])
            }
            (AccountCommand::Register { handle, .. }, Some(current)) if handle == *current => {
                Ok(vec![])
            }
            (AccountCommand::Register { .. }, Some(_)) => Err(AccountError::AlreadyRegistered),
            (AccountCommand::ChangeProfile { .. }, None) => Err(AccountError::NotRegistered),
            (AccountCommand::ChangeProfile { profile }, Some(_)) if profile == self.profile => {
                Ok(vec![])
            }
            (AccountCommand::ChangeProfile { profile }, Some(_)) => {
                Ok(vec![AccountEvent::ProfileChanged { profile }])
            }
            (AccountCommand::ChooseNotifications { .. }, None) => Err(AccountError::NotRegistered),
            (AccountCommand::ChooseNotifications { notifications }, Some(_))
                if notifications == self.notifications =>
            {
                Ok(vec![])
            }
            (AccountCommand::ChooseNotifications { notifications }, Some(_)) => {
                Ok(vec![AccountEvent::NotificationsChosen { notifications }])
            }
        }
    }

    fn evolve(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::AccountRegistered { handle, profile } => {
                self.registered_as = Some(handle.clone());
                self.profile = profile.clone();
            }
            AccountEvent::ProfileChanged { profile } => self.profile = profile.clone(),
            AccountEvent::NotificationsChosen { notifications } => {
                self.notifications = *notifications;
            }
        }
    }
}
