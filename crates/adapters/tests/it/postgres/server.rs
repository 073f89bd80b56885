//! A PostgreSQL server of a test's own: it may be killed, starved and made a replica.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use picasso_testing::{free_port, variable};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// How long a server may take to start or to recover.
const LIMIT: Duration = Duration::from_secs(120);
/// PostgreSQL does not run as root.
const USER: &str = "postgres";

/// It is killed when dropped.
pub(crate) struct OwnServer {
    data: PathBuf,
    port: u16,
    process: Option<Child>,
    // Removed last.
    _home: TempDir,
}

impl OwnServer {
    /// A new and empty server that runs.
    pub(crate) async fn start() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let data = home.path().join("data");
        Self::start_in(home, data).await
    }

    /// One whose tables, but not its write-ahead log, lie in a folder that may run full.
    pub(crate) async fn start_in(home: TempDir, data: PathBuf) -> Self {
        give(home.path()).await;
        let mut initdb = command("initdb");
        initdb.arg("--pgdata").arg(&data);
        initdb.arg("--waldir").arg(home.path().join("wal"));
        initdb.args([
            "--username=picasso",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
        ]);
        run(initdb.arg("--locale=C.UTF-8")).await;
        let mut server = Self {
            data,
            port: free_port(),
            process: None,
            _home: home,
        };
        server.boot().await;
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://picasso@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the process and waits until it answers.
    pub(crate) async fn boot(&mut self) {
        let mut command = command("postgres");
        command
            .arg("-D")
            .arg(&self.data)
            .args(["-p", &self.port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=60",
        ] {
            command.args(["-c", setting]);
        }
        let log = self.data.with_extension("log");
        let log = std::fs::File::options().create(true).append(true).open(log);
        let command = command.stderr(log.expect("a log file")).kill_on_drop(true);
        self.process = Some(command.spawn().expect("it starts"));
        let began = Instant::now();
        while PgConnection::connect(&self.url()).await.is_err() {
            assert!(began.elapsed() < LIMIT, "the server does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends it as `pg_ctl stop -m immediate` does: no process of it finishes what it is at.
    pub(crate) async fn crash(&mut self) {
        self.end("QUIT").await;
    }

    pub(crate) async fn become_replica(&mut self) {
        self.end("INT").await;
        std::fs::write(self.data.join("standby.signal"), "").expect("written");
        give(&self.data).await;
        self.boot().await;
    }

    async fn end(&mut self, signal: &str) {
        let mut process = self.process.take().expect("it runs");
        let id = process.id().expect("it runs").to_string();
        run(Command::new("kill").args(["-s", signal, &id])).await;
        process.wait().await.expect("it ended");
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let Some(id) = self.process.as_ref().and_then(Child::id) else {
            return;
        };
        // The children of a killed server would live on for a while; at this signal they end.
        let quit = std::process::Command::new("kill")
            .args(["-s", "QUIT", &id.to_string()])
            .status();
        println!("the server of the test was told to end: {quit:?}");
        let gone = |id: &str| !Path::new("/proc").join(id).join("exe").exists();
        let began = Instant::now();
        while !gone(&id.to_string()) && began.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// One of the server's programs, as the user that may run it.
fn command(program: &str) -> Command {
    let programs = variable("PICASSO_TEST_POSTGRES_BIN");
    let program = Path::new(&programs).join(program);
    let mut command = match is_root() {
        false => Command::new(program),
        true => {
            let mut command = Command::new("setpriv");
            command.args([
                &format!("--reuid={USER}"),
                &format!("--regid={USER}"),
                "--init-groups",
            ]);
            command.arg(program);
            command
        }
    };
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// Makes a folder, with what is in it, the server's own.
pub(crate) async fn give(folder: &Path) {
    if is_root() {
        run(Command::new("chown")
            .arg("-R")
            .arg(format!("{USER}:"))
            .arg(folder))
        .await;
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").expect("this process").uid() == 0
}

/// Runs a program to its end.
pub(crate) async fn run(command: &mut Command) {
    let output = command.output().await.expect("it starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
}
