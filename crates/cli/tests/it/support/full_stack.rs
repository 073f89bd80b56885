//! The full stack: two processes of every role behind a proxy, the sandbox beside them, and a place of its own on each
//! server.

use std::{path::Path, process::Command};

use picasso_testing::{S3Server, TestBucket, free_port};
use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;

use super::{market::Site, process::Process, servers::Servers};

/// Addresses of the proxy that answer anything but a failure of the server once somebody takes commands, and answers
/// queries.
pub const READY: [&str; 2] = ["/uploads/none", "/readyz"];
/// The servers it needs.
pub const SERVERS: &[&str] = &["postgres", "nats", "ferretdb", "minio", "proxy"];
/// What each server's address is set by.
pub const LINKS: [(&str, &str); 5] = [
    ("postgres", "EVENTS__URL"),
    ("nats", "FEED__URL"),
    ("s3", "BLOBS__ENDPOINT"),
    ("mongodb", "READ__URL"),
    ("stripe", "PAYMENTS__API_BASE"),
];
const ROLES: [&str; 5] = ["commands", "queries", "relay", "projections", "reactors"];
/// Who is told the secrets of payments, and which these are.
const PAY: [&str; 2] = ["commands", "reactors"];
const SECRETS: [&str; 2] = [
    "PICASSO_PAYMENTS__SECRET_KEY",
    "PICASSO_PAYMENTS__WEBHOOK_SECRET",
];
const LOGS: u16 = 4;

/// Places on the servers that nobody else uses; given back when dropped.
pub struct Places {
    name: String,
    postgres: String,
    mongodb: String,
    nats: String,
    /// Gone once it was given back.
    bucket: Option<TestBucket>,
}

impl Places {
    pub async fn make(servers: &Servers) -> Self {
        let bucket = TestBucket::make(S3Server::told(|variable| servers.get(variable))).await;
        bucket.open_derivatives().await;
        let places = Self {
            name: name(),
            postgres: servers.get("PICASSO_TEST_POSTGRES_URL"),
            mongodb: servers.mongodb(),
            nats: servers.get("PICASSO_TEST_NATS_URL"),
            bucket: Some(bucket),
        };
        let schema = format!("CREATE SCHEMA {}", places.name);
        run(&places.postgres, &schema).await.expect("a schema");
        places
    }

    /// The settings that point a marketplace at these places.
    pub fn settings(&self) -> Vec<(String, String)> {
        let Self {
            name,
            postgres,
            mongodb,
            nats,
            bucket,
        } = self;
        let separator = if postgres.contains('?') { '&' } else { '?' };
        let settings = [
            (
                "EVENTS__URL",
                format!("{postgres}{separator}options[search_path]={name}"),
            ),
            ("EVENTS__LOGS", LOGS.to_string()),
            ("READ__URL", format!("{mongodb}{name}")),
            ("FEED__URL", nats.clone()),
            ("FEED__PREFIX", name.clone()),
        ];
        let bucket = bucket.iter().flat_map(TestBucket::settings);
        let bucket = bucket.map(|(setting, value)| (setting, value.to_owned()));
        let settings = settings.into_iter().chain(bucket);
        settings
            .map(|(setting, value)| (format!("PICASSO_{setting}"), value))
            .collect()
    }
}

/// At most 32 letters and digits, which all servers take; begins with a letter.
fn name() -> String {
    let id = Uuid::new_v4().simple().to_string();
    format!("j{}", &id[..24])
}

impl Drop for Places {
    fn drop(&mut self) {
        let (url, name) = (self.postgres.clone(), self.name.clone());
        let (nats, bucket) = (self.nats.clone(), self.bucket.take());
        // A thread of its own: a drop cannot wait on the runtime it runs in.
        let given_back = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(async {
                let schema = format!("DROP SCHEMA {name} CASCADE");
                run(&url, &schema).await.expect("the schema is dropped");
                delete_streams(&nats, &name).await;
                bucket.expect("once").remove().await;
            });
        });
        if given_back.join().is_err() {
            println!("places called {} are left behind", self.name);
        }
    }
}

async fn delete_streams(nats: &str, prefix: &str) {
    let client = async_nats::connect(nats).await.expect("NATS answers");
    let streams = async_nats::jetstream::new(client);
    for log in 0..LOGS {
        // None was made when the market never started.
        drop(streams.delete_stream(format!("{prefix}_{log}")).await);
    }
}

async fn run(url: &str, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(statement).await.map(drop)
}

/// What `picasso sandbox` tells to set.
pub fn sandbox_settings(site: &Site) -> Vec<(String, String)> {
    let url = site.sandbox_url();
    let settings = [
        ("PAYMENTS__SECRET_KEY", "sk_test_sandbox".to_owned()),
        ("PAYMENTS__WEBHOOK_SECRET", "whsec_sandbox".to_owned()),
        ("PAYMENTS__API_BASE", url.clone()),
        ("IDENTITY__PROJECT_ID", "picasso-sandbox".to_owned()),
        ("IDENTITY__KEYS_URL", format!("{url}/identity/keys")),
        ("IDENTITY__SANDBOX_URL", url.clone()),
        ("MAIL__SANDBOX_URL", url),
    ];
    settings
        .map(|(setting, value)| (format!("PICASSO_{setting}"), value))
        .to_vec()
}

/// The marketplace's own processes, and those beside it.
pub fn processes(site: &Site) -> (Vec<Process>, Vec<Process>) {
    let (mut processes, mut addresses) = (vec![], vec![]);
    for role in ROLES {
        let known = match PAY.contains(&role) {
            true => site.clone(),
            false => site.without(&SECRETS),
        };
        for number in 1..=2 {
            let port = free_port();
            let name = format!("{role}-{number}");
            let variable = format!("PICASSO_{}_{number}", role.to_uppercase());
            addresses.push((variable, format!("127.0.0.1:{port}")));
            processes.push(known.process(&name, port, &["serve", "--role", role]));
        }
    }
    addresses.push((
        "PICASSO_PROXY".to_owned(),
        format!("127.0.0.1:{}", site.port),
    ));
    let sandbox = site.process("sandbox", site.sandbox_port, &["sandbox"]);
    (processes, vec![sandbox, proxy(site, addresses)])
}

fn proxy(site: &Site, addresses: Vec<(String, String)>) -> Process {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/proxy/haproxy.cfg");
    let haproxy = std::env::var_os("PICASSO_TEST_HAPROXY").unwrap_or_else(|| "haproxy".into());
    let log = site.data.with_file_name("proxy.log");
    Process::new("proxy", site.port, log, move || {
        let mut command = Command::new(&haproxy);
        command
            .arg("-db")
            .arg("-f")
            .arg(&config)
            .envs(addresses.clone());
        command
    })
}
