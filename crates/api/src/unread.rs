//! What is left of a request's body when the answer is ready.
//!
//! Keeps true: over HTTP/1 a refusal reaches its caller and never spoils the caller's next request. A server that
//! answers before it has read a request either reads the rest or says that it closes the connection (RFC 9112,
//! 9.3 and 9.6); otherwise the caller sends its next request into a connection that is about to vanish.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Version, header},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

/// What is read and thrown away at most, so that the caller comes to read the refusal.
const MOST_BYTES: usize = 8 << 20;
const MOST_TIME: Duration = Duration::from_secs(2);

/// The middleware: reads the rest of a body that was given up, or announces the end of the connection.
pub async fn finish(request: Request, next: Next) -> Response {
    // HTTP/2 ends a stream without its connection.
    if request.version() >= Version::HTTP_2 || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (home, mut given_up) = oneshot::channel();
    let request = request.map(|body| {
        Body::new(Lent {
            body: Some(body),
            home: Some(home),
        })
    });
    let mut response = next.run(request).await;
    if let Ok(rest) = given_up.try_recv()
        && !read_away(rest).await
    {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// Whether the end was reached within the limits.
async fn read_away(mut body: Body) -> bool {
    let until = Instant::now() + MOST_TIME;
    let mut read = 0;
    while read <= MOST_BYTES {
        match timeout_at(until, body.frame()).await {
            Ok(None) => return true,
            Ok(Some(Ok(frame))) => read += frame.data_ref().map_or(0, Bytes::len),
            Ok(Some(Err(_))) | Err(_) => return false,
        }
    }
    false
}

/// A body that goes home when it is dropped before its end.
struct Lent {
    body: Option<Body>,
    home: Option<oneshot::Sender<Body>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !body.is_end_stream());
        if let (Some(rest), Some(home)) = (rest, self.home.take()) {
            // Nobody waits for it when the request itself was given up.
            drop(home.send(rest));
        }
    }
}
