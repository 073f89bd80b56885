//! Counts the calls of a server: passes connections on, and how they end.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
};

/// So often a client may speak and be answered on a new connection before it is said to call: sign-in, settings.
const GREETING: u64 = 4;

/// A way to an address of this machine.
pub struct Counter {
    pub port: u16,
    calls: Arc<AtomicU64>,
    /// Ends with this.
    _passing: JoinSet<()>,
}

impl Counter {
    pub async fn before(upstream: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let calls = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&calls);
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
            calls,
            _passing: passing,
        }
    }

    /// How often clients have spoken after the server had, and how many connections the server never answered on.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

/// Who spoke on one connection.
struct Talk {
    calls: Arc<AtomicU64>,
    server_was_last: AtomicBool,
    turns: AtomicU64,
}

impl Talk {
    fn client_speaks(&self) {
        if self.server_was_last.swap(false, Ordering::Relaxed)
            && self.turns.fetch_add(1, Ordering::Relaxed) >= GREETING
        {
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn server_speaks(&self) {
        self.turns.fetch_max(1, Ordering::Relaxed);
        self.server_was_last.store(true, Ordering::Relaxed);
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        if self.turns.load(Ordering::Relaxed) == 0 {
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn pass(client: TcpStream, upstream: u16, calls: Arc<AtomicU64>) {
    let talk = Talk {
        calls,
        server_was_last: AtomicBool::new(false),
        turns: AtomicU64::new(0),
    };
    // Dropped without a goodbye, a connection is reset, as the one behind it was.
    client.set_zero_linger().expect("a socket");
    let Ok(server) = TcpStream::connect(("127.0.0.1", upstream)).await else {
        return;
    };
    server.set_zero_linger().expect("a socket");
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whoever of the two breaks ends both; an orderly end of one side is passed on.
    let up = copy(from_client, to_server, || talk.client_speaks());
    let down = copy(from_server, to_client, || talk.server_speaks());
    drop(tokio::try_join!(up, down));
}

/// Copies until the end, which it passes on.
async fn copy(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    spoken: impl Fn(),
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        spoken();
        to.write_all(&buffer[..read]).await?;
    }
}
