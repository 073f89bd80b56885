//! What happened to an account.

use serde::{Deserialize, Serialize};

use super::command::{Notifications, Profile};
use crate::{EventData, values::Handle};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AccountEvent {
    AccountRegistered { handle: Handle, profile: Profile },
    ProfileChanged { profile: Profile },
    NotificationsChosen { notifications: Notifications },
}

impl EventData for AccountEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::AccountRegistered { .. } => "AccountRegistered",
            Self::ProfileChanged { .. } => "ProfileChanged",
            Self::NotificationsChosen { .. } => "NotificationsChosen",
        }
    }

    fn version(&self) -> u16 {
        1
    }
}
