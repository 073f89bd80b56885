//! `picasso config`.

use super::Session;
use crate::{cli::ConfigCommand, exit::Failure};

pub fn run(mut session: Session, command: ConfigCommand) -> Result<(), Failure> {
    let ConfigCommand::Show = command;
    if session.output.json() {
        session.output.json_line(&session.config)?;
    } else {
        session.output.line(session.config.to_toml()?.trim_end())?;
    }
    Ok(())
}
