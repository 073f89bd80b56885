//! The accounts of the ledger.

use std::fmt;

use picasso_domain::values::UserId;
use serde::{Deserialize, Serialize};

const SELLER_PREFIX: &str = "seller/";

/// An account of the ledger; stored by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Account {
    /// Money at the payment provider: ours to move.
    Provider,
    /// Money in disputes that are not decided: with the buyers' banks.
    Disputed,
    /// What buyers have paid and nobody has earned: it goes back to them.
    Buyers,
    /// What Picasso has earned.
    Fees,
    /// What a seller has earned and not been paid; a debit is what they owe us.
    Seller(UserId),
}

/// There is no account of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the ledger has no account {0}")]
pub struct UnknownAccount(pub String);

impl Account {
    /// # Errors
    /// [`UnknownAccount`].
    pub fn parse(name: &str) -> Result<Self, UnknownAccount> {
        match name {
            "provider" => Ok(Self::Provider),
            "disputed" => Ok(Self::Disputed),
            "buyers" => Ok(Self::Buyers),
            "fees" => Ok(Self::Fees),
            _ => {
                let seller = name.strip_prefix(SELLER_PREFIX);
                let seller = seller.and_then(|id| UserId::parse(id).ok());
                let seller = seller.map(Self::Seller);
                seller.ok_or_else(|| UnknownAccount(name.to_owned()))
            }
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider => f.write_str("provider"),
            Self::Disputed => f.write_str("disputed"),
            Self::Buyers => f.write_str("buyers"),
            Self::Fees => f.write_str("fees"),
            Self::Seller(id) => write!(f, "{SELLER_PREFIX}{id}"),
        }
    }
}

impl TryFrom<String> for Account {
    type Error = UnknownAccount;
    fn try_from(name: String) -> Result<Self, UnknownAccount> {
        Self::parse(&name)
    }
}

impl From<Account> for String {
    fn from(account: Account) -> Self {
        account.to_string()
    }
}
