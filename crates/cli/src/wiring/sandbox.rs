//! The sandbox that `picasso dev` and `picasso seed` bring along, and the settings that point at it.

use picasso_projections::runtime::backoff::chain;
use picasso_sandbox::{Sandbox, SandboxConfig};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, Secret},
    exit::{Code, Failure},
};

/// A running sandbox, and the settings with everything outside pointing at it.
pub struct Serving {
    pub sandbox: Sandbox,
    pub settings: Config,
    stop: CancellationToken,
    task: JoinHandle<picasso_sandbox::Result<()>>,
}

impl Serving {
    /// The variables that point a server at the sandbox, which takes well-known test secrets only.
    pub fn variables(&self) -> [(&'static str, &str); 7] {
        let Config {
            payments,
            identity,
            mail,
            ..
        } = &self.settings;
        [
            ("PICASSO_PAYMENTS__SECRET_KEY", shown(&payments.secret_key)),
            (
                "PICASSO_PAYMENTS__WEBHOOK_SECRET",
                shown(&payments.webhook_secret),
            ),
            (
                "PICASSO_PAYMENTS__API_BASE",
                payments.api_base.as_deref().unwrap_or_default(),
            ),
            (
                "PICASSO_IDENTITY__PROJECT_ID",
                identity.project_id.as_deref().unwrap_or_default(),
            ),
            ("PICASSO_IDENTITY__KEYS_URL", &identity.keys_url),
            (
                "PICASSO_IDENTITY__SANDBOX_URL",
                identity.sandbox_url.as_deref().unwrap_or_default(),
            ),
            (
                "PICASSO_MAIL__SANDBOX_URL",
                mail.sandbox_url.as_deref().unwrap_or_default(),
            ),
        ]
    }

    /// Serves until `stop`, or until it cannot.
    pub async fn until(mut self, stop: &CancellationToken) -> Result<(), Failure> {
        tokio::select! {
            () = stop.cancelled() => {}
            ended = &mut self.task => return Ok(ended.map_err(std::io::Error::other)??),
        }
        self.end().await;
        Ok(())
    }

    /// Stops the sandbox and waits until it has ended.
    pub async fn end(self) {
        self.stop.cancel();
        match self.task.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = chain(&error), "the sandbox ended badly"),
            Err(error) => tracing::error!(%error, "the sandbox panicked"),
        }
    }
}

/// A secret of the sandbox is none.
fn shown(secret: &Option<Secret>) -> &str {
    secret.as_ref().map_or("", Secret::reveal)
}

/// Serves the sandbox where the settings say, its webhooks going to our own server.
pub async fn serve(config: &Config) -> Result<Serving, Failure> {
    let listen = config.sandbox.listen;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        let message = format!("sandbox.listen: {listen} cannot be listened on: {error}");
        let hint = "is another `picasso dev` running? PICASSO_SANDBOX__LISTEN chooses another port";
        Failure::new(Code::Unavailable, message).hint(hint)
    })?;
    let webhook_url = format!("{}/webhooks/stripe", config.public_url());
    start(config, listener, Some(webhook_url))
}

/// Serves the sandbox's data on a free port beside whatever runs already; no webhooks.
pub async fn serve_aside(config: &Config) -> Result<Serving, Failure> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    start(config, listener, None)
}

fn start(
    config: &Config,
    listener: TcpListener,
    webhook_url: Option<String>,
) -> Result<Serving, Failure> {
    let address = listener.local_addr()?;
    let base = format!("http://{address}");
    let sandbox_config = SandboxConfig {
        data_dir: Some(config.data_dir.join("sandbox")),
        webhook_url,
        app_url: config.public_url(),
        ..SandboxConfig::new(&base)
    };
    let mut settings = config.clone();
    settings.payments.secret_key = Some(Secret::new(&sandbox_config.stripe_secret_key));
    settings.payments.webhook_secret = Some(Secret::new(&sandbox_config.webhook_secret));
    settings.payments.api_base = Some(base.clone());
    // Who asks for Firebase's emulator, or for a mail server, gets it instead of the sandbox's.
    if settings.identity.emulator_url.is_none() {
        settings.identity.project_id = Some(sandbox_config.project_id.clone());
        settings.identity.keys_url = format!("{base}/identity/keys");
        settings.identity.sandbox_url = Some(base.clone());
    }
    if settings.mail.smtp_url.is_none() {
        settings.mail.sandbox_url = Some(base);
    }
    let sandbox = Sandbox::open(sandbox_config)?;
    let stop = CancellationToken::new();
    let task = {
        let (sandbox, stop) = (sandbox.clone(), stop.clone());
        tokio::spawn(async move { sandbox.serve(listener, stop).await })
    };
    Ok(Serving {
        sandbox,
        settings,
        stop,
        task,
    })
}
