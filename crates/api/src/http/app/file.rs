//! One file of the web app: which form of it a browser takes, and whether it has that already.

use std::collections::HashMap;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header, header::InvalidHeaderValue},
    response::{IntoResponse, Response},
};
use bytes::Bytes;

use super::BuiltFile;

pub(super) const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const END_OF_HEAD: &str = "</head>";
const BROTLI_SUFFIX: &str = ".br";

pub(super) struct AppFile {
    content_type: HeaderValue,
    plain: Form,
    brotli: Option<Form>,
}

struct Form {
    bytes: Bytes,
    etag: HeaderValue,
}

/// Files by name, each with its brotli form.
pub(super) fn paired(
    files: impl IntoIterator<Item = BuiltFile>,
) -> Result<HashMap<String, AppFile>, InvalidHeaderValue> {
    let mut all = HashMap::new();
    for file in files {
        let etag = HeaderValue::try_from(format!("\"{}\"", file.digest))?;
        let bytes = file.bytes;
        all.insert(file.name, Form { bytes, etag });
    }
    let names: Vec<_> = all.keys().cloned().collect();
    let mut paired = HashMap::new();
    for name in names.iter().filter(|name| !name.ends_with(BROTLI_SUFFIX)) {
        let brotli = all.remove(&format!("{name}{BROTLI_SUFFIX}"));
        if let Some(plain) = all.remove(name) {
            let file = AppFile {
                content_type: content_type(name)?,
                plain,
                brotli,
            };
            paired.insert(name.clone(), file);
        }
    }
    Ok(paired)
}

impl AppFile {
    /// A page with more in its head; nothing if it has no head.
    pub(super) fn with_head(&self, more: &str) -> Option<String> {
        let page = std::str::from_utf8(&self.plain.bytes).ok()?;
        let (before, after) = page.split_once(END_OF_HEAD)?;
        Some([before, more, END_OF_HEAD, after].concat())
    }

    pub(super) fn answer(&self, request: &HeaderMap, cached: HeaderValue) -> Response {
        let brotli = self.brotli.as_ref().filter(|_| takes_brotli(request));
        let form = brotli.unwrap_or(&self.plain);
        let mut response = if has(request, &form.etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Response::new(Body::from(form.bytes.clone()));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, self.content_type.clone());
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
            if brotli.is_some() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            }
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, form.etag.clone());
        headers.insert(header::CACHE_CONTROL, cached);
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        response
    }
}

fn content_type(name: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let charset = if mime.type_() == mime_guess::mime::TEXT {
        "; charset=utf-8"
    } else {
        ""
    };
    HeaderValue::try_from(format!("{mime}{charset}"))
}

/// The values of a header that is a list.
fn list<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',').map(str::trim))
}

/// Whether brotli is named, and not with a weight of zero (RFC 9110, 12.5.3).
fn takes_brotli(request: &HeaderMap) -> bool {
    list(request, &header::ACCEPT_ENCODING).any(|coding| {
        let (name, parameter) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = parameter.trim().strip_prefix("q=");
        let refused = weight.is_some_and(|weight| weight.trim().parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case("br") && !refused
    })
}

/// Whether the browser names this very form as its own (RFC 9110, 13.1.2).
fn has(request: &HeaderMap, etag: &HeaderValue) -> bool {
    list(request, &header::IF_NONE_MATCH)
        .any(|held| held == "*" || held.trim_start_matches("W/").as_bytes() == etag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taking(encodings: &'static str) -> HeaderMap {
        let value = HeaderValue::from_static(encodings);
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)])
    }

    #[test]
    fn brotli_is_for_who_names_it() {
        for yes in [
            "br",
            "gzip, deflate, br",
            "gzip;q=1.0, BR;q=0.5",
            "zstd,br ; q=1",
        ] {
            assert!(takes_brotli(&taking(yes)), "{yes}");
        }
        for no in ["", "gzip", "br;q=0", "br; q=0.000", "brotli", "*"] {
            assert!(!takes_brotli(&taking(no)), "{no}");
        }
        assert!(!takes_brotli(&HeaderMap::new()));
    }

    #[test]
    fn types_are_told_by_names() {
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("assets/index-1f.js", "text/javascript; charset=utf-8"),
            ("assets/index-1f.css", "text/css; charset=utf-8"),
            ("logo.svg", "image/svg+xml"),
            ("assets/inter.woff2", "font/woff2"),
            ("site.webmanifest", "application/manifest+json"),
            ("unknown", "application/octet-stream"),
        ] {
            assert_eq!(content_type(name).unwrap(), expected, "{name}");
        }
    }
}
