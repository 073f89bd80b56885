//! Accounts and refresh tokens as stored. Refresh tokens are kept as hashes only.

use rusqlite::{ErrorCode, OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};

use super::IdentityError;
use crate::error::{Result, SandboxError};
use crate::ids;

/// RFC 5321's limits on an address and its local part.
const MAX_EMAIL_BYTES: usize = 254;
const MAX_LOCAL_PART_BYTES: usize = 64;
const MAX_ROLES: usize = 20;
const MAX_ROLE_BYTES: usize = 40;
const MAX_REFRESH_TOKENS: u32 = 50;

/// A person as the identity service knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user id: `sub` of the tokens, 28 alphanumerics.
    pub local_id: String,
    pub email: String,
    pub roles: Vec<String>,
    /// Seconds since the Unix epoch.
    pub created_at_s: i64,
}

/// Trims, lowercases and checks an address; whether mail arrives there is not for us to know.
pub(super) fn parse_email(email: &str) -> Result<String, IdentityError> {
    let email = email.trim().to_lowercase();
    let is_clean = email.len() <= MAX_EMAIL_BYTES
        && !email
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "<>,;\"()".contains(c));
    let is_whole = email.split_once('@').is_some_and(|(local, domain)| {
        (1..=MAX_LOCAL_PART_BYTES).contains(&local.len())
            && !domain.contains('@')
            && !domain.is_empty()
            && domain.split('.').all(|label| !label.is_empty())
    });
    if is_clean && is_whole {
        Ok(email)
    } else {
        Err(IdentityError::InvalidEmail)
    }
}

pub(super) fn check_roles(roles: &[String]) -> Result<(), IdentityError> {
    let is_role = |role: &String| {
        (1..=MAX_ROLE_BYTES).contains(&role.len())
            && role
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    if roles.len() <= MAX_ROLES && roles.iter().all(is_role) {
        Ok(())
    } else {
        Err(IdentityError::InvalidRole)
    }
}

pub(super) fn insert(
    tx: &Transaction<'_>,
    account: &Account,
    password_hash: &str,
) -> Result<(), IdentityError> {
    let inserted = tx.execute(
        "INSERT INTO accounts (local_id, email, password_hash, roles, created) VALUES (?, ?, ?, ?, ?)",
        params![account.local_id, account.email, password_hash, roles_json(&account.roles)?, account.created_at_s],
    );
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(IdentityError::EmailExists)
        }
        Err(error) => Err(SandboxError::from(error).into()),
    }
}

pub(super) fn with_hash(
    tx: &Transaction<'_>,
    email: &str,
) -> Result<Option<(Account, String)>, IdentityError> {
    let found = tx
        .query_row("SELECT * FROM accounts WHERE email = ?", [email], |row| {
            Ok((read(row)?, row.get("roles")?, row.get("password_hash")?))
        })
        .optional()
        .map_err(SandboxError::from)?;
    let Some((account, roles, hash)): Option<(Account, String, String)> = found else {
        return Ok(None);
    };
    Ok(Some((with_roles(account, &roles)?, hash)))
}

pub(super) fn set_roles(
    tx: &Transaction<'_>,
    email: &str,
    roles: Vec<String>,
) -> Result<Account, IdentityError> {
    let (account, _) = with_hash(tx, email)?.ok_or(IdentityError::EmailNotFound)?;
    tx.execute(
        "UPDATE accounts SET roles = ? WHERE local_id = ?",
        params![roles_json(&roles)?, account.local_id],
    )
    .map_err(SandboxError::from)?;
    Ok(Account { roles, ..account })
}

/// Adds a refresh token; an account keeps its newest fifty.
pub(super) fn new_refresh_token(
    tx: &Transaction<'_>,
    local_id: &str,
) -> Result<String, IdentityError> {
    let token = ids::refresh_token();
    tx.execute(
        "INSERT INTO refresh_tokens (hash, local_id) VALUES (?, ?)",
        params![hash(&token), local_id],
    )
    .map_err(SandboxError::from)?;
    tx.execute(
        "DELETE FROM refresh_tokens WHERE local_id = ?1 AND seq NOT IN
           (SELECT seq FROM refresh_tokens WHERE local_id = ?1 ORDER BY seq DESC LIMIT ?2)",
        params![local_id, MAX_REFRESH_TOKENS],
    )
    .map_err(SandboxError::from)?;
    Ok(token)
}

pub(super) fn of_refresh_token(
    tx: &Transaction<'_>,
    token: &str,
) -> Result<Option<Account>, IdentityError> {
    let found = tx
        .query_row(
            "SELECT a.* FROM refresh_tokens t JOIN accounts a USING (local_id) WHERE t.hash = ?",
            [hash(token)],
            |row| Ok((read(row)?, row.get("roles")?)),
        )
        .optional()
        .map_err(SandboxError::from)?;
    let Some((account, roles)): Option<(Account, String)> = found else {
        return Ok(None);
    };
    Ok(Some(with_roles(account, &roles)?))
}

pub(super) fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        local_id: row.get("local_id")?,
        email: row.get("email")?,
        roles: Vec::new(),
        created_at_s: row.get("created")?,
    })
}

fn with_roles(account: Account, roles: &str) -> Result<Account, IdentityError> {
    let roles = serde_json::from_str(roles).map_err(SandboxError::from)?;
    Ok(Account { roles, ..account })
}

fn roles_json(roles: &[String]) -> Result<String, IdentityError> {
    Ok(serde_json::to_string(roles).map_err(SandboxError::from)?)
}

#[cfg(test)]
mod tests {
    use super::parse_email;

    #[test]
    fn an_email_is_trimmed_and_lowercased() {
        assert_eq!(
            parse_email(" Ada@Example.ORG ").expect("valid"),
            "ada@example.org"
        );
    }

    #[test]
    fn what_is_no_email_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        for wrong in [
            "",
            "ada",
            "@x.org",
            "ada@",
            "a@b@c.org",
            "a b@c.org",
            "a@.org",
            "a@c\n.org",
            "<a@b.org>",
            &long,
        ] {
            assert!(parse_email(wrong).is_err(), "{wrong:?}");
        }
    }
}
