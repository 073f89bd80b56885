//! Alternating rounds: every contender runs once a round, so that a machine that slows down slows all of them.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

/// How long one contender runs in one round.
pub const TURN: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;

/// One way of doing the work.
pub struct Contender {
    pub name: &'static str,
    /// Does the work until the deadline and tells how often it was done.
    pub run: fn(Instant) -> Result<u64>,
}

/// Runs all contenders in turn, prints the median rate of each and returns the rates by round.
pub fn compare(contenders: &[Contender]) -> Result<Vec<Vec<f64>>> {
    let mut rates = vec![Vec::new(); contenders.len()];
    for _ in 0..ROUNDS {
        for (contender, rates) in contenders.iter().zip(&mut rates) {
            let start = Instant::now();
            let done = (contender.run)(start + TURN)?;
            // f64 holds every count below 2^53 exactly.
            rates.push(done as f64 / start.elapsed().as_secs_f64());
        }
    }
    for (contender, rates) in contenders.iter().zip(&rates) {
        println!("{:<44} {:>9.0}/s", contender.name, median(rates.clone()));
    }
    Ok(rates)
}

/// Prints the median of the ratios taken round by round, and how far they spread.
pub fn print_ratio(name: &str, of: &[f64], to: &[f64], aim: f64) {
    let ratios: Vec<f64> = of.iter().zip(to).map(|(of, to)| of / to).collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    let middle = median(ratios);
    println!("{name:<44} {middle:>9.2}   ({least:.2} to {most:.2}, aim {aim})");
}

/// The middle one of an odd number of values.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A program that was built beside this one.
pub fn beside(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let program = here.parent().context("a folder")?.join(name);
    ensure!(
        program.exists(),
        "{} is not built: run `make bench`",
        program.display()
    );
    Ok(program)
}
