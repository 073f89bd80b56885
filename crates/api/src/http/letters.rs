//! Where a letter's reader ends letters of its kind, without signing in: the sealed link is the leave to do so.
//!
//! Keeps true: looking at the link changes nothing (programs that check mail follow links); only a POST does, from the
//! page or from a mail program's button (RFC 8058).

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use picasso_commands::{Accounts, links::LinkSigner, ports::Clock};

use super::{Problem, html};

const ASK: &str = include_str!("letters/ask.html");
const DONE: &str = include_str!("letters/done.html");

/// Who ends letters, and who vouches for links to that.
#[derive(Clone)]
pub struct Letters {
    pub accounts: Accounts,
    pub links: LinkSigner,
    pub clock: Arc<dyn Clock>,
}

pub(super) fn router(letters: Letters) -> Router {
    Router::new()
        .route("/letters/opt-out/{token}", get(ask).post(opt_out))
        .with_state(letters)
}

async fn ask(
    State(letters): State<Letters>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    letters.links.open_opt_out(&token, letters.clock.now())?;
    Ok(page(ASK))
}

async fn opt_out(
    State(letters): State<Letters>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let grant = letters.links.open_opt_out(&token, letters.clock.now())?;
    letters
        .accounts
        .opt_out(&grant.user_id, grant.topic)
        .await?;
    Ok(page(DONE))
}

/// The address is a secret of its reader: it is neither kept nor passed on.
fn page(content: &'static str) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(policy),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, html(content.into())).into_response()
}
