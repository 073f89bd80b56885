//! Reads and decodes ahead of the fold, on another thread, within a bounded queue.

use std::sync::Arc;

use picasso_eventlog::{EventLog, LogError, LogId, Offset};
use tokio::{sync::mpsc, task::spawn_blocking};

use crate::{
    Recorded,
    folding::{Trouble, decode},
};

/// Events per chunk.
const CHUNK: usize = 4_096;
/// Chunks that are ready before the fold asks for them.
const AHEAD: usize = 2;

pub type Chunks = mpsc::Receiver<Result<Vec<Recorded>, Trouble>>;

/// Events with `after < offset <= until`. Reading ends when the receiver is dropped.
pub fn prefetch(log: &Arc<dyn EventLog>, id: LogId, after: Offset, until: Offset) -> Chunks {
    let (ready, chunks) = mpsc::channel(AHEAD);
    let log = Arc::clone(log);
    tokio::spawn(async move {
        let mut last = after;
        while last < until {
            let (chunk, trouble) = match chunk(&log, id, last, until).await {
                Ok(read) => read,
                Err(trouble) => (vec![], Some(trouble)),
            };
            if let Some(event) = chunk.last() {
                last = event.event.offset;
            }
            let trouble = trouble.map(Err);
            for answer in std::iter::once(Ok(chunk)).chain(trouble) {
                let broke_off = answer.is_err();
                // With nobody to send to, the rebuild was given up.
                if ready.send(answer).await.is_err() || broke_off {
                    return;
                }
            }
        }
    });
    chunks
}

async fn chunk(
    log: &Arc<dyn EventLog>,
    id: LogId,
    last: Offset,
    until: Offset,
) -> Result<(Vec<Recorded>, Option<Trouble>), Trouble> {
    let missing = usize::try_from(until.0 - last.0).unwrap_or(CHUNK);
    let events = log.read(id, last, missing.min(CHUNK)).await?;
    if events.is_empty() {
        let ends = format!("log {id} ends at {last}, not at {until}");
        return Err(LogError::Corrupt(ends).into());
    }
    let decoded = spawn_blocking(|| decode(events.into_iter().map(Arc::new).collect())).await;
    Ok(decoded.map_err(LogError::unavailable)?)
}
