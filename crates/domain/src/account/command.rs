//! What can be asked of an account.

use serde::{Deserialize, Serialize};

use crate::values::{Bio, DisplayName, Handle, Personal};

/// What people write about themselves.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Profile {
    pub display_name: Personal<DisplayName>,
    pub bio: Personal<Bio>,
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
}
