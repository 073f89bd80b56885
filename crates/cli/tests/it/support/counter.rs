//! Counts what is said to a server: passes connections on, and how they end.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
};

/// A way to an address of this machine.
pub struct Counter {
    pub port: u16,
    bytes: Arc<AtomicU64>,
    /// Ends with this.
    _passing: JoinSet<()>,
}

impl Counter {
    pub async fn before(upstream: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&bytes);
        let mut passing = JoinSet::new();
        passing.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.expect("a connection");
                connections.spawn(pass(client, upstream, Arc::clone(&counted)));
                while connections.try_join_next().is_some() {}
            }
        });
        Self {
            port,
            bytes,
            _passing: passing,
        }
    }

    /// Bytes that were sent to the server so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

async fn pass(client: TcpStream, upstream: u16, bytes: Arc<AtomicU64>) {
    // Dropped without a goodbye, a connection is reset, as the one behind it was.
    client.set_zero_linger().expect("a socket");
    let Ok(server) = TcpStream::connect(("127.0.0.1", upstream)).await else {
        return;
    };
    server.set_zero_linger().expect("a socket");
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whoever of the two breaks ends both; an orderly end of one side is passed on.
    let up = copy(from_client, to_server, Some(bytes));
    let down = copy(from_server, to_client, None);
    drop(tokio::try_join!(up, down));
}

/// Copies until the end, which it passes on.
async fn copy(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    bytes: Option<Arc<AtomicU64>>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        if let Some(bytes) = &bytes {
            bytes.fetch_add(read as u64, Ordering::Relaxed);
        }
        to.write_all(&buffer[..read]).await?;
    }
}
