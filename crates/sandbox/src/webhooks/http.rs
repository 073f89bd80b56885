//! `/sandbox/webhooks`: what was and will be delivered.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use rusqlite::Transaction;
use serde::Serialize;
use serde_json::json;

use crate::error::Result;
use crate::server::Sandbox;

const SHOWN: u32 = 200;

/// One event on its way to the receiver.
#[derive(Serialize)]
pub(crate) struct Delivery {
    pub event: String,
    pub r#type: String,
    /// `pending`, `delivered`, `given_up` or `dropped`.
    pub state: String,
    pub attempts: u32,
    pub last_failure: Option<String>,
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new().route("/sandbox/webhooks", get(show))
}

async fn show(State(sandbox): State<Sandbox>) -> Response {
    let found = sandbox.store().transact(|tx| {
        let pending: i64 = tx.query_row(
            "SELECT count(*) FROM deliveries WHERE state = 'pending'",
            [],
            |row| row.get(0),
        )?;
        Ok((pending, latest(tx, SHOWN)?))
    });
    match found.await {
        Ok((pending, latest)) => {
            Json(json!({"pending": pending, "latest": latest})).into_response()
        }
        Err(error) => crate::html::broken(&error),
    }
}

/// The newest deliveries first.
pub(crate) fn latest(tx: &Transaction<'_>, limit: u32) -> Result<Vec<Delivery>> {
    let mut statement = tx.prepare(
        "SELECT event, type, state, attempts, last_failure FROM deliveries ORDER BY seq DESC LIMIT ?",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(Delivery {
            event: row.get(0)?,
            r#type: row.get(1)?,
            state: row.get(2)?,
            attempts: row.get(3)?,
            last_failure: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
