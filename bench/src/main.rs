//! Benchmarks: each prints figures and the ratios between them, taken in one run on one machine.
//!
//! `picasso-bench NAME…` runs those; without a name all run in turn.

mod append;
mod commands;
mod feed;
mod pg_append;
mod pictures;
mod query;
mod rebuild;
mod rounds;
mod stored;

use anyhow::{Result, bail};

type Benchmark = fn() -> Result<()>;

/// What can be measured, by the name it is called with.
const BENCHMARKS: &[(&str, Benchmark)] = &[
    ("append", append::run),
    ("pg-append", pg_append::run),
    ("commands", commands::run),
    ("rebuild", rebuild::run),
    ("query", query::run),
    ("pictures", pictures::run),
    ("relay", feed::relay::run),
    ("delivery", feed::latency::run),
    ("visible", feed::visible::run),
];

fn main() -> Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    for name in &names {
        if !BENCHMARKS.iter().any(|(known, _)| known == name) {
            let known: Vec<_> = BENCHMARKS.iter().map(|(known, _)| *known).collect();
            bail!(
                "no benchmark is called {name}; there are: {}",
                known.join(", ")
            );
        }
    }
    for (name, run) in BENCHMARKS {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            println!("== {name}");
            run()?;
        }
    }
    Ok(())
}
