//! `picasso doctor`: checks the whole installation; each finding says what is wrong and how to mend it.

use std::{collections::BTreeSet, os::unix::fs::PermissionsExt, sync::Arc};

use picasso_commands::ports::BlobStore;
use picasso_domain::{DomainEvent, picture::PictureEvent, values::Digest};
use picasso_eventlog::{EventLog, LogId, MAX_READ, Offset};
use picasso_projections::{
    Projection, audit::verify, erased::AnyProjection, ledger::Ledger, runtime::backoff::chain,
};

use super::Session;
use crate::{
    config::Config,
    exit::{Code, Failure},
    progress::Bar,
    wiring::{self, ReadSide, Stores},
};

/// How often the ledger is added up before it is found wrong, and how long it has to settle in between.
const LOOKS_AT_LEDGER: u32 = 5;
const LEDGER_PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

/// What one check found.
struct Finding {
    check: &'static str,
    /// What is wrong, if anything, and what helps.
    trouble: Option<(String, &'static str)>,
    /// What was looked at.
    looked_at: String,
}

impl Finding {
    fn well(check: &'static str, looked_at: impl Into<String>) -> Self {
        Self {
            check,
            trouble: None,
            looked_at: looked_at.into(),
        }
    }

    fn ill(check: &'static str, what: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            check,
            trouble: Some((what.into(), remedy)),
            looked_at: String::new(),
        }
    }
}

pub async fn run(mut session: Session) -> Result<(), Failure> {
    let stores = Stores::open_existing(&session.config).await?;
    let read = ReadSide::open(&session.config, &stores).await?;
    let blobs = wiring::open_blobs(&session.config, &stores.keys).await?;
    let mut findings = vec![permissions(&session.config)?];
    let mut named = BTreeSet::new();
    for log in (0..stores.log.logs()).map(LogId) {
        findings.push(events(stores.log.as_ref(), log, &mut named).await?);
    }
    findings.push(files(blobs.as_ref(), &named).await?);
    for projection in &read.projections {
        findings.push(model(&stores, &read, projection).await?);
    }
    findings.push(ledger(&read).await?);
    findings.push(webhooks(&stores).await?);
    let mut ill = 0;
    for finding in &findings {
        ill += usize::from(finding.trouble.is_some());
        report(&mut session, finding)?;
    }
    match ill {
        0 => Ok(()),
        _ => Err(Failure::new(Code::Failed, format!("{ill} checks failed"))),
    }
}

fn report(session: &mut Session, finding: &Finding) -> Result<(), Failure> {
    if session.output.json() {
        let (what, remedy) = match &finding.trouble {
            Some((what, remedy)) => (Some(what), Some(remedy)),
            None => (None, None),
        };
        let value = serde_json::json!({
            "check": finding.check, "ok": what.is_none(), "trouble": what, "remedy": remedy,
        });
        session.output.json_line(&value)?;
        return Ok(());
    }
    let text = match &finding.trouble {
        None => format!("ok    {}: {}", finding.check, finding.looked_at),
        Some((what, remedy)) => format!("FAIL  {}: {what}\n      {remedy}", finding.check),
    };
    session.output.line(text)?;
    Ok(())
}

/// Nobody else may look into the data folder.
fn permissions(config: &Config) -> Result<Finding, Failure> {
    let mode = std::fs::metadata(&config.data_dir)?.permissions().mode() & 0o777;
    let folder = config.data_dir.display();
    if mode & 0o077 == 0 {
        return Ok(Finding::well(
            "data folder",
            format!("{folder}, mode {mode:o}"),
        ));
    }
    let what = format!("{folder} has mode {mode:o}: others may read originals and keys");
    Ok(Finding::ill(
        "data folder",
        what,
        "chmod 700 the data folder",
    ))
}

/// Offsets are contiguous and every event can be read; notes the files that events name.
async fn events(
    log: &dyn EventLog,
    id: LogId,
    named: &mut BTreeSet<(bool, Digest)>,
) -> Result<Finding, Failure> {
    let head = log.head(id).await?;
    let bar = Bar::new(&format!("log {id}"), head.0, 0);
    let mut last = Offset::START;
    while last < head {
        let page = log.read(id, last, MAX_READ).await?;
        for event in &page {
            if event.offset != last.next() {
                let what = format!(
                    "log {id} has a hole: {last} is followed by {}",
                    event.offset
                );
                return Ok(Finding::ill(
                    "event log",
                    what,
                    "restore the log from a backup",
                ));
            }
            last = event.offset;
            match event.decode() {
                Ok(data) => note_files(&data, named),
                Err(error) => {
                    let what = format!("event {}: {}", event.position(), chain(&error));
                    let remedy = "run the version of picasso that wrote it, or a newer one";
                    return Ok(Finding::ill("event log", what, remedy));
                }
            }
        }
        if page.is_empty() {
            let what = format!("log {id} ends at {last}, but its head is {head}");
            return Ok(Finding::ill(
                "event log",
                what,
                "restore the log from a backup",
            ));
        }
        bar.at(last.0);
    }
    bar.done();
    Ok(Finding::well(
        "event log",
        format!("log {id}, {head} events without a hole"),
    ))
}

