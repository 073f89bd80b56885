//! `picasso events`: look at the log itself.

mod export;
mod select;

use picasso_eventlog::{EventLog, LogId, Offset, Position, RecordedEvent};

use self::select::Selection;
use super::Session;
use crate::{
    cli::EventsCommand,
    exit::{Code, Failure},
    output::Reader,
    wiring,
};

/// How many events are read at once.
const PAGE: usize = 1_000;

pub async fn run(session: Session, command: EventsCommand) -> Result<(), Failure> {
    match command {
        EventsCommand::Tail {
            lines,
            follow,
            filter,
        } => tail(session, lines, follow, Selection::new(filter)).await,
        EventsCommand::Show { position } => show(session, &position).await,
        EventsCommand::Export {
            output,
            after,
            filter,
        } => export::run(session, &output, after.as_deref(), Selection::new(filter)).await,
        EventsCommand::Restored { dry_run } => restored(session, dry_run).await,
    }
}

/// One event as a line for people.
pub fn one_line(event: &RecordedEvent) -> String {
    let RecordedEvent {
        recorded_at,
        event_type,
        aggregate_type,
        aggregate_id,
        sequence,
        ..
    } = event;
    let position = event.position();
    let at = recorded_at.strftime("%F %T");
    let actor = &event.metadata.actor;
    format!(
        "{position:<9} {at}  {event_type:<26} {aggregate_type} {aggregate_id} #{sequence}  by {actor}"
    )
}

pub fn parse_position(raw: &str) -> Result<Position, Failure> {
    raw.parse()
        .map_err(|error: picasso_eventlog::ParsePositionError| {
            Failure::new(Code::NotFound, format!("{raw:?}: {error}"))
        })
}

async fn show(mut session: Session, position: &str) -> Result<(), Failure> {
    let position = parse_position(position)?;
    let log = wiring::open_existing_log(&session.config).await?;
    let missing = || Failure::new(Code::NotFound, format!("there is no event at {position}"));
    if position.log.0 >= log.logs() || position.offset == Offset::START {
        return Err(missing());
    }
    let before = Offset(position.offset.0 - 1);
    let found = log.read(position.log, before, 1).await?;
    let event = found.first().ok_or_else(missing)?;
    if session.output.json() {
        session.output.json_line(event)?;
    } else {
        let pretty = serde_json::to_string_pretty(&serde_json::to_value(event)?)?;
        session.output.line(pretty)?;
    }
    Ok(())
}

async fn restored(mut session: Session, dry_run: bool) -> Result<(), Failure> {
    let stores = wiring::Stores::open_existing(&session.config).await?;
    for log in (0..stores.log.logs()).map(LogId) {
        let head = stores.log.head(log).await?;
        if !dry_run {
            stores.desk.agenda.cap_checkpoints(log.0, head.0).await?;
        }
        let will = if dry_run { "would go" } else { "go" };
        let text = format!("log {log}: the reactors {will} on behind offset {head} at the latest");
        session.output.line(text)?;
    }
    // Nobody may have the log open, not even we.
    drop(stores);
    let text = if dry_run {
        "would begin a new history; read models would be built anew".to_owned()
    } else {
        let epoch = wiring::begin_epoch(&session.config).await?;
        format!(
            "a new history begins (epoch {epoch}); read models are built anew at the next start"
        )
    };
    session.output.line(text)?;
    Ok(())
}

async fn tail(
    mut session: Session,
    lines: usize,
    follow: bool,
    selection: Selection,
) -> Result<(), Failure> {
    let log = wiring::open_existing_log(&session.config).await?;
    let logs = selection.logs(log.logs())?;
    let mut newest = Vec::new();
    let mut heads = Vec::new();
    for id in logs {
        let head = log.head(id).await?;
        newest.extend(last_matching(log.as_ref(), id, head, lines, &selection).await?);
        heads.push((id, head));
    }
    newest.sort_by_key(|event| (event.recorded_at, event.position()));
    let skip = newest.len().saturating_sub(lines);
    for event in newest.iter().skip(skip) {
        if print(&mut session, event)? == Reader::Gone {
            return Ok(());
        }
    }
    if follow {
        go_on(session, log.as_ref(), heads, &selection).await?;
    }
    Ok(())
}

fn print(session: &mut Session, event: &RecordedEvent) -> Result<Reader, Failure> {
    if session.output.json() {
        session.output.json_line(event)
    } else {
        session.output.line(one_line(event))
    }
}

/// The newest events that match, read backwards page by page.
async fn last_matching(
    log: &dyn EventLog,
    id: LogId,
    head: Offset,
    wanted: usize,
    selection: &Selection,
) -> Result<Vec<RecordedEvent>, Failure> {
    let mut found = Vec::new();
    let mut end = head.0;
    while end > 0 && found.len() < wanted {
        let begin = end.saturating_sub(PAGE as u64);
        let limit = usize::try_from(end - begin).unwrap_or(PAGE);
        let mut page = log.read(id, Offset(begin), limit).await?;
        page.retain(|event| selection.takes(event));
        page.append(&mut found);
        found = page;
        end = begin;
    }
    Ok(found)
}

/// Prints new events of all logs as they come, until told to stop.
async fn go_on(
    mut session: Session,
    log: &dyn EventLog,
    mut heads: Vec<(LogId, Offset)>,
    selection: &Selection,
) -> Result<(), Failure> {
    let stop = session.stop.clone();
    loop {
        for (id, seen) in &mut heads {
            for event in log.read(*id, *seen, PAGE).await? {
                *seen = event.offset;
                if selection.takes(&event) && print(&mut session, &event)? == Reader::Gone {
                    return Ok(());
                }
            }
        }
        let waits = heads
            .iter()
            .map(|(id, seen)| log.wait_beyond(*id, *seen))
            .map(Box::pin);
        if stop
            .run_until_cancelled(futures::future::select_all(waits))
            .await
            .is_none()
        {
            return Ok(());
        }
    }
}
