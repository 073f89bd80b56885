//! Settings: defaults, then a file, then the environment, then flags. A wrong one is one line that names it.
//!
//! `PICASSO_SERVER__LISTEN=…` sets `server.listen`; secrets belong into the environment or a file that only
//! the service can read.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use picasso_domain::values::MAX_FEE_BPS;
use serde::{Deserialize, Serialize};

use crate::{
    cli::Global,
    exit::{Code, Failure},
    telemetry::LogConfig,
};

mod blobs;
mod emulator;
mod feed;
mod identity;
mod secret;
#[cfg(test)]
mod tests;

pub use blobs::Blobs;
pub use feed::Feed;
pub use secret::Secret;

/// Money may not be held longer (<https://docs.stripe.com/connect/account-balances#holding-period>).
const MAX_HOLD_S: u64 = 90 * 24 * 3600;

/// The file that is read when `--config` names none.
const DEFAULT_FILE: &str = "picasso.toml";

/// Everything that can be set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where everything durable lives.
    pub data_dir: PathBuf,
    pub log: LogConfig,
    pub server: Server,
    pub events: Events,
    pub read: Read,
    pub keys: Keys,
    pub blobs: Blobs,
    pub feed: Feed,
    pub pictures: Pictures,
    pub payments: Payments,
    pub identity: Identity,
    pub mail: Mail,
    pub notify: Notify,
    pub sandbox: Sandbox,
    pub reactors: Reactors,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Where gRPC, gRPC-web and HTTP are served.
    pub listen: SocketAddr,
    /// How people reach this server; upload and download links begin with it. `http://<listen>` if not set.
    pub public_url: Option<String>,
    /// Which web pages may call the API (CORS); `*` for any.
    pub allowed_origins: Vec<String>,
    /// How long a request in hand may take after the server was told to stop.
    pub shutdown_grace_s: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Events {
    /// How many logs a new deployment has; fixed once it is created.
    pub logs: u16,
    /// The PostgreSQL database that keeps them, `postgres://user:password@host/database`; a file in the data folder
    /// if not set.
    pub url: Option<Secret>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Read {
    /// The MongoDB database that keeps the read models, `mongodb://user:password@host:27017/database`; a file in the
    /// data folder if not set.
    pub url: Option<Secret>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// Seals links; 32 bytes in hex or base64. Processes without a data folder in common need the same one. Made and
    /// kept in the data folder if not set.
    pub links: Option<Secret>,
    /// Signs page tokens; as for `links`.
    pub page_tokens: Option<Secret>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pictures {
    /// Memory for all pictures being developed at once.
    pub memory_budget_mib: u64,
    pub max_megapixels: u64,
    pub max_side_px: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Payments {
    /// Stripe's secret key; `picasso dev` uses its sandbox's.
    pub secret_key: Option<Secret>,
    /// Signs Stripe's webhooks.
    pub webhook_secret: Option<Secret>,
    /// Signs Stripe's webhooks of connected accounts, whose endpoint has a secret of its own.
    pub connect_webhook_secret: Option<Secret>,
    /// Another address than Stripe's own, for example a sandbox.
    pub api_base: Option<String>,
    pub timeout_s: u64,
    /// How long a checkout page stays open; Stripe wants at least 30 minutes.
    pub checkout_ttl_s: u64,
    /// What Picasso keeps of each price, in basis points (hundredths of a percent); purchases that have started keep
    /// theirs.
    pub fee_bps: u16,
    /// How long a seller's share is held after the sale.
    pub payout_hold_s: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// The Firebase project whose tokens are taken.
    pub project_id: Option<String>,
    /// Where the keys of its tokens are published, as a JWK set.
    pub keys_url: String,
    /// Instead of Firebase, the sandbox where the web app signs people in; `picasso dev` uses its own.
    pub sandbox_url: Option<String>,
    /// By which the web app names the project to Firebase; it is public. Without it nobody can sign in there.
    pub api_key: Option<String>,
    /// The host of the project's sign-in pages; `<project_id>.firebaseapp.com` if not set.
    pub auth_domain: Option<String>,
    /// A Firebase Auth emulator, whose unsigned tokens anybody can make: for development only.
    pub emulator_url: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// The mail server: `smtps://user:password@host`, or `smtp://user:password@host:587?tls=required` for STARTTLS.
    pub smtp_url: Option<Secret>,
    /// Who letters are from: `Picasso <mail@example.org>`.
    pub from: Option<String>,
    /// Instead of a mail server, the sandbox whose mail box takes the mail; `picasso dev` uses its own.
    pub sandbox_url: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notify {
    /// The SNS topic that other systems hear the news from; none if not set.
    pub sns_topic_arn: Option<String>,
    /// Another address than the region's own.
    pub endpoint: Option<String>,
    /// The machine's own (environment, profile, role) if not set.
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<Secret>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sandbox {
    /// Where `picasso dev` serves payments, identity and mail.
    pub listen: SocketAddr,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reactors {
    /// How often the agenda is looked at when nothing hurries it.
    pub poll_ms: u64,
    /// How long a purchase is left to its webhook before the sweeper asks the provider.
    pub first_look_s: u64,
    /// How long between two looks at an open checkout page.
    pub look_again_s: u64,
    /// The pause after the first failure; it doubles from there.
    pub first_delay_ms: u64,
    /// How long likes are gathered before their artist is told.
    pub likes_every_s: u64,
    /// How often files without an event are looked for.
    pub collect_every_s: u64,
    /// How old a file without an event must be before it is removed.
    pub collect_grace_s: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from(".picasso"),
            log: LogConfig::default(),
            server: Server::default(),
            events: Events::default(),
            read: Read::default(),
            keys: Keys::default(),
            blobs: Blobs::default(),
            feed: Feed::default(),
            pictures: Pictures::default(),
            payments: Payments::default(),
            identity: Identity::default(),
            mail: Mail::default(),
            notify: Notify::default(),
            sandbox: Sandbox::default(),
            reactors: Reactors::default(),
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self {
            listen,
            public_url: None,
            allowed_origins: vec![],
            shutdown_grace_s: 10,
        }
    }
}

impl Default for Events {
    fn default() -> Self {
        Self { logs: 1, url: None }
    }
}

impl Events {
    /// Where the database is, if one keeps the logs.
    pub fn url(&self) -> Option<&str> {
        given(self.url.as_ref())
    }
}

impl Read {
    /// Where the database is, if one keeps the read models.
    pub fn url(&self) -> Option<&str> {
        given(self.url.as_ref())
    }
}

/// An address that is set; an empty one is not.
fn given(url: Option<&Secret>) -> Option<&str> {
    url.map(Secret::reveal).filter(|url| !url.is_empty())
}

fn names_mongodb(url: &str) -> bool {
    url.starts_with("mongodb://") || url.starts_with("mongodb+srv://")
}

fn names_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

impl Default for Pictures {
    fn default() -> Self {
        Self {
            memory_budget_mib: 1024,
            max_megapixels: 100,
            max_side_px: 30_000,
        }
    }
}

impl Pictures {
    /// Of the largest picture that is taken.
    pub fn max_pixels(&self) -> u64 {
        self.max_megapixels * 1_000_000
    }
}

impl Default for Payments {
    fn default() -> Self {
        Self {
            secret_key: None,
            webhook_secret: None,
            connect_webhook_secret: None,
            api_base: None,
            timeout_s: 15,
            checkout_ttl_s: 60 * 60,
            fee_bps: 1_000,
            payout_hold_s: 7 * 24 * 3600,
        }
    }
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            project_id: None,
            keys_url: "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com".to_owned(),
            sandbox_url: None,
            api_key: None,
            auth_domain: None,
            emulator_url: None,
        }
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8081)),
        }
    }
}

