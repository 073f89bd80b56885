//! Connect's Express accounts: opened empty, enabled once their owner has told what is asked on the hosted page.
//!
//! Shapes: <https://docs.stripe.com/api/accounts>, <https://docs.stripe.com/api/account_links>.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::{Failure, Refusal};
use super::objects;
use super::params::{Metadata, check_metadata, check_url, missing};
use crate::error::Result;
use crate::{ids, webhooks};

/// Stripe's links live for minutes (<https://docs.stripe.com/api/account_links/object>).
const LINK_LIFETIME_S: i64 = 300;

pub(crate) struct Account {
    pub id: String,
    pub metadata: Metadata,
    pub details_submitted: bool,
    pub is_enabled: bool,
    pub created: i64,
}

/// The right to speak for an account on the hosted page, once.
pub(crate) struct Link {
    pub id: String,
    pub account: String,
    pub return_url: String,
    pub refresh_url: String,
    pub expires_at: i64,
    pub is_used: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateAccount {
    r#type: Option<String>,
    #[serde(default)]
    capabilities: Capabilities,
    #[serde(default)]
    metadata: Metadata,
    // Accepted because they change nothing here.
    #[serde(rename = "country")]
    _country: Option<String>,
    #[serde(rename = "email")]
    _email: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Capabilities {
    transfers: Option<Capability>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Capability {
    requested: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateLink {
    pub account: String,
    r#type: String,
    return_url: Option<String>,
    refresh_url: Option<String>,
}

impl CreateAccount {
    pub fn check(&self) -> Result<(), Refusal> {
        if self.r#type.as_deref() != Some("express") {
            return Err(Refusal::invalid("The sandbox opens `type` express only.").param("type"));
        }
        let transfers = self.capabilities.transfers.as_ref();
        if !transfers.is_some_and(|transfers| transfers.requested) {
            return Err(missing("capabilities[transfers][requested]"));
        }
        check_metadata("metadata", &self.metadata)
    }

    /// What a fault may name the account by before it has an id.
    pub fn subject(&self) -> String {
        json!(self.metadata).to_string()
    }
}

pub(super) fn create(
    tx: &Transaction<'_>,
    request: CreateAccount,
    now_s: i64,
) -> Result<Value, Failure> {
    let account = Account {
        id: ids::connect_account(),
        metadata: request.metadata,
        details_submitted: false,
        is_enabled: false,
        created: now_s,
    };
    account.insert(tx)?;
    Ok(objects::account(&account))
}

pub(super) fn retrieve(tx: &Transaction<'_>, id: &str) -> Result<Value, Failure> {
    Ok(objects::account(&Account::load(tx, id, "account")?))
}

pub(super) fn create_link(
    tx: &Transaction<'_>,
    request: CreateLink,
    now_s: i64,
    url: &str,
) -> Result<Value, Failure> {
    if request.r#type != "account_onboarding" {
        let message = "The sandbox supports `type` account_onboarding only.";
        return Err(Refusal::invalid(message).param("type").into());
    }
    let return_url = request.return_url.ok_or_else(|| missing("return_url"))?;
    let refresh_url = request.refresh_url.ok_or_else(|| missing("refresh_url"))?;
    check_url("return_url", &return_url)?;
    check_url("refresh_url", &refresh_url)?;
    let account = Account::load(tx, &request.account, "account")?;
    let link = Link {
        id: ids::account_link(),
        account: account.id,
        return_url,
        refresh_url,
        expires_at: now_s + LINK_LIFETIME_S,
        is_used: false,
    };
    link.insert(tx)?;
    Ok(json!({
        "object": "account_link",
        "created": now_s,
        "expires_at": link.expires_at,
        "url": format!("{url}/connect/onboarding/{}", link.id),
    }))
}

impl Account {
    pub fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<Self>> {
        let found = tx
            .query_row(
                "SELECT * FROM connect_accounts WHERE id = ?",
                [id],
                Self::read,
            )
            .optional()?;
        let Some((account, metadata)) = found else {
            return Ok(None);
        };
        Ok(Some(Self {
            metadata: serde_json::from_str(&metadata)?,
            ..account
        }))
    }

    pub fn count(tx: &Transaction<'_>) -> Result<u64> {
        let count = "SELECT count(*) FROM connect_accounts";
        Ok(tx.query_row(count, [], |row| row.get(0))?)
    }

    pub(super) fn load(tx: &Transaction<'_>, id: &str, param: &str) -> Result<Self, Failure> {
        Ok(Self::find(tx, id)?.ok_or_else(|| Refusal::no_such("account", param, id))?)
    }

    /// The owner has told everything, or Stripe is not content with it any more.
    pub fn set_enabled(&mut self, tx: &Transaction<'_>, is_enabled: bool) -> Result<()> {
        self.is_enabled = is_enabled;
        self.details_submitted |= is_enabled;
        tx.execute(
            "UPDATE connect_accounts SET is_enabled = ?, details_submitted = ? WHERE id = ?",
            params![self.is_enabled, self.details_submitted, self.id],
        )?;
        webhooks::record(tx, "account.updated", &objects::account(self))
    }

    fn insert(&self, tx: &Transaction<'_>) -> Result<()> {
        tx.execute(
            "INSERT INTO connect_accounts (id, metadata, details_submitted, is_enabled, created) VALUES (?, ?, ?, ?, ?)",
            params![
                self.id,
                serde_json::to_string(&self.metadata)?,
                self.details_submitted,
                self.is_enabled,
                self.created
            ],
        )?;
        Ok(())
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<(Self, String)> {
        let account = Self {
            id: row.get("id")?,
            metadata: Metadata::new(),
            details_submitted: row.get("details_submitted")?,
            is_enabled: row.get("is_enabled")?,
            created: row.get("created")?,
        };
        Ok((account, row.get("metadata")?))
    }
}

impl Link {
    pub fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<Self>> {
        Ok(tx
            .query_row("SELECT * FROM account_links WHERE id = ?", [id], Self::read)
            .optional()?)
    }

    pub fn use_up(&mut self, tx: &Transaction<'_>) -> Result<()> {
        self.is_used = true;
        tx.execute(
            "UPDATE account_links SET is_used = 1 WHERE id = ?",
            [&self.id],
        )?;
        Ok(())
    }

    fn insert(&self, tx: &Transaction<'_>) -> Result<()> {
        tx.execute(
            "INSERT INTO account_links (id, account, return_url, refresh_url, expires_at, is_used) VALUES (?, ?, ?, ?, ?, ?)",
            params![
                self.id,
                self.account,
                self.return_url,
                self.refresh_url,
                self.expires_at,
                self.is_used
            ],
        )?;
        Ok(())
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            account: row.get("account")?,
            return_url: row.get("return_url")?,
            refresh_url: row.get("refresh_url")?,
            expires_at: row.get("expires_at")?,
            is_used: row.get("is_used")?,
        })
    }
}
