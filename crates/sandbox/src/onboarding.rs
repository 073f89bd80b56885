//! The hosted onboarding page of a connected account: one button tells everything. Knowing the link's id is the
//! right to speak for the account, once and for minutes. And, for tests, a control that shuts an account again.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::html;
use reqwest::Url;
use rusqlite::Transaction;

use crate::error::Result;
use crate::html::{broken, page};
use crate::server::Sandbox;
use crate::stripe::{Account, Link};

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/connect/onboarding/{link}", get(show))
        .route("/connect/onboarding/{link}/finish", post(finish))
        .route("/connect/onboarding/{link}/leave", post(leave))
        .route("/sandbox/accounts/{id}/restrict", post(restrict))
}

async fn show(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    match with_link(&sandbox, id, |_, link| Ok(link_page(link))).await {
        Ok(answer) => answer,
        Err(error) => broken(&error),
    }
}

/// The account can be paid from now on.
async fn finish(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let finished = with_link(&sandbox, id, |tx, link| {
        link.use_up(tx)?;
        if let Some(mut account) = Account::find(tx, &link.account)? {
            account.set_enabled(tx, true)?;
        }
        Ok(redirect(&link.return_url))
    });
    let finished = finished.await;
    sandbox.wake_deliveries();
    match finished {
        Ok(answer) => answer,
        Err(error) => broken(&error),
    }
}

async fn leave(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let left = with_link(&sandbox, id, |tx, link| {
        link.use_up(tx)?;
        Ok(redirect(&link.return_url))
    });
    match left.await {
        Ok(answer) => answer,
        Err(error) => broken(&error),
    }
}

/// Stripe wants to know more of the owner and pays nothing until then.
async fn restrict(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let restricted = sandbox.store().transact(move |tx| {
        let Some(mut account) = Account::find(tx, &id)? else {
            return Ok(StatusCode::NOT_FOUND);
        };
        account.set_enabled(tx, false)?;
        Ok(StatusCode::NO_CONTENT)
    });
    let restricted = restricted.await;
    sandbox.wake_deliveries();
    match restricted {
        Ok(status) => status.into_response(),
        Err(error) => broken(&error),
    }
}

/// Runs `work` on a link that is still good; one that is not leads to where a new one is made.
async fn with_link(
    sandbox: &Sandbox,
    id: String,
    work: impl FnOnce(&Transaction<'_>, &mut Link) -> Result<Response> + Send + 'static,
) -> Result<Response> {
    let now_s = sandbox.clock().now_s();
    sandbox
        .store()
        .transact(move |tx| match Link::find(tx, &id)? {
            None => Ok(unknown()),
            Some(link) if link.is_used || link.expires_at <= now_s => {
                Ok(redirect(&link.refresh_url))
            }
            Some(mut link) => work(tx, &mut link),
        })
        .await
}

fn link_page(link: &Link) -> Response {
    let button = |action: &str, label: &str, is_primary: bool| {
        html! {
            form method="post" action=(format!("/connect/onboarding/{}/{action}", link.id)) {
                button.primary[is_primary] type="submit" { (label) }
            }
        }
    };
    let content = html! {
        section.card aria-label="Your account" {
            p { "To be paid, a real provider would ask who you are and where your money shall go." }
            (button("finish", "Tell everything and finish", true))
            (button("leave", "Leave for now", false))
        }
    };
    let urls = [&link.return_url, &link.refresh_url];
    let origins = urls.into_iter().filter_map(|url| Url::parse(url).ok());
    let origins: Vec<String> = origins
        .map(|url| url.origin().ascii_serialization())
        .collect();
    page("Get paid", &origins, content)
}

fn unknown() -> Response {
    let text = html! { p { "There is no such link. Start again from the shop." } };
    let mut response = page("Link not found", &[], text);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// 303, so that reloading the next page does not send the form again.
fn redirect(url: &str) -> Response {
    let location = HeaderValue::from_str(url).unwrap_or_else(|_| HeaderValue::from_static("/"));
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
