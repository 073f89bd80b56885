//! What a refused query is answered with.

use picasso_projections::{
    folding::Trouble,
    ports::ReadStoreError,
    query::{PageTokenError, QueryError},
};

use super::{Reason, Refusal};

impl From<QueryError> for Refusal {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Store(error) => error.into(),
            QueryError::PageToken(error) => error.into(),
            QueryError::NotFound { what } => Self::new(not_found(what)).with("what", what),
            QueryError::InvalidFilter { field, why } => Self::invalid(field, "FILTER", &why),
        }
    }
}

fn not_found(what: &str) -> Reason {
    match what {
        "person" => Reason::AccountNotFound,
        "order" => Reason::PurchaseNotFound,
        _ => Reason::PictureNotFound,
    }
}

impl From<PageTokenError> for Refusal {
    fn from(error: PageTokenError) -> Self {
        let PageTokenError = error;
        Self::new(Reason::InvalidPageToken).at("page_token", "does not belong to this listing")
    }
}

impl From<ReadStoreError> for Refusal {
    fn from(error: ReadStoreError) -> Self {
        match error {
            ReadStoreError::Unavailable(_) | ReadStoreError::NotBuilt(_) => {
                Self::unavailable(&error).with("service", "read store")
            }
            ReadStoreError::Corrupt(_)
            | ReadStoreError::NoGeneration(_)
            | ReadStoreError::StillLive(_)
            | ReadStoreError::TooMany(_) => Self::internal(&error),
        }
    }
}

impl From<Trouble> for Refusal {
    fn from(error: Trouble) -> Self {
        match error {
            Trouble::Store(error) => error.into(),
            Trouble::Log(error) => error.into(),
            Trouble::Feed(error) => error.into(),
            Trouble::Undecodable { .. } => Self::internal(&error),
            Trouble::Contended(_) => Self::new(Reason::Contended),
        }
    }
}