impl Default for Reactors {
    fn default() -> Self {
        Self {
            poll_ms: 1_000,
            first_look_s: 60,
            look_again_s: 120,
            first_delay_ms: 1_000,
            likes_every_s: 6 * 3600,
            collect_every_s: 6 * 3600,
            collect_grace_s: 24 * 3600,
        }
    }
}

impl Config {
    /// Reads the settings in their order of precedence.
    ///
    /// # Errors
    /// One line that names the wrong setting and where it was set.
    pub fn load(global: &Global) -> Result<Self, Failure> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        figment = match &global.config {
            Some(path) if !path.is_file() => {
                let message = format!("--config: there is no file {}", path.display());
                return Err(Failure::new(Code::Config, message));
            }
            Some(path) => figment.merge(Toml::file_exact(path)),
            None if Path::new(DEFAULT_FILE).is_file() => {
                figment.merge(Toml::file_exact(DEFAULT_FILE))
            }
            None => figment,
        };
        // Variables of the test suite and the build share the prefix but are no settings.
        let environment = Env::prefixed("PICASSO_")
            .ignore(&["photos", "campaign", "cases", "seed", "bless", "local"])
            .filter(|key| !key.starts_with("test_"))
            .split("__");
        figment = figment.merge(environment);
        if let Some(data_dir) = &global.data_dir {
            figment = figment.merge(Serialized::default("data_dir", data_dir));
        }
        if let Some(level) = &global.log_level {
            figment = figment.merge(Serialized::default("log.level", level));
        }
        let config: Self = figment.extract().map_err(|error| explain(&error))?;
        config.check()?;
        Ok(config)
    }

    /// Rules that one setting alone can break.
    fn check(&self) -> Result<(), Failure> {
        let rules = [
            (
                "server.public_url",
                self.public_url().starts_with("http") && !self.public_url().ends_with('/'),
                "must be an http or https address without a slash at its end",
            ),
            (
                "events.logs",
                (1..=64).contains(&self.events.logs),
                "must be between 1 and 64",
            ),
            (
                "events.url",
                self.events.url().is_none_or(names_postgres),
                "must begin with postgres://",
            ),
            self.blobs.rule(),
            self.emulator_rule(),
            (
                "read.url",
                self.read.url().is_none_or(names_mongodb),
                "must begin with mongodb://",
            ),
            (
                "pictures.memory_budget_mib",
                self.pictures.memory_budget_mib >= 64,
                "must be at least 64",
            ),
            (
                "pictures.max_megapixels",
                (1..=1_000).contains(&self.pictures.max_megapixels),
                "must be between 1 and 1000",
            ),
            (
                "payments.timeout_s",
                (1..=120).contains(&self.payments.timeout_s),
                "must be between 1 and 120",
            ),
            (
                "payments.fee_bps",
                self.payments.fee_bps <= MAX_FEE_BPS,
                "must be at most 5000, half of the price",
            ),
            (
                "payments.payout_hold_s",
                self.payments.payout_hold_s <= MAX_HOLD_S,
                "must be at most 7776000, the 90 days that Stripe holds money for at most",
            ),
            (
                "reactors.poll_ms",
                self.reactors.poll_ms >= 10,
                "must be at least 10",
            ),
            (
                "reactors.likes_every_s",
                (1..=7 * 24 * 3600).contains(&self.reactors.likes_every_s),
                "must be between 1 and 604800, a week",
            ),
            (
                "reactors.collect_grace_s",
                self.reactors.collect_grace_s >= 3 * 3600,
                "must be at least 10800, longer than any upload takes",
            ),
        ];
        let rules = rules.into_iter().chain(self.feed.rules());
        let mut rules = rules.chain(self.identity.rules());
        match rules.find(|(_, holds, _)| !holds) {
            None => Ok(()),
            Some((setting, _, rule)) => {
                let message = format!("the setting {setting} {rule}");
                Err(Failure::new(Code::Config, message))
            }
        }
    }

    /// How people reach this server.
    pub fn public_url(&self) -> String {
        let given = self.server.public_url.clone();
        given.unwrap_or_else(|| format!("http://{}", self.server.listen))
    }

    /// The same settings as TOML, secrets hidden.
    pub fn to_toml(&self) -> Result<String, Failure> {
        toml::to_string_pretty(self)
            .map_err(|error| Failure::new(Code::Internal, format!("config show: {error}")))
    }
}

/// Turns figment's error into one line with the setting's name and origin.
fn explain(error: &figment::Error) -> Failure {
    let setting = error.path.join(".");
    let origin = error
        .metadata
        .as_ref()
        .map(|metadata| match &metadata.source {
            Some(source) => format!(" (from {}: {source})", metadata.name),
            None => format!(" (from {})", metadata.name),
        })
        .unwrap_or_default();
    let message = if setting.is_empty() {
        format!("the settings cannot be read: {}{origin}", error.kind)
    } else {
        format!("the setting {setting} is wrong: {}{origin}", error.kind)
    };
    Failure::new(Code::Config, message).hint("`picasso config show` prints all settings")
}
