//! `picasso events export`: the log as JSON lines. A file that exists is continued behind its last whole line.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write},
    path::Path,
};

use picasso_eventlog::{EventLog, LogId, Offset, RecordedEvent};

use super::{PAGE, Selection, Session, parse_position};
use crate::{
    exit::{Code, Failure},
    output::{Reader, say, to_json},
    progress::Bar,
    wiring,
};

pub async fn run(
    session: Session,
    output: &str,
    after: Option<&str>,
    selection: Selection,
) -> Result<(), Failure> {
    let log = wiring::open_existing_log(&session.config).await?;
    let logs = selection.logs(log.logs())?;
    let mut from: BTreeMap<LogId, Offset> = logs.iter().map(|id| (*id, Offset::START)).collect();
    if let Some(after) = after {
        let position = parse_position(after)?;
        from.insert(position.log, position.offset);
    }
    let mut sink = Sink::open(session, output, &mut from)?;
    let mut written = 0_u64;
    for id in logs {
        let start = from.get(&id).copied().unwrap_or_default();
        let part = export_log(log.as_ref(), id, start, &selection, &mut sink).await?;
        written += part;
    }
    sink.finish()?;
    say(format!("{written} events exported"));
    Ok(())
}

async fn export_log(
    log: &dyn EventLog,
    id: LogId,
    mut after: Offset,
    selection: &Selection,
    sink: &mut Sink,
) -> Result<u64, Failure> {
    let head = log.head(id).await?;
    let bar = Bar::new(&format!("log {id}"), head.0, after.0);
    let mut written = 0;
    while after < head {
        if sink.session.stop.is_cancelled() {
            sink.finish()?;
            let hint = "the same command goes on where this one ended";
            return Err(Failure::new(Code::Interrupted, "interrupted").hint(hint));
        }
        let events = log.read(id, after, PAGE).await?;
        let Some(last) = events.last() else { break };
        after = last.offset;
        for event in events.iter().filter(|event| selection.takes(event)) {
            if sink.write(event)? == Reader::Gone {
                return Ok(written);
            }
            written += 1;
        }
        bar.at(after.0);
    }
    bar.done();
    Ok(written)
}

/// Where exported lines go.
struct Sink {
    session: Session,
    file: Option<BufWriter<File>>,
}

impl Sink {
    /// Opens the output; behind a file's last whole line, `from` is moved on to what is there already.
    fn open(
        session: Session,
        output: &str,
        from: &mut BTreeMap<LogId, Offset>,
    ) -> Result<Self, Failure> {
        if output == "-" {
            let file = None;
            return Ok(Self { session, file });
        }
        let path = Path::new(output);
        let named =
            |error: std::io::Error| Failure::new(Code::Unavailable, format!("{output}: {error}"));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(named)?;
        let end = resume(&file, from)?;
        file.set_len(end).map_err(named)?;
        file.seek(SeekFrom::End(0)).map_err(named)?;
        let file = Some(BufWriter::new(file));
        Ok(Self { session, file })
    }

    fn write(&mut self, event: &RecordedEvent) -> Result<Reader, Failure> {
        match &mut self.file {
            None => self.session.output.json_line(event),
            Some(file) => {
                writeln!(file, "{}", to_json(event)?)?;
                Ok(Reader::Listening)
            }
        }
    }

    fn finish(&mut self) -> Result<(), Failure> {
        if let Some(file) = &mut self.file {
            file.flush()?;
            file.get_ref().sync_all()?;
        }
        Ok(())
    }
}

/// Reads how far an export got: the length of its whole lines, and the last offset of each log.
fn resume(file: &File, from: &mut BTreeMap<LogId, Offset>) -> Result<u64, Failure> {
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    let mut end = 0;
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        // A line without its end was being written when the export was stopped: it is written again.
        if length == 0 || line.last() != Some(&b'\n') {
            return Ok(end);
        }
        let event: RecordedEvent = serde_json::from_slice(&line).map_err(|error| {
            let message = format!("the file to continue is no export: {error}");
            Failure::new(Code::Config, message).hint("name another file with --output")
        })?;
        let last = from.entry(event.log).or_default();
        *last = (*last).max(event.offset);
        end += length as u64;
    }
}
