//! Uploads in, originals and public renditions out.
//!
//! Keeps true: an original leaves only under a signed, unexpired token; a rendition's address is its content's
//! digest, so it may be cached for ever; no token is ever logged.

use std::{io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use picasso_commands::{
    links::LinkSigner,
    ports::{
        BlobStore, ByteStream, Clock, DERIVATIVE_CACHE_CONTROL, DERIVATIVE_MIME,
        ORIGINAL_CACHE_CONTROL, ReceiveError, StoredBlob,
    },
};
use picasso_domain::values::Digest;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{Instant, timeout_at},
};

use super::Problem;
use crate::{
    limits::Limits,
    status::{Reason, Refusal},
};

/// How long a body may stand still.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Where files are and who vouches for links to them.
#[derive(Clone)]
pub struct Files {
    pub blobs: Arc<dyn BlobStore>,
    pub links: LinkSigner,
    pub clock: Arc<dyn Clock>,
}

#[derive(Clone)]
struct Transfers {
    files: Files,
    room: Arc<Semaphore>,
    longest: Duration,
}

pub(super) fn router(files: Files, limits: &Limits) -> Router {
    let transfers = Transfers {
        files,
        room: Arc::new(Semaphore::new(limits.transfers)),
        longest: limits.transfer_timeout,
    };
    Router::new()
        .route("/uploads/{token}", put(upload))
        .route("/originals/{token}", get(original))
        .route("/media/{file}", get(rendition))
        .with_state(transfers)
}

impl Transfers {
    fn enter(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        Arc::clone(&self.room)
            .try_acquire_owned()
            .map_err(|_| Refusal::new(Reason::Overloaded))
    }
}

async fn upload(
    State(transfers): State<Transfers>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let Files {
        blobs,
        links,
        clock,
    } = &transfers.files;
    let grant = links.open_upload(&token, clock.now())?;
    check_length(&headers, grant.size_bytes)?;
    let _room = transfers.enter()?;
    let until = Instant::now() + transfers.longest;
    let body = body
        .into_data_stream()
        .map(|piece| piece.map_err(io::Error::other));
    blobs.receive(&grant, in_time(body, until)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses what cannot become the announced file before its body is read; a chunked body is counted as it comes.
fn check_length(headers: &HeaderMap, announced: u64) -> Result<(), ReceiveError> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    match length.and_then(|text| text.parse::<u64>().ok()) {
        Some(received) if received > announced => Err(ReceiveError::TooLarge),
        Some(received) if received < announced => Err(ReceiveError::CutShort {
            announced,
            received,
        }),
        Some(_) | None => Ok(()),
    }
}

async fn original(
    State(transfers): State<Transfers>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let Files {
        blobs,
        links,
        clock,
    } = &transfers.files;
    let grant = links.open_download(&token, clock.now())?;
    let room = transfers.enter()?;
    let found = blobs.original(grant.original).await?;
    let blob = found.ok_or_else(|| Refusal::new(Reason::FileNotFound))?;
    let disposition = HeaderValue::from_str(&grant.content_disposition())
        .map_err(|error| Refusal::internal(&error))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(grant.media_type.mime()),
        ),
        (header::CONTENT_LENGTH, HeaderValue::from(blob.size_bytes)),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static(ORIGINAL_CACHE_CONTROL),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
    ];
    Ok((
        headers,
        send(blob, room, Instant::now() + transfers.longest),
    )
        .into_response())
}

async fn rendition(
    State(transfers): State<Transfers>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let digest = file
        .strip_suffix(".jpg")
        .and_then(|name| name.parse::<Digest>().ok());
    let digest = digest.ok_or_else(|| Refusal::new(Reason::FileNotFound))?;
    let etag = HeaderValue::from_str(&format!("\"{digest}\""))
        .map_err(|error| Refusal::internal(&error))?;
    let forever = HeaderValue::from_static(DERIVATIVE_CACHE_CONTROL);
    let cached = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, forever),
    ];
    if headers.get(header::IF_NONE_MATCH) == Some(&etag) {
        return Ok((StatusCode::NOT_MODIFIED, cached).into_response());
    }
    let room = transfers.enter()?;
    let found = transfers.files.blobs.derivative(digest).await?;
    let blob = found.ok_or_else(|| Refusal::new(Reason::FileNotFound))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(DERIVATIVE_MIME),
        ),
        (header::CONTENT_LENGTH, HeaderValue::from(blob.size_bytes)),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    Ok((
        cached,
        headers,
        send(blob, room, Instant::now() + transfers.longest),
    )
        .into_response())
}

/// Hands a file out from a task of its own, which gives its place back when the file has been sent, or when its
/// reader has left or stood still for too long.
fn send(blob: StoredBlob, room: OwnedSemaphorePermit, until: Instant) -> Body {
    let (outbox, mut inbox) = mpsc::channel(1);
    let mut pieces = in_time(blob.body, until);
    tokio::spawn(async move {
        let _room = room;
        while let Some(piece) = pieces.next().await {
            let due = until.min(Instant::now() + IDLE_TIMEOUT);
            if !matches!(timeout_at(due, outbox.send(piece)).await, Ok(Ok(()))) {
                return;
            }
        }
    });
    Body::from_stream(stream::poll_fn(move |context| inbox.poll_recv(context)))
}

/// A body that fails when it stands still for too long, or takes longer than `until`.
fn in_time(
    body: impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static,
    until: Instant,
) -> ByteStream {
    let pieces = stream::unfold(Some(body.boxed()), move |body| async move {
        let mut body = body?;
        let due = until.min(Instant::now() + IDLE_TIMEOUT);
        match timeout_at(due, body.next()).await {
            Ok(piece) => Some((piece?, Some(body))),
            Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    });
    pieces.boxed()
}
