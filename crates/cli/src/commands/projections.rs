//! `picasso projections`: look after read models.

use std::sync::Arc;

use picasso_projections::{
    audit::verify,
    erased::AnyProjection,
    folding::{Target, retry_parked},
    ports::GenerationState,
    rebuild::{Phase, RebuildError, RebuildProgress},
};
use tokio::sync::watch;

use super::{Session, status};
use crate::{
    cli::ProjectionsCommand,
    exit::{Code, Failure},
    output::say,
    progress::Bar,
    wiring::{ReadSide, Stores},
};

/// How many differing documents are named.
const MAX_NAMED: usize = 20;

pub async fn run(session: Session, command: ProjectionsCommand) -> Result<(), Failure> {
    let stores = Stores::open_existing(&session.config).await?;
    let read = ReadSide::open(&session.config, &stores).await?;
    let desk = Desk {
        session,
        stores,
        read,
    };
    match command {
        ProjectionsCommand::List => desk.list().await,
        ProjectionsCommand::Rebuild { name, all, dry_run } => {
            desk.rebuild(name.filter(|_| !all), dry_run).await
        }
        ProjectionsCommand::Rollback { name, dry_run } => desk.rollback(&name, dry_run).await,
        ProjectionsCommand::Verify { name } => desk.verify(name).await,
        ProjectionsCommand::Retry { name } => desk.retry(&name).await,
    }
}

struct Desk {
    session: Session,
    stores: Stores,
    read: ReadSide,
}

impl Desk {
    async fn list(mut self) -> Result<(), Failure> {
        let projections = self.read.progress().status().await?;
        status::print_projections(&mut self.session.output, &projections)
    }

    /// The named projection, or all of them.
    fn chosen(&self, name: Option<String>) -> Result<Vec<Arc<dyn AnyProjection>>, Failure> {
        match name {
            Some(name) => Ok(vec![self.read.projection(&name)?]),
            None => Ok(self.read.projections.clone()),
        }
    }

    async fn rebuild(mut self, name: Option<String>, dry_run: bool) -> Result<(), Failure> {
        let total = self.stores.total_events().await?;
        for projection in self.chosen(name)? {
            let name = projection.name();
            if dry_run {
                let text = format!("would rebuild {name} from {total} events");
                self.session.output.line(text)?;
                continue;
            }
            let stop = self.session.stop.clone();
            let (told, heard) = watch::channel(RebuildProgress::default());
            let work = self.read.rebuilder.rebuild(&projection, &told, &stop);
            let rebuilt = watched(name, heard, work).await.map_err(explain)?;
            let documents = rebuilt.documents;
            let generation = &rebuilt.generation;
            let text = format!("{generation} is live: {documents} documents from {total} events");
            if self.session.output.json() {
                let value = serde_json::json!({
                    "projection": name,
                    "generation": generation.number,
                    "documents": documents,
                });
                self.session.output.json_line(&value)?;
            } else {
                self.session.output.line(text)?;
            }
        }
        Ok(())
    }

    async fn rollback(mut self, name: &str, dry_run: bool) -> Result<(), Failure> {
        let projection = self.read.projection(name)?;
        if dry_run {
            let generations = self.read.live.store().generations(name).await?;
            let retired = generations
                .iter()
                .rev()
                .find(|found| found.state == GenerationState::Retired);
            let text = match retired {
                Some(generation) => format!("would make {} live", generation.id),
                None => "there is no generation to go back to".to_owned(),
            };
            self.session.output.line(text)?;
            return Ok(());
        }
        let stop = self.session.stop.clone();
        let (told, heard) = watch::channel(RebuildProgress::default());
        let work = self.read.rebuilder.rollback(&projection, &told, &stop);
        let back = watched(name, heard, work).await.map_err(explain)?;
        self.session
            .output
            .line(format!("{} is live", back.generation))?;
        Ok(())
    }

    async fn verify(mut self, name: Option<String>) -> Result<(), Failure> {
        let mut wrong = 0;
        for projection in self.chosen(name)? {
            let verdict = verify(&projection, &self.stores.log, &self.read.live).await?;
            let name = projection.name();
            let (documents, differing) = (verdict.documents, verdict.differing);
            let keys: Vec<_> = verdict.differences.iter().map(|found| &found.key).collect();
            wrong += differing;
            if self.session.output.json() {
                let value = serde_json::json!({
                    "projection": name, "documents": documents, "differing": differing, "keys": keys,
                });
                self.session.output.json_line(&value)?;
                continue;
            }
            let text = format!("{name}: {documents} documents, {differing} differ from the log");
            self.session.output.line(text)?;
            for key in keys.into_iter().take(MAX_NAMED) {
                self.session.output.line(format!("  {key}"))?;
            }
        }
        if wrong == 0 {
            return Ok(());
        }
        let message = format!("{wrong} documents differ from a fresh fold of the log");
        let hint = "`picasso projections rebuild NAME` makes the read model anew";
        Err(Failure::new(Code::Failed, message).hint(hint))
    }

    async fn retry(mut self, name: &str) -> Result<(), Failure> {
        let projection = self.read.projection(name)?;
        let retried = retry_parked(&self.target(&projection).await?).await?;
        let (freed, parked) = (retried.freed, retried.still_parked);
        let text = format!("{freed} documents fold again, {parked} stay parked");
        self.session.output.line(text)?;
        Ok(())
    }

    async fn target(&self, projection: &Arc<dyn AnyProjection>) -> Result<Target, Failure> {
        let generation = self.read.live.get(projection.name()).await?;
        Ok(Target {
            projection: Arc::clone(projection),
            generation: generation.id,
            store: Arc::clone(self.read.live.store()),
            log: Arc::clone(&self.stores.log),
        })
    }
}

/// Runs work under a progress bar.
async fn watched<T>(
    name: &str,
    mut heard: watch::Receiver<RebuildProgress>,
    work: impl Future<Output = T>,
) -> T {
    let bar = Bar::new(name, 0, 0);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                bar.done();
                return done;
            }
            Ok(()) = heard.changed() => {
                let progress = *heard.borrow_and_update();
                bar.of(progress.events, progress.total, phase(progress.phase));
            }
        }
    }
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Waiting => "waiting for another rebuild",
        Phase::Folding => "folding",
        Phase::CatchingUp => "catching up",
        Phase::Checking => "checking the digest",
        Phase::Done => "done",
    }
}

fn explain(error: RebuildError) -> Failure {
    let code = match &error {
        RebuildError::Busy => Code::TryAgain,
        RebuildError::Cancelled => Code::Interrupted,
        _ => Code::Unavailable,
    };
    if code == Code::Interrupted {
        say("what was built so far is kept");
    }
    Failure::from_error(code, &error)
}
