//! A marketplace of one's own on free ports over a temporary folder: `picasso dev`, or, when PICASSO_TEST_STACK is
//! `full`, two processes of every role behind a proxy, over the real servers.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use picasso_testing::free_port;
use tempfile::TempDir;

use super::{full_stack, grpc_web::Client, process::Process, servers::Servers, toxiproxy::Link};

const PATIENCE: Duration = Duration::from_secs(60);

/// A running marketplace; it is killed when dropped.
pub struct Market {
    /// Those that are the marketplace; the proxy and the sandbox of the full stack stand beside them.
    processes: Vec<Process>,
    beside: Vec<Process>,
    site: Site,
    // Removed last, after the processes have ended.
    _stack: Option<full_stack::Places>,
    _folder: TempDir,
}

/// The links of a full stack, by the server they lead to.
pub struct Links(Vec<Link>);

impl Links {
    pub fn all(&self) -> impl Iterator<Item = &Link> {
        self.0.iter()
    }

    pub fn to(&self, name: &str) -> &Link {
        let found = self.0.iter().find(|link| link.name == name);
        found.unwrap_or_else(|| panic!("there is no link to {name}"))
    }
}

/// What all processes of a marketplace share.
#[derive(Clone)]
pub struct Site {
    pub data: PathBuf,
    /// Where people come in.
    pub port: u16,
    pub sandbox_port: u16,
    pub settings: Vec<(String, String)>,
}

impl Market {
    /// Starts one over a new folder.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts one with settings such as `("REACTORS__POLL_MS", "50")`.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        match std::env::var("PICASSO_TEST_STACK").as_deref() {
            Ok("full") => Self::start_full(&Servers::given(), settings).await,
            Ok(other) if other != "embedded" => panic!("PICASSO_TEST_STACK is embedded or full"),
            _ => Self::start_embedded(settings).await,
        }
    }

    /// Starts `picasso dev`, whatever else is tested.
    pub async fn start_embedded(settings: &[(&str, &str)]) -> Self {
        let (folder, site) = Site::new(settings);
        let dev = site.process("dev", site.port, &["dev"]);
        Self::run(vec![dev], vec![], site, None, folder).await
    }

    /// Starts two processes of every role over these servers.
    pub async fn start_full(servers: &Servers, settings: &[(&str, &str)]) -> Self {
        let (folder, mut site) = Site::new(settings);
        let places = full_stack::Places::make(servers).await;
        site.stand_on(&places);
        let (processes, beside) = full_stack::processes(&site);
        Self::run(processes, beside, site, Some(places), folder).await
    }

    /// The same, with every server behind a link that can be made bad.
    pub async fn start_linked(servers: &Servers, settings: &[(&str, &str)]) -> (Self, Links) {
        let (folder, mut site) = Site::new(settings);
        let places = full_stack::Places::make(servers).await;
        site.stand_on(&places);
        let mut links = vec![];
        for (name, setting) in full_stack::LINKS {
            let setting = format!("PICASSO_{setting}");
            let found = site.settings.iter_mut().find(|(name, _)| *name == setting);
            let (_, url) = found.expect("the setting of a link");
            let upstream = address(url);
            let link = Link::open(servers, name, &upstream).await;
            *url = url.replace(&upstream, &format!("127.0.0.1:{}", link.port));
            links.push(link);
        }
        let (processes, beside) = full_stack::processes(&site);
        let market = Self::run(processes, beside, site, Some(places), folder).await;
        (market, Links(links))
    }

    async fn run(
        processes: Vec<Process>,
        beside: Vec<Process>,
        site: Site,
        stack: Option<full_stack::Places>,
        folder: TempDir,
    ) -> Self {
        // The proxy, where there is one, is the last: it takes for alive what it has not looked at yet.
        let mut market = Self {
            processes,
            beside,
            site,
            _stack: stack,
            _folder: folder,
        };
        let middle = market.beside.len().min(1);
        let (sandbox, proxy) = market.beside.split_at_mut(middle);
        sandbox.iter_mut().for_each(Process::start);
        market.processes.iter_mut().for_each(Process::start);
        wait(&mut market.processes, "/readyz").await;
        proxy.iter_mut().for_each(Process::start);
        market.ready().await;
        market
    }

    /// Starts the processes; the caller waits for readiness.
    pub fn boot(&mut self) {
        for process in &mut self.processes {
            process.start();
        }
    }

    /// The binary with this marketplace's settings.
    pub fn command(&self, args: &[&str]) -> Command {
        self.site.command(self.site.port, args)
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

    /// Waits until the marketplace says it is ready: it takes commands, and answers queries.
    ///
    /// # Panics
    /// With what the processes printed, when it does not become ready.
    pub async fn ready(&mut self) {
        // The proxy sends the one to who takes commands, the other to who answers queries.
        for path in full_stack::READY {
            let url = format!("{}{path}", self.url());
            let all = self.processes.iter_mut().chain(&mut self.beside);
            answers(&url, all.collect()).await;
        }
    }

    /// SIGKILL to all: no goodbye.
    pub fn kill(&mut self) {
        for process in &mut self.processes {
            process.kill();
        }
    }

    /// Starts those again that did not start, as a supervisor does: a server that was away then is exit code 69.
    ///
    /// # Panics
    /// When one ended in another way.
    pub fn supervise(&mut self) {
        for process in &mut self.processes {
            if let Some(ended) = process.ended() {
                assert_eq!(ended.code(), Some(69), "{} ended", process.name);
                process.kill();
                process.start();
            }
        }
    }

    /// The processes that are the marketplace.
    pub fn processes(&mut self) -> &mut [Process] {
        &mut self.processes
    }

    /// SIGTERM to one after the other; answers the highest exit code and the longest goodbye.
    pub fn terminate(&mut self) -> (Option<i32>, Duration) {
        let ends = self.processes.iter_mut().map(Process::terminate);
        let ends: Vec<_> = ends.collect();
        let killed = ends.iter().any(|(code, _)| code.is_none());
        let code = ends.iter().filter_map(|(code, _)| *code).max();
        let longest = ends.iter().map(|(_, took)| *took).max();
        (code.filter(|_| !killed), longest.unwrap_or_default())
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.site.port)
    }

    pub fn sandbox_url(&self) -> String {
        self.site.sandbox_url()
    }

    pub fn client(&self) -> Client {
        Client::new(self.url())
    }

    pub fn data(&self) -> &Path {
        &self.site.data
    }

    /// What the processes have said so far.
    pub fn printed(&self) -> String {
        self.processes.iter().map(Process::printed).collect()
    }
}