fn note_files(data: &DomainEvent, named: &mut BTreeSet<(bool, Digest)>) {
    if let DomainEvent::Picture(PictureEvent::PictureUploaded(upload)) = data {
        named.insert((true, upload.original.digest));
        named.extend(
            upload
                .derivatives
                .iter()
                .map(|derivative| (false, derivative.digest)),
        );
    }
}

/// Every file that an event names is stored.
async fn files(
    blobs: &dyn BlobStore,
    named: &BTreeSet<(bool, Digest)>,
) -> Result<Finding, Failure> {
    let mut missing = Vec::new();
    for (is_original, digest) in named {
        let found = if *is_original {
            blobs.original(*digest).await?
        } else {
            blobs.derivative(*digest).await?
        };
        if found.is_none() {
            missing.push(digest.to_string());
        }
    }
    match missing.first() {
        None => Ok(Finding::well(
            "files",
            format!("{} files that events name", named.len()),
        )),
        Some(first) => {
            let what = format!("{} files are missing, the first is {first}", missing.len());
            Ok(Finding::ill(
                "files",
                what,
                "restore blobs/, or the bucket, from a backup",
            ))
        }
    }
}

/// A read model is built, free of parked documents and equal to a fresh fold of the log.
async fn model(
    stores: &Stores,
    read: &ReadSide,
    projection: &Arc<dyn AnyProjection>,
) -> Result<Finding, Failure> {
    let check = projection.name();
    let Some(generation) = read.live.refresh(check).await? else {
        return Ok(Finding::well(
            check,
            "not built yet; the first start builds it",
        ));
    };
    let parked = read.live.store().parked(&generation.id, None, 1).await?;
    if let Some(parked) = parked.first() {
        let what = format!("document {} is parked: {}", parked.key, parked.reason);
        return Ok(Finding::ill(check, what, "picasso projections retry NAME"));
    }
    let verdict = verify(projection, &stores.log, &read.live).await?;
    match verdict.differences.first() {
        None => Ok(Finding::well(
            check,
            format!("{} documents equal the log", verdict.documents),
        )),
        Some(first) => {
            let (differing, first) = (verdict.differing, &first.key);
            let what = format!("{differing} documents differ from the log, the first is {first}");
            Ok(Finding::ill(
                check,
                what,
                "picasso projections rebuild NAME",
            ))
        }
    }
}

/// All accounts of the ledger together come to nothing, in each currency.
async fn ledger(read: &ReadSide) -> Result<Finding, Failure> {
    let check = "ledger balance";
    if read.live.refresh(Ledger::NAME).await?.is_none() {
        return Ok(Finding::well(check, "not built yet"));
    }
    // While events flow the accounts are not all folded equally far: look again before saying that they disagree.
    let mut looks = 1;
    loop {
        let sums = read.queries.ledger.sums().await?;
        let Some((currency, sum)) = sums.iter().find(|(_, sum)| **sum != 0) else {
            let looked_at = format!("{} currencies, each adds up to zero", sums.len());
            return Ok(Finding::well(check, looked_at));
        };
        if looks == LOOKS_AT_LEDGER {
            let code = currency.code();
            let what = format!("the accounts add up to {sum} minor units of {code}");
            let remedy = "picasso projections rebuild ledger";
            return Ok(Finding::ill(check, what, remedy));
        }
        looks += 1;
        tokio::time::sleep(LEDGER_PAUSE).await;
    }
}

/// No webhook waits for long.
async fn webhooks(stores: &Stores) -> Result<Finding, Failure> {
    let waiting = stores.desk.webhooks.unhandled(1).await?;
    let hour = jiff::SignedDuration::from_hours(1);
    match waiting.first() {
        Some(oldest) if oldest.received_at + hour < picasso_domain::Timestamp::now() => {
            let what = format!("a webhook of {} is not handled", oldest.received_at);
            Ok(Finding::ill(
                "webhooks",
                what,
                "look into the server's log for why it is put off",
            ))
        }
        _ => Ok(Finding::well("webhooks", "none has waited for an hour")),
    }
}
