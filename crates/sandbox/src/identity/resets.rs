//! Codes by which people who forgot their password choose another. Only hashes are kept; a code works once, and for
//! an hour.

use rusqlite::{OptionalExtension, Transaction, params};

use super::IdentityError;
use super::accounts::{self, Account, hash};
use crate::error::{Result, SandboxError};
use crate::ids;
use crate::mail::{self, NewMessage};

/// Firebase's last an hour as well.
const LIFETIME_S: i64 = 3600;
/// Codes an account may have at once: who asks more often gets no further letter within the hour.
const MAX_CODES: u32 = 5;

/// Writes a letter with a new code, if there is an account to write to.
pub(super) fn write_letter(
    tx: &Transaction<'_>,
    email: &str,
    app_url: &str,
    now_s: i64,
) -> Result<(), IdentityError> {
    tx.execute("DELETE FROM reset_codes WHERE expires_at <= ?", [now_s])
        .map_err(SandboxError::from)?;
    let Some((account, _)) = accounts::with_hash(tx, email)? else {
        return Ok(());
    };
    let code = ids::reset_code();
    let added = tx
        .execute(
            "INSERT INTO reset_codes (hash, local_id, expires_at) SELECT ?1, ?2, ?3
             WHERE (SELECT count(*) FROM reset_codes WHERE local_id = ?2) < ?4",
            params![hash(&code), account.local_id, now_s + LIFETIME_S, MAX_CODES],
        )
        .map_err(SandboxError::from)?;
    if added == 1 {
        mail::keep(tx, &letter(&account, &code, app_url))?;
    }
    Ok(())
}

fn letter(account: &Account, code: &str, app_url: &str) -> NewMessage {
    let link = format!("{app_url}/reset-password?oobCode={code}");
    NewMessage {
        to: account.email.clone(),
        subject: "Choose a new password".into(),
        text: format!(
            "Somebody, hopefully you, asked for a new password for this address.\n\n\
             Choose it here within an hour:\n\n{link}\n\n\
             If it was not you, there is nothing to do: your password stays as it is.\n"
        ),
        html: None,
        kind: "password-reset".into(),
        dedupe_key: format!("password-reset/{}", hash(code)),
    }
}

/// Whose code it is, if it still works.
pub(super) fn owner(
    tx: &Transaction<'_>,
    code: &str,
    now_s: i64,
) -> Result<Account, IdentityError> {
    let email: Option<String> = tx
        .query_row(
            "SELECT a.email FROM reset_codes c JOIN accounts a USING (local_id)
             WHERE c.hash = ? AND c.expires_at > ?",
            params![hash(code), now_s],
            |row| row.get(0),
        )
        .optional()
        .map_err(SandboxError::from)?;
    let found = email
        .map(|email| accounts::with_hash(tx, &email))
        .transpose()?;
    let (account, _) = found.flatten().ok_or(IdentityError::InvalidOobCode)?;
    Ok(account)
}

/// Uses a code up: the password is the new one, and whoever was signed in with the old one has to sign in again.
pub(super) fn redeem(
    tx: &Transaction<'_>,
    code: &str,
    password_hash: &str,
    now_s: i64,
) -> Result<Account, IdentityError> {
    let account = owner(tx, code, now_s)?;
    let id = &account.local_id;
    let change = || {
        tx.execute(
            "UPDATE accounts SET password_hash = ? WHERE local_id = ?",
            params![password_hash, id],
        )?;
        tx.execute("DELETE FROM reset_codes WHERE local_id = ?", [id])?;
        tx.execute("DELETE FROM refresh_tokens WHERE local_id = ?", [id])
    };
    change().map_err(SandboxError::from)?;
    Ok(account)
}
