//! One module per command of the command line.

mod aggregate;
mod config;
mod doctor;
mod events;
mod projections;
mod seed;
mod serve;
mod status;

use clap::CommandFactory;
use tokio_util::sync::CancellationToken;

use crate::{
    cli::{Cli, Command},
    config::Config,
    exit::Failure,
    output::Output,
};

/// What every command is given.
pub struct Session {
    /// Boxed, for every command holds it while it waits.
    pub config: Box<Config>,
    pub output: Output,
    /// Cancelled by SIGINT or SIGTERM.
    pub stop: CancellationToken,
}

/// Runs the command that was asked for.
pub async fn run(cli: Cli, config: Config) -> Result<(), Failure> {
    let output = Output::new(cli.global.json);
    let stop = stop_on_signal()?;
    let session = Session {
        config: Box::new(config),
        output,
        stop,
    };
    match cli.command {
        Command::Dev(args) => serve::dev(session, args).await,
        Command::Serve(args) => serve::serve(session, args).await,
        Command::Sandbox => serve::sandbox(session).await,
        Command::Seed(args) => seed::run(session, args).await,
        Command::Status => status::run(session).await,
        Command::Doctor => doctor::run(session).await,
        Command::Projections(command) => Box::pin(projections::run(session, command)).await,
        Command::Events(command) => events::run(session, command).await,
        Command::Aggregate(command) => aggregate::run(session, command).await,
        Command::Config(command) => config::run(session, command),
        Command::Completions { shell } => {
            let mut command = Cli::command();
            clap_complete::generate(shell, &mut command, "picasso", &mut std::io::stdout());
            Ok(())
        }
    }
}

/// A token that SIGINT and SIGTERM cancel; a second SIGINT ends the process at once.
fn stop_on_signal() -> Result<CancellationToken, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        told.cancel();
        interrupt.recv().await;
        std::process::exit(crate::exit::Code::Interrupted as i32);
    });
    Ok(stop)
}
