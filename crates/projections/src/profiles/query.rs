//! Queries of profiles, and the names other models join to the people they speak of.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use picasso_domain::values::{Handle, UserId};

use super::{HANDLE, ProfileDocument, Profiles};
use crate::{
    Live, Order, Reader,
    ports::{PageRequest, ReadStoreError},
    query::QueryError,
};

/// How a person is named beside what they made or did. The names are empty for somebody who is not registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub user_id: UserId,
    pub handle: String,
    pub display_name: String,
}

/// Answers who people are.
#[derive(Clone)]
pub struct ProfileQueries {
    profiles: Reader<Profiles>,
}

impl ProfileQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>) -> Self {
        let profiles = Reader::new(Arc::clone(live));
        Self { profiles }
    }

    /// # Errors
    /// [`QueryError::NotFound`] or [`QueryError::Store`].
    pub async fn get(&self, user_id: &UserId) -> Result<ProfileDocument, QueryError> {
        let found = self.profiles.get(user_id.as_str()).await?;
        found
            .flatten()
            .ok_or(QueryError::NotFound { what: "person" })
    }

    /// # Errors
    /// [`QueryError::NotFound`] or [`QueryError::Store`].
    pub async fn by_handle(&self, handle: &Handle) -> Result<ProfileDocument, QueryError> {
        let request = PageRequest {
            index: HANDLE,
            order: Order::Ascending,
            prefix: handle.as_str(),
            after: None,
            limit: 1,
        };
        let found = self.profiles.page(request).await?;
        let profile = found.into_iter().find_map(|found| found.document);
        profile.ok_or(QueryError::NotFound { what: "person" })
    }
}

/// Names people for other models.
#[derive(Clone)]
pub(crate) struct People {
    profiles: Reader<Profiles>,
}

impl People {
    pub(crate) fn new(live: &Arc<Live>) -> Self {
        let profiles = Reader::new(Arc::clone(live));
        Self { profiles }
    }

    /// All of them with one reading.
    pub(crate) async fn named<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a UserId>,
    ) -> Result<HashMap<UserId, Person>, ReadStoreError> {
        let ids: HashSet<&UserId> = ids.into_iter().collect();
        let keys: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let found = self.profiles.get_many(&keys).await?;
        let profiles = found.into_values().flatten();
        Ok(profiles.map(|it| (it.user_id.clone(), it.into())).collect())
    }
}

pub(crate) fn person(named: &HashMap<UserId, Person>, id: &UserId) -> Person {
    let nameless = || Person {
        user_id: id.clone(),
        handle: String::new(),
        display_name: String::new(),
    };
    named.get(id).cloned().unwrap_or_else(nameless)
}

impl From<ProfileDocument> for Person {
    fn from(document: ProfileDocument) -> Self {
        Self {
            handle: document.handle.as_str().to_owned(),
            display_name: document.profile.display_name.0.as_str().to_owned(),
            user_id: document.user_id,
        }
    }
}