impl Site {
    fn new(settings: &[(&str, &str)]) -> (TempDir, Self) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = |(name, value): &(&str, &str)| (format!("PICASSO_{name}"), (*value).to_owned());
        let site = Self {
            data: folder.path().join("data"),
            port: free_port(),
            sandbox_port: free_port(),
            settings: settings.iter().map(own).collect(),
        };
        (folder, site)
    }

    /// With the settings of a full stack, unless a test has said otherwise.
    fn stand_on(&mut self, places: &full_stack::Places) {
        let mut settings = places.settings();
        settings.extend(full_stack::sandbox_settings(self));
        settings.append(&mut self.settings);
        self.settings = settings;
    }

    pub fn sandbox_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.sandbox_port)
    }

    /// As a process sees it that is not told some of the settings.
    pub fn without(&self, settings: &[&str]) -> Self {
        let mut site = self.clone();
        site.settings
            .retain(|(name, _)| !settings.contains(&name.as_str()));
        site
    }

    /// The binary with these settings, listening on `port`.
    pub fn command(&self, port: u16, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_picasso"));
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PICASSO_DATA_DIR", &self.data)
            .env("PICASSO_SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env(
                "PICASSO_SERVER__PUBLIC_URL",
                format!("http://127.0.0.1:{}", self.port),
            )
            .env(
                "PICASSO_SANDBOX__LISTEN",
                format!("127.0.0.1:{}", self.sandbox_port),
            )
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.data.parent().expect("a parent"));
        command
    }

    /// A process of the binary, listening on `port`.
    pub fn process(&self, name: &str, port: u16, args: &[&str]) -> Process {
        let log = self.data.with_file_name(format!("{name}.log"));
        let args: Vec<_> = args.iter().map(ToString::to_string).collect();
        let site = self.clone();
        Process::new(name, port, log, move || {
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            site.command(port, &args)
        })
    }
}

/// Waits until each process answers this path itself.
async fn wait(processes: &mut [Process], path: &str) {
    for index in 0..processes.len() {
        let url = format!("http://127.0.0.1:{}{path}", processes[index].port);
        answers(&url, processes.iter_mut().collect()).await;
    }
}

/// Waits until an address answers anything but a failure of the server, while these processes run.
async fn answers(url: &str, mut processes: Vec<&mut Process>) {
    let began = Instant::now();
    let client = reqwest::Client::new();
    loop {
        let answer = client.get(url).send().await;
        if answer.is_ok_and(|answer| !answer.status().is_server_error()) {
            return;
        }
        let ended = processes
            .iter_mut()
            .filter_map(|process| Some((process.name.clone(), process.ended()?)));
        let ended: Vec<_> = ended.collect();
        let late = began.elapsed() > PATIENCE;
        assert!(
            !late && ended.is_empty(),
            "{url} is not ready, ended: {ended:?}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The `127.0.0.1:port` of an address.
fn address(url: &str) -> String {
    let from = url.find("127.0.0.1:").expect("an address of this machine");
    let end = url[from + 10..].find(|c: char| !c.is_ascii_digit());
    let end = end.map_or(url.len(), |end| from + 10 + end);
    url[from..end].to_owned()
}
