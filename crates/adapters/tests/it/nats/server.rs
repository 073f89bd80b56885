//! A NATS server of a test's own, to be killed, stopped and damaged.

use std::{
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use picasso_testing::{free_port, variable};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(20);

pub struct Server {
    port: u16,
    folder: TempDir,
    store: PathBuf,
    arguments: Vec<String>,
    child: Option<Child>,
}

impl Server {
    /// A server with JetStream, ready for clients.
    pub async fn start() -> Self {
        Self::start_with(&["--jetstream"]).await
    }

    /// A server with these arguments besides its address and folder.
    pub async fn start_with(arguments: &[&str]) -> Self {
        let mut server = Self::stopped(free_port(), arguments);
        server.run();
        server.wait_ready().await;
        server
    }

    /// A server with JetStream that keeps its streams here.
    pub async fn start_in(store: PathBuf) -> Self {
        let mut server = Self::stopped(free_port(), &["--jetstream"]);
        server.store = store;
        server.run();
        server.wait_ready().await;
        server
    }

    /// A server that is not running yet.
    pub fn stopped(port: u16, arguments: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder");
        Self {
            port,
            store: folder.path().join("store"),
            folder,
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            child: None,
        }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where it keeps its streams.
    pub fn store(&self) -> PathBuf {
        self.store.clone()
    }

    /// A folder for copies of the store.
    pub fn aside(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it where it was.
    pub fn run(&mut self) {
        let program = variable("PICASSO_TEST_NATS_BIN");
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .expect("a file for its talk");
        let child = Command::new(program)
            .args(["--addr", "127.0.0.1", "--port", &self.port.to_string()])
            .arg("--store_dir")
            .arg(self.store())
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(child.expect("it starts"));
    }

    /// Until it takes clients.
    pub async fn wait_ready(&self) {
        let until = Instant::now() + START;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < until, "the server does not start");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it was running");
            child.wait().expect("it ends");
        }
    }

    /// Freezes it, or lets it go on.
    pub fn signal(&self, signal: &str) {
        let child = self.child.as_ref().expect("it runs");
        let sent = Command::new("kill")
            .args(["-s", signal, &child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
