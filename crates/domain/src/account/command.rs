//! What can be asked of an account.

use serde::{Deserialize, Serialize};

use crate::values::{Bio, DisplayName, Handle, Personal};

/// What people write about themselves.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Profile {
    pub display_name: Personal<DisplayName>,
    pub bio: Personal<Bio>,
}

/// What a person can choose to be written about, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    Sales,
    Likes,
}

/// What a person wants to be written about; everything until they choose. Receipts always come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications {
    pub sales: bool,
    pub likes: bool,
}

impl Default for Notifications {
    fn default() -> Self {
        Self {
            sales: true,
            likes: true,
        }
    }
}

impl Notifications {
    #[must_use]
    pub fn about(self, topic: Topic) -> bool {
        match topic {
            Topic::Sales => self.sales,
            Topic::Likes => self.likes,
        }
    }

    /// The same without one topic.
    #[must_use]
    pub fn without(self, topic: Topic) -> Self {
        match topic {
            Topic::Sales => Self {
                sales: false,
                ..self
            },
            Topic::Likes => Self {
                likes: false,
                ..self
            },
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum AccountCommand {
    /// The handle has been claimed for this person before.
    Register {
        handle: Handle,
        profile: Profile,
    },
    ChangeProfile {
        profile: Profile,
    },
    ChooseNotifications {
        notifications: Notifications,
    },
}
