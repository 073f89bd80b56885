//! Where a seller is paid: an account at the payment provider, opened once, and whether it can be paid now.
//!
//! Keeps true: a seller has one account; the key it is opened under is stored before the provider is asked; what
//! waits for it is named once it can be paid.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

use crate::{
    Aggregate, EventData,
    values::{PayoutAccountId, PurchaseId, UserId},
};

/// How many purchases may wait at once to be named; more than these are found by their own daily look.
pub const MAX_WAITING: usize = 100;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PayoutAccount {
    key: Option<String>,
    account: Option<PayoutAccountId>,
    is_ready: bool,
    waiting: BTreeSet<PurchaseId>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PayoutAccountCommand {
    Request {
        user_id: UserId,
    },
    /// The provider has opened the account.
    NoteOpened {
        account: PayoutAccountId,
    },
    /// The provider says whether the account can be paid.
    NoteStanding {
        can_be_paid: bool,
    },
    /// The seller's share of a purchase is due, and there is no account to pay it into yet.
    Await {
        purchase_id: PurchaseId,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PayoutAccountEvent {
    /// The key is stored here before the provider is asked, so that asking again is harmless.
    PayoutAccountRequested {
        key: String,
    },
    PayoutAccountOpened {
        account: PayoutAccountId,
    },
    PayoutAwaited {
        purchase_id: PurchaseId,
    },
    /// The seller can be paid, and these purchases have waited for it.
    PayoutsEnabled {
        waiting: BTreeSet<PurchaseId>,
    },
    PayoutsDisabled {},
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayoutAccountError {
    #[error("no account to be paid into was asked for")]
    NotRequested,
    #[error("the account to be paid into is not open yet")]
    NotOpened,
}

impl EventData for PayoutAccountEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::PayoutAccountRequested { .. } => "PayoutAccountRequested",
            Self::PayoutAccountOpened { .. } => "PayoutAccountOpened",
            Self::PayoutAwaited { .. } => "PayoutAwaited",
            Self::PayoutsEnabled { .. } => "PayoutsEnabled",
            Self::PayoutsDisabled {} => "PayoutsDisabled",
        }
    }

    fn version(&self) -> u16 {
        1
    }
}

impl PayoutAccount {
    /// The key under which the account is, or was, opened.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    #[must_use]
    pub fn account(&self) -> Option<&PayoutAccountId> {
        self.account.as_ref()
    }

    /// The account, if it can be paid now.
    #[must_use]
    pub fn ready(&self) -> Option<&PayoutAccountId> {
        self.account.as_ref().filter(|_| self.is_ready)
    }

    fn note_standing(
        &self,
        can_be_paid: bool,
    ) -> Result<Vec<PayoutAccountEvent>, PayoutAccountError> {
        if self.account.is_none() {
            return Err(PayoutAccountError::NotOpened);
        }
        Ok(match (self.is_ready, can_be_paid) {
            (false, true) => {
                let waiting = self.waiting.clone();
                vec![PayoutAccountEvent::PayoutsEnabled { waiting }]
            }
            (true, false) => vec![PayoutAccountEvent::PayoutsDisabled {}],
            (false, false) | (true, true) => vec![],
        })
    }

    fn has_room_for(&self, purchase_id: &PurchaseId) -> bool {
        let is_new = !self.is_ready && !self.waiting.contains(purchase_id);
        is_new && self.waiting.len() < MAX_WAITING
    }
}

impl Aggregate for PayoutAccount {
    const TYPE: &'static str = "payout_account";
    type Command = PayoutAccountCommand;
    type Event = PayoutAccountEvent;
    type Error = PayoutAccountError;

    fn decide(
        &self,
        command: PayoutAccountCommand,
    ) -> Result<Vec<PayoutAccountEvent>, PayoutAccountError> {
        match command {
            PayoutAccountCommand::Request { .. } if self.key.is_some() => Ok(vec![]),
            PayoutAccountCommand::Request { user_id } => {
                let key = format!("payout-account-{user_id}");
                Ok(vec![PayoutAccountEvent::PayoutAccountRequested { key }])
            }
            PayoutAccountCommand::NoteOpened { .. } if self.key.is_none() => {
                Err(PayoutAccountError::NotRequested)
            }
            PayoutAccountCommand::NoteOpened { .. } if self.account.is_some() => Ok(vec![]),
            PayoutAccountCommand::NoteOpened { account } => {
                Ok(vec![PayoutAccountEvent::PayoutAccountOpened { account }])
            }
            PayoutAccountCommand::NoteStanding { can_be_paid } => self.note_standing(can_be_paid),
            PayoutAccountCommand::Await { purchase_id } if self.has_room_for(&purchase_id) => {
                Ok(vec![PayoutAccountEvent::PayoutAwaited { purchase_id }])
            }
            PayoutAccountCommand::Await { .. } => Ok(vec![]),
        }
    }

    fn evolve(&mut self, event: &PayoutAccountEvent) {
        match event {
            PayoutAccountEvent::PayoutAccountRequested { key } => self.key = Some(key.clone()),
            PayoutAccountEvent::PayoutAccountOpened { account } => {
                self.account = Some(account.clone());
            }
            PayoutAccountEvent::PayoutAwaited { purchase_id } => {
                self.waiting.insert(purchase_id.clone());
            }
            PayoutAccountEvent::PayoutsEnabled { .. } => {
                self.is_ready = true;
                self.waiting.clear();
            }
            PayoutAccountEvent::PayoutsDisabled {} => self.is_ready = false,
        }
    }
}
