//! Profiles: what everybody may know of a person, by user id and by handle.

mod query;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use picasso_domain::{
    DomainEvent,
    account::{AccountEvent, Notifications, Profile},
    values::{Handle, UserId},
};
use serde::{Deserialize, Serialize};

pub(crate) use self::query::{People, person};
pub use self::query::{Person, ProfileQueries};
use crate::{
    Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded,
    fold::{entry, misfit},
};

pub(crate) const HANDLE: &str = "handle";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileDocument {
    pub user_id: UserId,
    pub handle: Handle,
    pub profile: Profile,
    pub registered_at: Timestamp,
    /// Concerns only themselves.
    pub notifications: Notifications,
    /// The account's sequence, which is its etag.
    pub version: u64,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Profiles;

fn news(event: &Recorded) -> Option<&AccountEvent> {
    match &event.data {
        DomainEvent::Account(happened) => Some(happened),
        DomainEvent::Handle(_)
        | DomainEvent::PayoutAccount(_)
        | DomainEvent::Picture(_)
        | DomainEvent::Purchase(_)
        | DomainEvent::Reaction(_) => None,
    }
}

impl Projection for Profiles {
    type Document = Option<ProfileDocument>;
    const NAME: &'static str = "profiles";
    const VERSION: u32 = 2;
    const INDEXES: &'static [Index] = &[Index {
        name: HANDLE,
        order: Order::Ascending,
    }];

    fn keys(&self, event: &Recorded) -> Keys {
        let person = news(event).map(|_| event.event.aggregate_id.clone());
        person.into_iter().collect()
    }

    fn fold(
        &self,
        _key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        let Some(happened) = news(event) else {
            return Ok(Effect::Keep);
        };
        match (happened, document) {
            (AccountEvent::AccountRegistered { handle, profile }, document @ None) => {
                let user_id = UserId::parse(&event.event.aggregate_id)
                    .map_err(|_| misfit(event, "its aggregate id is not a user's"))?;
                *document = Some(ProfileDocument {
                    user_id,
                    handle: handle.clone(),
                    profile: profile.clone(),
                    registered_at: event.event.recorded_at,
                    notifications: Notifications::default(),
                    version: event.event.sequence,
                });
            }
            (AccountEvent::AccountRegistered { .. }, Some(_)) => {
                return Err(misfit(event, "the person has registered before"));
            }
            (AccountEvent::ProfileChanged { profile }, Some(document)) => {
                document.profile = profile.clone();
                document.version = event.event.sequence;
            }
            (AccountEvent::NotificationsChosen { notifications }, Some(document)) => {
                document.notifications = *notifications;
                document.version = event.event.sequence;
            }
            (
                AccountEvent::ProfileChanged { .. } | AccountEvent::NotificationsChosen { .. },
                None,
            ) => {
                return Err(misfit(event, "the person has not registered"));
            }
        }
        Ok(Effect::Keep)
    }

    fn index(&self, _key: &str, document: &Self::Document) -> Vec<IndexEntry> {
        let handle = document.iter().map(|document| document.handle.as_str());
        handle.map(|handle| entry(HANDLE, handle, "")).collect()
    }
}
