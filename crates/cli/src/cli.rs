//! The command line: every command and flag, with help worth reading.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use uuid::Uuid;

/// A marketplace for pictures, event-sourced.
#[derive(Debug, Parser)]
#[command(
    name = "picasso",
    version,
    about,
    after_help = "Exit codes: 0 done · 1 a check failed · 2 wrong usage · 3 not found · 69 a service or file \
cannot be reached · 70 a bug · 75 somebody else is doing it, try again · 78 a wrong setting · 130 interrupted\n\n\
Settings come from picasso.toml (or --config), then PICASSO_SECTION__NAME variables, then flags. \
`picasso config show` prints them all."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Default, Args)]
pub struct Global {
    /// Read settings from this file instead of ./picasso.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Keep everything durable in this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// How much to log on stderr: error, warn, info, debug, trace, or a filter
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the marketplace with everything it needs on this machine: nothing to install or configure
    ///
    /// Starts the server and a sandbox that stands in for payments, identity and mail. No real money moves.
    Dev(DevArgs),
    /// Serve the marketplace with the services that are configured
    Serve(ServeArgs),
    /// Serve only the sandbox that stands in for payments, identity and mail
    ///
    /// Prints the settings that point servers at it. Its webhooks go to `server.public_url`. No real money moves.
    Sandbox,
    /// Fill the marketplace with a believable market of generated pictures and people
    ///
    /// A second run adds nothing.
    Seed(SeedArgs),
    /// Show how the logs, projections and reactors stand
    Status,
    /// Check the whole installation and say what is wrong and how to mend it
    Doctor,
    /// Look at recorded events
    #[command(subcommand)]
    Events(EventsCommand),
    /// Look after read models
    #[command(subcommand)]
    Projections(ProjectionsCommand),
    /// Look at one aggregate
    #[command(subcommand)]
    Aggregate(AggregateCommand),
    /// Look at the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script for a shell
    Completions { shell: clap_complete::Shell },
}

#[derive(Debug, Args)]
pub struct DevArgs {
    #[command(flatten)]
    pub serve: ServeArgs,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Which part this process plays; several may be named
    #[arg(long, value_enum, value_delimiter = ',', default_value = "all")]
    pub role: Vec<Role>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Everything in one process
    All,
    /// Takes commands and uploads
    Commands,
    /// Answers queries
    Queries,
    /// Publishes the logs to NATS, if feed.url names one
    Relay,
    /// Keeps read models up to date
    Projections,
    /// Settles purchases, sends mail, collects orphaned files
    Reactors,
}

#[derive(Debug, Args)]
pub struct SeedArgs {
    /// How many artists
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub artists: u32,
    /// How many pictures each
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub pictures: u32,
    /// Say what would be added, add nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// Print the newest events, and with --follow those to come
    Tail {
        /// How many events
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: usize,
        /// Go on with new events until interrupted
        #[arg(short, long)]
        follow: bool,
        #[command(flatten)]
        filter: EventFilter,
    },
    /// Print one event by its position
    Show {
        /// `<log>:<offset>`, for example 0:42
        position: String,
    },
    /// Write events as JSON lines; a file that exists is continued where it ends
    Export {
        /// The file to write; `-` for stdout
        #[arg(short, long, default_value = "-")]
        output: String,
        /// Begin behind this position, `<log>:<offset>`
        #[arg(long)]
        after: Option<String>,
        #[command(flatten)]
        filter: EventFilter,
    },
    /// Say that the log was restored from a backup; stop the servers first
    ///
    /// Begins a new history: read models are built anew at the next start, positions that were read before are
    /// refused, and what the reactors have read is taken back to the end of the log.
    Restored {
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Clone, Default, Args)]
pub struct EventFilter {
    /// Only this log
    #[arg(long)]
    pub log: Option<u16>,
    /// Only events of these aggregate types, for example picture
    #[arg(long = "aggregate", value_name = "TYPE")]
    pub aggregate_types: Vec<String>,
    /// Only events of these types, for example PicturePublished
    #[arg(long = "type", value_name = "EVENT")]
    pub event_types: Vec<String>,
    /// Only events of this aggregate
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Only what followed from one request: the id that errors and letters name
    #[arg(long, value_name = "UUID")]
    pub correlation: Option<Uuid>,
}

#[derive(Debug, Subcommand)]
pub enum ProjectionsCommand {
    /// List projections with their lag, generations and parked documents
    List,
    /// Build a projection anew beside the live one, then switch
    ///
    /// Readers see the old one until the new one is complete and its digest agrees. A rebuild that was
    /// interrupted goes on where it was.
    Rebuild {
        /// Which projection
        #[arg(required_unless_present = "all")]
        name: Option<String>,
        /// All of them, one after the other
        #[arg(long, conflicts_with = "name")]
        all: bool,
        /// Say what would be rebuilt, rebuild nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Switch back to the generation that was live before
    Rollback {
        name: String,
        /// Say what would become live, change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Compare every live document with a fresh fold of the log
    Verify {
        /// Which projection; all of them if none is named
        name: Option<String>,
    },
    /// Fold parked documents again
    Retry { name: String },
}

#[derive(Debug, Subcommand)]
pub enum AggregateCommand {
    /// Print an aggregate's state, and the events it comes from
    Show {
        /// account, handle, picture, purchase or reaction
        aggregate_type: String,
        id: String,
        /// As it was after its Nth event
        #[arg(long, value_name = "N")]
        at: Option<u64>,
    },
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print all settings as they are in force, secrets hidden
    Show,
}
