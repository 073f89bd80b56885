//! The binary `picasso`: reads settings, wires adapters to ports, runs one command, answers with an exit code.

mod cli;
mod commands;
mod config;
mod exit;
mod output;
mod progress;
mod secrets;
mod telemetry;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(cli: cli::Cli) -> Result<(), exit::Failure> {
    let config = config::Config::load(&cli.global)?;
    telemetry::start(&config.log)?;
    // Both ring and aws-lc-rs are in the dependency tree; one of them must be chosen before any TLS.
    if rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .is_err()
    {
        tracing::debug!("a TLS provider was chosen before");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(exit::Failure::os)?;
    runtime.block_on(commands::run(cli, config))
}
