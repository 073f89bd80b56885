//! A marketplace of one's own: the binary `picasso dev` on free ports over a temporary folder.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::grpc_web::Client;

const PATIENCE: Duration = Duration::from_secs(60);

/// A running marketplace; it is killed when dropped.
pub struct Market {
    child: Option<Child>,
    data: PathBuf,
    port: u16,
    sandbox_port: u16,
    settings: Vec<(String, String)>,
    // Removed last, after the process has ended.
    _folder: Option<TempDir>,
}

impl Market {
    /// Starts one over a new folder.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts one with settings such as `("REACTORS__POLL_MS", "50")`.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = |(name, value): &(&str, &str)| (format!("PICASSO_{name}"), (*value).to_owned());
        let mut market = Self {
            child: None,
            data: folder.path().join("data"),
            port: free_port(),
            sandbox_port: free_port(),
            settings: settings.iter().map(own).collect(),
            _folder: Some(folder),
        };
        market.boot();
        market.ready().await;
        market
    }

    /// Starts the process; the caller waits for readiness.
    pub fn boot(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_file())
            .expect("a log file");
        let child = self
            .command(&["dev"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the binary starts");
        self.child = Some(child);
    }

    /// The binary with this marketplace's settings.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_picasso"));
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PICASSO_DATA_DIR", &self.data)
            .env("PICASSO_SERVER__LISTEN", format!("127.0.0.1:{}", self.port))
            .env(
                "PICASSO_SANDBOX__LISTEN",
                format!("127.0.0.1:{}", self.sandbox_port),
            )
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.data.parent().expect("a parent"));
        command
    }

    /// What a command prints that must succeed.
    ///
    /// # Panics
    /// With what it said instead, when it does not.
    pub fn says(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("it runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {complaint}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Waits until the server says it is ready.
    ///
    /// # Panics
    /// With what the process printed, when it does not become ready.
    pub async fn ready(&mut self) {
        let began = Instant::now();
        let url = format!("{}/readyz", self.url());
        let client = Client::new(self.url());
        loop {
            let answer = client.http().get(&url).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let ended = self
                .child
                .as_mut()
                .and_then(|child| child.try_wait().ok().flatten());
            let late = began.elapsed() > PATIENCE;
            assert!(
                ended.is_none() && !late,
                "not ready ({ended:?}):\n{}",
                self.printed()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// SIGKILL: no goodbye.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed");
            child.wait().expect("reaped");
        }
    }

    /// SIGTERM; answers the exit code and how long the goodbye took.
    pub fn terminate(&mut self) -> (Option<i32>, Duration) {
        let mut child = self.child.take().expect("it runs");
        let began = Instant::now();
        let told = Command::new("kill").arg(child.id().to_string()).status();
        assert!(told.expect("kill runs").success());
        let status = child.wait().expect("reaped");
        (status.code(), began.elapsed())
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn sandbox_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.sandbox_port)
    }

    pub fn client(&self) -> Client {
        Client::new(self.url())
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What the process has said so far.
    pub fn printed(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.data.with_extension("log")
    }
}

impl Drop for Market {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the marketplace printed:\n{}", self.printed());
        }
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
