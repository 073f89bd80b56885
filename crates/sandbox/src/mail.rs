//! The mail box: what would have been sent, kept once per `dedupe_key`, and never sent.

mod page;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::clock::real_now_s;
use crate::error::Result;
use crate::ids;
use crate::server::Sandbox;

const MAX_SUBJECT_BYTES: usize = 998;
const MAX_TEXT_BYTES: usize = 64 * 1024;
const MAX_NAME_BYTES: usize = 200;
const MAX_SHOWN: u32 = 200;

/// A mail as it is handed in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    /// What sort of mail it is, for example `receipt`.
    pub kind: String,
    /// A second message under this key is not stored.
    pub dedupe_key: String,
}

#[derive(Serialize)]
pub(crate) struct Message {
    id: String,
    to: String,
    subject: String,
    text: String,
    html: Option<String>,
    kind: String,
    dedupe_key: String,
    /// Seconds since the Unix epoch.
    created: i64,
    /// Pass as `before` to read on.
    cursor: i64,
}

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
    before: Option<i64>,
    limit: Option<u32>,
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/mail/messages", get(list).post(store))
        .route("/mail/messages/{id}/html", get(show_html))
        .route("/mail", get(show))
}

async fn store(
    State(sandbox): State<Sandbox>,
    body: Result<Json<NewMessage>, JsonRejection>,
) -> Response {
    let message = match body {
        Ok(Json(message)) => message,
        Err(refused) => return refuse(&refused.body_text()),
    };
    if let Err(problem) = message.check() {
        return refuse(problem);
    }
    match sandbox.store().transact(move |tx| keep(tx, &message)).await {
        Ok((id, is_new)) => {
            let status = if is_new {
                StatusCode::CREATED
            } else {
                StatusCode::OK
            };
            (status, Json(json!({"id": id, "stored": is_new}))).into_response()
        }
        Err(error) => crate::html::broken(&error),
    }
}

async fn list(
    State(sandbox): State<Sandbox>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Response {
    let filter = match filter {
        Ok(Query(filter)) => filter,
        Err(refused) => return refuse(&refused.body_text()),
    };
    match sandbox.store().transact(move |tx| find(tx, &filter)).await {
        Ok(messages) => Json(json!({"messages": messages})).into_response(),
        Err(error) => crate::html::broken(&error),
    }
}

async fn show(
    State(sandbox): State<Sandbox>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Response {
    let filter = match filter {
        Ok(Query(filter)) => filter,
        Err(refused) => return refuse(&refused.body_text()),
    };
    match sandbox.store().transact(move |tx| find(tx, &filter)).await {
        Ok(messages) => page::mail_box(&messages),
        Err(error) => crate::html::broken(&error),
    }
}

async fn show_html(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    match sandbox.store().transact(move |tx| html_of(tx, &id)).await {
        Ok(Some(source)) => page::html_part(source),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => crate::html::broken(&error),
    }
}

fn html_of(tx: &Transaction<'_>, id: &str) -> Result<Option<String>> {
    let sql = "SELECT body_html FROM messages WHERE id = ?";
    let found = tx.query_row(sql, [id], |row| row.get(0)).optional()?;
    Ok(found.flatten())
}

impl NewMessage {
    fn check(&self) -> Result<(), &'static str> {
        let is_line = |value: &str, max: usize| {
            (1..=max).contains(&value.len()) && !value.chars().any(char::is_control)
        };
        if !is_line(&self.to, 254) || !self.to.contains('@') {
            return Err("to must be an e-mail address of at most 254 bytes");
        }
        if !is_line(&self.subject, MAX_SUBJECT_BYTES) {
            return Err("subject must be one line of 1 to 998 bytes");
        }
        if !is_line(&self.kind, MAX_NAME_BYTES) || !is_line(&self.dedupe_key, MAX_NAME_BYTES) {
            return Err("kind and dedupe_key must be one line of 1 to 200 bytes each");
        }
        if self.text.len() > MAX_TEXT_BYTES
            || self.html.as_ref().is_some_and(|h| h.len() > MAX_TEXT_BYTES)
        {
            return Err("text and html must have at most 65536 bytes each");
        }
        Ok(())
    }
}

/// Stores the message unless its key is known; answers the id under that key and whether it is new.
pub(crate) fn keep(tx: &Transaction<'_>, message: &NewMessage) -> Result<(String, bool)> {
    let known: Option<String> = tx
        .query_row(
            "SELECT id FROM messages WHERE dedupe_key = ?",
            [&message.dedupe_key],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(id) = known {
        return Ok((id, false));
    }
    let id = ids::message();
    tx.execute(
        "INSERT INTO messages (id, recipient, subject, body_text, body_html, kind, dedupe_key, created)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            id,
            message.to.to_lowercase(),
            message.subject,
            message.text,
            message.html,
            message.kind,
            message.dedupe_key,
            real_now_s()
        ],
    )?;
    Ok((id, true))
}

/// The newest messages first.
fn find(tx: &Transaction<'_>, filter: &Filter) -> Result<Vec<Message>> {
    let limit = filter.limit.unwrap_or(MAX_SHOWN).clamp(1, MAX_SHOWN);
    let to = filter.to.as_ref().map(|to| to.to_lowercase());
    let mut statement = tx.prepare(
        "SELECT id, recipient, subject, body_text, body_html, kind, dedupe_key, created, seq FROM messages
         WHERE (?1 IS NULL OR recipient = ?1) AND seq < ?2 ORDER BY seq DESC LIMIT ?3",
    )?;
    let rows = statement.query_map(
        params![to, filter.before.unwrap_or(i64::MAX), limit],
        |row| {
            Ok(Message {
                id: row.get(0)?,
                to: row.get(1)?,
                subject: row.get(2)?,
                text: row.get(3)?,
                html: row.get(4)?,
                kind: row.get(5)?,
                dedupe_key: row.get(6)?,
                created: row.get(7)?,
                cursor: row.get(8)?,
            })
        },
    )?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn refuse(reason: &str) -> Response {
    (
        StatusCode::BAD_REQUEST,
        Json(json!({"error": {"reason": "INVALID_MESSAGE", "message": reason}})),
    )
        .into_response()
}
