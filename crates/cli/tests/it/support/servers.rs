//! The real servers a full stack runs on: those that run anyway, or some of one's own, to be killed.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::process::signal;

/// How long a server may take to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where servers are, by the variables that `scripts/servers env` prints.
pub struct Servers {
    own: Option<Own>,
}

/// Servers whose state is in a folder of their own.
struct Own {
    folder: TempDir,
    names: Vec<&'static str>,
    variables: HashMap<String, String>,
}

impl Servers {
    /// Those that `make test` has started, or a person has given.
    pub fn given() -> Self {
        Self { own: None }
    }

    /// Starts some of one's own.
    pub fn start(names: &[&'static str]) -> Self {
        let folder = tempfile::Builder::new().prefix("picasso-servers").tempdir();
        let folder = folder.expect("a temporary folder");
        let mut own = Own {
            folder,
            names: names.to_vec(),
            variables: HashMap::new(),
        };
        own.run("up", names);
        own.look();
        Self { own: Some(own) }
    }

    fn own(&self) -> &Own {
        self.own.as_ref().expect("servers of one's own")
    }

    /// The value of a variable.
    ///
    /// # Panics
    /// With what to do, when the server does not run.
    pub fn get(&self, variable: &str) -> String {
        let Some(own) = &self.own else {
            return picasso_testing::variable(variable);
        };
        let found = own.variables.get(variable).cloned();
        found.unwrap_or_else(|| panic!("none of {:?} tells {variable}", own.names))
    }

    /// The quick one of the servers that speak MongoDB's protocol; of one's own, the one that survives being killed.
    pub fn mongodb(&self) -> String {
        self.get(match self.own {
            Some(_) => "PICASSO_TEST_MONGODB_URL",
            None => "PICASSO_TEST_MONGODB_JAVA_URL",
        })
    }

    /// Sends a signal that ends it to a server, and waits until it has ended.
    pub fn strike(&self, name: &str, signal_name: &str) {
        let process = self.own().process(name);
        signal(process, signal_name);
        let patience = Instant::now() + PATIENCE;
        while is_alive(process) {
            assert!(Instant::now() < patience, "{name} does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Starts those again that were killed, at their former addresses.
    pub fn revive(&self) {
        self.own().run("up", &self.own().names);
    }
}

impl Own {
    /// Reads where they are.
    fn look(&mut self) {
        let text = self.run("env", &[]);
        let lines = text.lines().filter_map(|line| line.strip_prefix("export "));
        let pairs = lines.filter_map(|line| line.split_once('='));
        self.variables = pairs
            .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
            .collect();
    }

    fn run(&self, verb: &str, names: &[&str]) -> String {
        let output = self.command().arg(verb).args(names).output();
        text(verb, &output.expect("scripts/servers runs"))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(scripts().join("servers"));
        let given = std::env::vars().filter(|(name, _)| name.starts_with("PICASSO_TEST_"));
        for (name, _) in given {
            command.env_remove(name);
        }
        command.env("PICASSO_LOCAL", self.folder.path());
        command
    }

    fn process(&self, name: &str) -> u32 {
        let file = self.folder.path().join("servers").join(name).join("pid");
        let pid = std::fs::read_to_string(file).expect("a process id");
        let pid = pid.split(' ').next().expect("a process id");
        pid.parse().expect("a number")
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let output = self.command().arg("down").args(&self.names).output();
        if !output.is_ok_and(|output| output.status.success()) {
            eprintln!("servers in {} may still run", self.folder.path().display());
        }
    }
}

/// A zombie is dead.
fn is_alive(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest);
    state.is_some_and(|state| !state.starts_with('Z'))
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts")
}

fn text(verb: &str, output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "scripts/servers {verb}: {said}{complaint}"
    );
    said
}
