//! The program of bench/umadb, which is a server and its clients.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use crate::rounds::{TURN, beside};

pub struct UmaDb(Mutex<Talk>);

struct Talk {
    child: Child,
    tell: ChildStdin,
    hear: BufReader<ChildStdout>,
}

impl UmaDb {
    pub fn start(clients: usize) -> Result<Self> {
        let mut child = Command::new(beside("picasso-bench-umadb")?)
            .arg(clients.to_string())
            .arg(TURN.as_secs_f64().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let tell = child.stdin.take().context("its input")?;
        let hear = BufReader::new(child.stdout.take().context("its output")?);
        let mut talk = Talk { child, tell, hear };
        // The server greets first.
        while talk.line()? != "ready" {}
        Ok(Self(Mutex::new(talk)))
    }

    /// One turn, which ends when `until` is over.
    pub fn turn(&self, until: Instant) -> Result<u64> {
        ensure!(until > Instant::now(), "no time is left");
        let mut talk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(talk.tell)?;
        Ok(talk.line()?.parse()?)
    }
}

impl Talk {
    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(self.hear.read_line(&mut line)? > 0, "UmaDB has ended");
        Ok(line.trim().to_owned())
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        drop(self.child.kill());
    }
}
