//! `picasso serve`, `picasso dev` and `picasso sandbox`.

use tokio::net::TcpListener;

use super::Session;
use crate::{
    cli::{DevArgs, ServeArgs},
    config::Config,
    exit::{Code, Failure},
    output::say,
    wiring::{self, Roles, sandbox},
};

/// Serves with the services that are configured.
pub async fn serve(session: Session, args: ServeArgs) -> Result<(), Failure> {
    let (listener, config) = bind(session.config).await?;
    wiring::run(&config, listener, Roles::new(&args.role), session.stop).await
}

/// Serves with a sandbox for everything outside, and says where to look.
pub async fn dev(session: Session, args: DevArgs) -> Result<(), Failure> {
    let (listener, config) = bind(session.config).await?;
    let sandbox = sandbox::serve(&config).await?;
    welcome(&sandbox.settings);
    let roles = Roles::new(&args.serve.role);
    let served = wiring::run(&sandbox.settings, listener, roles, session.stop).await;
    sandbox.end().await;
    served
}

/// Serves the sandbox alone, and says how to point servers at it.
pub async fn sandbox(session: Session) -> Result<(), Failure> {
    let sandbox = sandbox::serve(&session.config).await?;
    let webhooks = session.config.public_url();
    let url = sandbox
        .settings
        .mail
        .sandbox_url
        .as_deref()
        .unwrap_or_default();
    say(format!(
        "\n  The sandbox is at  {url}   (payments, identity, mail; no real money)\n  \
           its webhooks go to {webhooks}\n\n  \
           Point servers at it with\n"
    ));
    for (name, value) in sandbox.variables() {
        say(format!("    export {name}='{value}'"));
    }
    sandbox.until(&session.stop).await
}

/// Listens where the settings say; port 0 becomes the port that was given.
async fn bind(mut config: Box<Config>) -> Result<(TcpListener, Box<Config>), Failure> {
    let listen = config.server.listen;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        let message = format!("server.listen: {listen} cannot be listened on: {error}");
        let hint = "is another picasso running? PICASSO_SERVER__LISTEN chooses another port";
        Failure::new(Code::Unavailable, message).hint(hint)
    })?;
    config.server.listen = listener.local_addr()?;
    Ok((listener, config))
}

fn welcome(config: &Config) {
    let url = config.public_url();
    let sandbox = config.payments.api_base.as_deref().unwrap_or_default();
    let data = config.data_dir.display();
    say(format!(
        "\n  Picasso is at      {url}   (web app, gRPC, gRPC-web)\n  \
           its sandbox at     {sandbox}   (payments, identity, mail; no real money)\n  \
           its data in        {data}\n\n  \
           look at the API    grpcurl -plaintext {} list\n  \
           fill it            picasso seed\n  \
           stop               Ctrl-C\n",
        config.server.listen
    ));
}
