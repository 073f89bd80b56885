//! One process of a marketplace: started, killed, told to stop, frozen; what it says goes to a file.

use std::{
    fs::OpenOptions,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// How long a process may take to do as it is told.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that can be started again and again; it is killed when dropped.
pub struct Process {
    pub name: String,
    /// Where it listens.
    pub port: u16,
    command: Box<dyn Fn() -> Command + Send>,
    log: PathBuf,
    child: Option<Child>,
}

impl Process {
    /// `command` makes the command line, anew at each start.
    pub fn new(
        name: impl Into<String>,
        port: u16,
        log: PathBuf,
        command: impl Fn() -> Command + Send + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            port,
            command: Box::new(command),
            log,
            child: None,
        }
    }

    pub fn start(&mut self) {
        assert!(self.child.is_none(), "{} runs already", self.name);
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let child = (self.command)()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.expect("a log file"))
            .spawn();
        self.child = Some(child.unwrap_or_else(|error| panic!("{}: {error}", self.name)));
    }

    /// How it ended, if it did by itself.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut()?.try_wait().ok().flatten()
    }

    /// SIGKILL: no goodbye.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed, or ended before");
            child.wait().expect("reaped");
        }
    }

    /// SIGTERM; answers the exit code and how long the goodbye took.
    pub fn terminate(&mut self) -> (Option<i32>, Duration) {
        let mut child = self.child.take().expect("it runs");
        let began = Instant::now();
        signal(child.id(), "TERM");
        while began.elapsed() < PATIENCE {
            if let Some(status) = child.try_wait().expect("it can be waited for") {
                return (status.code(), began.elapsed());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.child = Some(child);
        panic!("{} does not stop", self.name);
    }

    /// The most memory it has needed, of its own; `None` when it does not run.
    pub fn most_memory_kib(&mut self) -> Option<u64> {
        let id = self.child.as_ref()?.id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().split(' ').next()?.parse().ok()
    }

    /// What it has said so far.
    pub fn printed(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- {} printed:\n{}", self.name, self.printed());
        }
    }
}

/// Sends a signal to a process.
pub fn signal(process: u32, name: &str) {
    let told = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status();
    assert!(told.expect("kill runs").success(), "SIG{name} to {process}");
}
