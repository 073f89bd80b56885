//! `picasso status`: how the logs, their relays, the projections and the reactors stand.

use picasso_eventlog::{LogId, Offset, Position, Reach, reach};
use picasso_projections::runtime::{ProjectionStatus, backoff::chain};
use serde::Serialize;

use super::Session;
use crate::{
    config::Config,
    exit::Failure,
    output::{Output, table},
    wiring::{ReadSide, Stores, feed},
};

/// The kinds of tasks reactors have.
const TASKS: [&str; 8] = [
    "settle",
    "audit",
    "payout",
    "onboarding",
    "payment",
    "mail",
    "likes",
    "notify",
];

#[derive(Serialize)]
struct ProjectionRow {
    name: &'static str,
    generation: Option<u32>,
    lag: u64,
    parked: usize,
    error: Option<String>,
}

impl From<&ProjectionStatus> for ProjectionRow {
    fn from(status: &ProjectionStatus) -> Self {
        Self {
            name: status.name,
            generation: status
                .generation
                .as_ref()
                .map(|generation| generation.id.number),
            lag: status.lag,
            parked: status.parked,
            error: status.error.clone(),
        }
    }
}

#[derive(Serialize)]
struct TaskRow {
    kind: &'static str,
    waiting: u64,
    oldest_due_at: Option<picasso_domain::Timestamp>,
}

#[derive(Serialize)]
struct RelayRow {
    log: LogId,
    #[serde(flatten)]
    relayed: Relayed,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Relayed {
    Known(Reach),
    Unknown { error: String },
}

pub async fn run(mut session: Session) -> Result<(), Failure> {
    let stores = Stores::open_existing(&session.config).await?;
    let read = ReadSide::open(&session.config, &stores).await?;
    let mut heads = Vec::new();
    for log in (0..stores.log.logs()).map(LogId) {
        heads.push((log, stores.log.head(log).await?));
    }
    let relays = relays(&session.config, &stores, &heads).await;
    let projections = read.progress().status().await?;
    let mut tasks = Vec::new();
    for kind in TASKS {
        let (waiting, oldest_due_at) = stores.desk.agenda.backlog(kind).await?;
        tasks.push(TaskRow {
            kind,
            waiting,
            oldest_due_at,
        });
    }
    let in_doubt = stores.desk.effects.in_doubt(long_ago()).await?;
    if session.output.json() {
        let rows: Vec<_> = projections.iter().map(ProjectionRow::from).collect();
        let value = serde_json::json!({
            "epoch": stores.log.epoch(),
            "heads": heads,
            "relays": relays,
            "projections": rows,
            "tasks": tasks,
            "effects_in_doubt": in_doubt,
        });
        session.output.json_line(&value)?;
        return Ok(());
    }
    let epoch = stores.log.epoch();
    for (log, head) in heads {
        session
            .output
            .line(format!("log {log}: {head} events (epoch {epoch})"))?;
    }
    for relay in &relays {
        session.output.line(relay_line(relay))?;
    }
    session.output.line("")?;
    print_projections(&mut session.output, &projections)?;
    session.output.line("")?;
    let rows: Vec<_> = tasks.iter().map(task_row).collect();
    session
        .output
        .line(table(&["tasks", "waiting", "oldest due"], &rows))?;
    session.output.line("")?;
    session
        .output
        .line(format!("effects in doubt: {in_doubt}"))?;
    Ok(())
}

/// How far the streams go that readers follow; none where they follow the logs themselves.
async fn relays(config: &Config, stores: &Stores, heads: &[(LogId, Offset)]) -> Vec<RelayRow> {
    let streams = match feed::connect(config, stores.log.as_ref()).await {
        Ok(Some(nats)) => Ok(feed::over(&nats, &stores.log)),
        Ok(None) => return vec![],
        Err(failure) => Err(failure),
    };
    let row = async |&(log, head): &(LogId, Offset)| {
        let reach = match &streams {
            Ok(streams) => reach(streams.as_ref(), Position::new(log, head))
                .await
                .map_err(|error| chain(&error)),
            Err(failure) => Err(failure.message().to_owned()),
        };
        let relayed = match reach {
            Ok(reach) => Relayed::Known(reach?),
            Err(error) => Relayed::Unknown { error },
        };
        Some(RelayRow { log, relayed })
    };
    let rows = futures::future::join_all(heads.iter().map(row)).await;
    rows.into_iter().flatten().collect()
}

fn relay_line(RelayRow { log, relayed }: &RelayRow) -> String {
    match relayed {
        Relayed::Known(Reach { end, lag }) => {
            format!("log {log} is relayed to {end}, {lag} behind")
        }
        Relayed::Unknown { error } => {
            format!("log {log}: how far it is relayed cannot be asked: {error}")
        }
    }
}

/// An effect that was begun later may be under way.
fn long_ago() -> picasso_domain::Timestamp {
    picasso_domain::Timestamp::now() - jiff::SignedDuration::from_mins(10)
}

fn task_row(task: &TaskRow) -> Vec<String> {
    let due = task
        .oldest_due_at
        .map_or_else(|| "-".to_owned(), |at| at.to_string());
    vec![task.kind.to_owned(), task.waiting.to_string(), due]
}

/// Prints how projections stand.
pub fn print_projections(output: &mut Output, all: &[ProjectionStatus]) -> Result<(), Failure> {
    let rows: Vec<_> = all.iter().map(ProjectionRow::from).collect();
    if output.json() {
        for row in rows {
            output.json_line(&row)?;
        }
        return Ok(());
    }
    let cells = |row: ProjectionRow| {
        let generation = row
            .generation
            .map_or_else(|| "-".to_owned(), |number| number.to_string());
        let lag = row.lag.to_string();
        let parked = row.parked.to_string();
        vec![
            row.name.to_owned(),
            generation,
            lag,
            parked,
            row.error.unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = rows.into_iter().map(cells).collect();
    output.line(table(
        &["projection", "generation", "lag", "parked", "trouble"],
        &rows,
    ))?;
    Ok(())
}
