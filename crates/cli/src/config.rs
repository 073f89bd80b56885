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
use serde::{Deserialize, Serialize};

use crate::{
    cli::Global,
    exit::{Code, Failure},
    telemetry::LogConfig,
};

mod blobs;
mod emulator;
mod secret;
#[cfg(test)]
mod tests;

pub use blobs::Blobs;
pub use secret::Secret;

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
    pub blobs: Blobs,
    pub pictures: Pictures,
    pub payments: Payments,
    pub identity: Identity,
    pub mail: Mail,
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
    /// Another address than Stripe's own, for example a sandbox.
    pub api_base: Option<String>,
    pub timeout_s: u64,
    /// How long a checkout page stays open; Stripe wants at least 30 minutes.
    pub checkout_ttl_s: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// The Firebase project whose tokens are taken.
    pub project_id: Option<String>,
    /// Where the keys of its tokens are published, as a JWK set.
    pub keys_url: String,
    /// A Firebase Auth emulator, whose unsigned tokens anybody can make: for development only.
    pub emulator_url: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// The sandbox whose mail box takes the mail; `picasso dev` uses its own.
    pub sandbox_url: Option<String>,
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
            blobs: Blobs::default(),
            pictures: Pictures::default(),
            payments: Payments::default(),
            identity: Identity::default(),
            mail: Mail::default(),
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
        let url = self.url.as_ref().map(Secret::reveal);
        url.filter(|url| !url.is_empty())
    }
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

impl Default for Payments {
    fn default() -> Self {
        Self {
            secret_key: None,
            webhook_secret: None,
            api_base: None,
            timeout_s: 15,
            checkout_ttl_s: 60 * 60,
        }
    }
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            project_id: None,
            keys_url: "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com".to_owned(),
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
            .ignore(&["photos", "local", "campaign", "cases", "seed", "bless"])
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
                "reactors.poll_ms",
                self.reactors.poll_ms >= 10,
                "must be at least 10",
            ),
            (
                "reactors.collect_grace_s",
                self.reactors.collect_grace_s >= 3 * 3600,
                "must be at least 10800, longer than any upload takes",
            ),
        ];
        match rules.into_iter().find(|(_, holds, _)| !holds) {
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
