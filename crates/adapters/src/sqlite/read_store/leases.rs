//! Leases: one holder at a time, whatever process it lives in.

use std::time::Duration;

use picasso_domain::Timestamp;
use rusqlite::{Connection, params};

use super::Failure;

pub fn take(
    db: &Connection,
    name: &str,
    holder: &str,
    now: Timestamp,
    term: Duration,
) -> Result<bool, Failure> {
    let now_us = now.as_microsecond();
    let term_us = i64::try_from(term.as_micros()).unwrap_or(i64::MAX);
    let until_us = now_us.saturating_add(term_us);
    let mut take = db.prepare_cached(
        "INSERT INTO leases (name, holder, until_us) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET holder = excluded.holder, until_us = excluded.until_us
         WHERE holder = excluded.holder OR until_us <= ?4",
    )?;
    Ok(take.execute(params![name, holder, until_us, now_us])? > 0)
}
