//! One port for everything: gRPC, gRPC-web, reflection, health and plain HTTP, over HTTP/1 and HTTP/2 without TLS.
//!
//! Keeps true: it starts only if every RPC has a policy, and it ends within its grace when asked to.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, response::Response};
use futures::StreamExt;
use http_body_util::{BodyStream, StreamBody};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;
use tower::util::MapResponseLayer;

use crate::{auth::Endless, limits::Limits, policy::PolicyError};

/// How long to wait after a failed accept (mostly: out of file descriptors) before the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long an endless stream may take to end by itself.
const STREAM_GRACE: Duration = Duration::from_millis(500);
const HTTP2_PING: Duration = Duration::from_secs(30);

/// Why the server did not start, or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("reflection cannot be set up")]
    Reflection(#[from] tonic_reflection::server::Error),
    #[error("{origin:?} is not a web origin; write for example https://example.org")]
    Origin { origin: String },
    #[error("the listening socket does not work")]
    Listen(#[source] io::Error),
    #[error("{open} connections were still busy when the grace was over")]
    GraceOver { open: usize },
}

/// Serves `app` on a bound socket until `stop` is cancelled, then lets running calls end.
///
/// # Errors
/// [`ServeError::Listen`], or [`ServeError::GraceOver`] when calls had to be cut off.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    stop: CancellationToken,
) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Listen)?;
    tracing::info!(%address, "serving");
    let connections = Arc::new(Semaphore::new(limits.connections));
    let builder = Arc::new(builder(&limits));
    let app = {
        let stop = stop.clone();
        app.layer(MapResponseLayer::new(move |response| {
            end_with_server(&stop, response)
        }))
    };
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &connections) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else {
            continue;
        };
        let service = TowerToHyperService::new(app.clone());
        let connection = builder
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "a connection broke off");
            }
            drop(permit);
        });
    }
    drop(listener);
    let open = graceful.count();
    match tokio::time::timeout(limits.shutdown_grace, graceful.shutdown()).await {
        Ok(()) => Ok(()),
        Err(_) => Err(ServeError::GraceOver { open }),
    }
}

/// Ends streams that would never end by themselves a little after `stop`: first they may say so themselves.
fn end_with_server(stop: &CancellationToken, response: Response) -> Response {
    if response.extensions().get::<Endless>().is_none() {
        return response;
    }
    let stop = stop.clone();
    let end = async move {
        stop.cancelled().await;
        tokio::time::sleep(STREAM_GRACE).await;
    };
    response.map(|body| Body::new(StreamBody::new(BodyStream::new(body).take_until(end))))
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

/// One connection, once there is room for it; `None` when accepting failed and may be tried again.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<Accepted> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%peer, %error, "TCP_NODELAY could not be set");
            }
            Some((stream, peer, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size((limits.header_bytes as usize).max(8 << 10))
        .max_headers(100);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(limits.header_bytes)
        .max_concurrent_streams(256)
        .max_pending_accept_reset_streams(32)
        .keep_alive_interval(HTTP2_PING)
        .keep_alive_timeout(HTTP2_PING);
    builder
}
