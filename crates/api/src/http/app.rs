//! The web app: its files out of memory, and its page at every address that belongs to nobody else.
//!
//! Keeps true: a name with a digest in it is cached for ever, everything else is asked for again; a page runs no
//! script and calls no host but those its policy names.

mod file;
mod heads;
mod reach;

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header, header::InvalidHeaderValue},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;

use self::file::AppFile;
pub use self::{heads::Heads, reach::Reach};
use super::{is_grpc, nothing_here};

const INDEX: &str = "index.html";
/// Where the build puts what it names after its content.
const ASSETS: &str = "assets/";
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// Nothing the app does needs any of these.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// A file as the build of the web app wrote it, or its brotli form, whose name ends with `.br`.
#[derive(Debug, Clone)]
pub struct BuiltFile {
    /// For example `assets/index-3f2a91.js`.
    pub name: String,
    pub bytes: Bytes,
    /// Of the bytes, in hexadecimal digits.
    pub digest: String,
}

/// The web app, ready to be served.
pub struct App {
    page: AppFile,
    files: HashMap<String, AppFile>,
    page_headers: HeaderMap,
    config: Bytes,
    heads: Option<Heads>,
}

/// What is wrong with a web app.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("the web app has no index.html")]
    NoPage,
    #[error("a header of the web app cannot be written")]
    Header(#[from] InvalidHeaderValue),
}

impl App {
    /// `reach` is whom its pages may call; `config` is what they are told at `/app/config.json`.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn new(
        files: impl IntoIterator<Item = BuiltFile>,
        reach: &Reach,
        config: &serde_json::Value,
    ) -> Result<Self, AppError> {
        let mut files = file::paired(files)?;
        Ok(Self {
            page: files.remove(INDEX).ok_or(AppError::NoPage)?,
            files,
            page_headers: page_headers(reach)?,
            config: config.to_string().into(),
            heads: None,
        })
    }

    /// Its pages say in their heads what they are about.
    #[must_use]
    pub fn with_heads(mut self, heads: Heads) -> Self {
        self.heads = Some(heads);
        self
    }

    pub(super) fn router(self) -> Router {
        // What is no GET is no page: it gets the answer that calls get.
        let pages = get(page).fallback(nothing_here);
        Router::new()
            .route("/app/config.json", get(config))
            .route("/assets/{*name}", get(asset))
            .route("/", pages.clone())
            .route("/{*path}", pages)
            .with_state(Arc::new(self))
    }

    async fn page(&self, path: &str, query: Option<&str>, headers: &HeaderMap) -> Response {
        let head = match &self.heads {
            Some(heads) => heads.of(path, query).await,
            None => None,
        };
        let mut response = match head.and_then(|head| self.page.with_head(&head.0)) {
            Some(page) => {
                let headers = [
                    (header::CACHE_CONTROL, ASK_AGAIN),
                    (header::X_CONTENT_TYPE_OPTIONS, file::NOSNIFF),
                ];
                (headers, Html(page)).into_response()
            }
            None => self.page.answer(headers, ASK_AGAIN),
        };
        response.headers_mut().extend(self.page_headers.clone());
        response
    }
}

async fn config(State(app): State<Arc<App>>) -> Response {
    let json = HeaderValue::from_static("application/json");
    let headers = [
        (header::CONTENT_TYPE, json),
        (header::CACHE_CONTROL, ASK_AGAIN),
        (header::X_CONTENT_TYPE_OPTIONS, file::NOSNIFF),
    ];
    (headers, app.config.clone()).into_response()
}

async fn asset(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    match app.files.get(&format!("{ASSETS}{name}")) {
        Some(file) => file.answer(request.headers(), FOREVER),
        None => nothing_here(request).await,
    }
}

/// A file beside the page, or the page itself, which finds out by the address what to show.
async fn page(State(app): State<Arc<App>>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    match app.files.get(path) {
        _ if path.starts_with(ASSETS) || is_grpc(request.headers()) => nothing_here(request).await,
        Some(file) => file.answer(request.headers(), ASK_AGAIN),
        None if names_file(path) => nothing_here(request).await,
        None => {
            app.page(path, request.uri().query(), request.headers())
                .await
        }
    }
}

/// Whether an address ends like a file's. Ids of purchases have points in them, but no letter behind the last one.
fn names_file(path: &str) -> bool {
    let extension = path
        .rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'));
    extension.is_some_and(|(_, extension)| {
        path != INDEX && extension.starts_with(|first: char| first.is_ascii_alphabetic())
    })
}

fn page_headers(reach: &Reach) -> Result<HeaderMap, InvalidHeaderValue> {
    let policy = HeaderValue::try_from(reach.policy())?;
    let fixed = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
    Ok(HeaderMap::from_iter([
        (header::CONTENT_SECURITY_POLICY, policy),
        // Addresses of orders and of new passwords are nobody else's business.
        fixed(header::REFERRER_POLICY, "same-origin"),
        fixed(HeaderName::from_static("permissions-policy"), PERMISSIONS),
        // Sign-in with Firebase may open a window of another origin and hears from it.
        fixed(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin-allow-popups",
        ),
        fixed(header::X_FRAME_OPTIONS, "DENY"),
    ]))
}

#[cfg(test)]
mod tests {
    use super::names_file;

    #[test]
    fn an_address_of_a_file_is_told_from_one_of_a_page() {
        for page in [
            "",
            "index.html",
            "orders/01a2.Bu4K.1",
            "pictures/x",
            "a.b/c",
            "tags/v1.",
        ] {
            assert!(!names_file(page), "{page}");
        }
        for file in ["robots.txt", "a/b.png", ".env", "wp-login.php"] {
            assert!(names_file(file), "{file}");
        }
    }
}
