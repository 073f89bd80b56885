//! Commands through gRPC from 64 clients: likes, each of a picture that this person has not liked, over the released server
//! on PostgreSQL; against UmaDB through its own gRPC, which reads one boundary and appends one event.
//!
//! A like looks up the person's account, the picture and the reaction before it is decided and stored with its request
//! id. Both servers share the machine with their clients.

mod market;
mod umadb;

use std::{sync::LazyLock, time::Instant};

use anyhow::{Result, ensure};

use self::{market::Market, umadb::UmaDb};
use crate::rounds::{Contender, compare, print_ratio};

const CLIENTS: usize = 64;

static MARKET: LazyLock<Result<Market, String>> =
    LazyLock::new(|| Market::start(CLIENTS).map_err(|error| format!("{error:#}")));
static UMADB: LazyLock<Result<UmaDb, String>> =
    LazyLock::new(|| UmaDb::start(CLIENTS).map_err(|error| format!("{error:#}")));

pub fn run() -> Result<()> {
    // Started before anything is measured.
    for failed in [MARKET.as_ref().err(), UMADB.as_ref().err()] {
        ensure!(failed.is_none(), "{}", failed.map_or("", String::as_str));
    }
    let rates = compare(&[
        Contender {
            name: "UmaDB, read and append, 64 clients",
            run: theirs,
        },
        Contender {
            name: "likes through gRPC, 64 clients",
            run: ours,
        },
    ])?;
    print_ratio("likes / UmaDB", &rates[1], &rates[0], 2.4);
    Ok(())
}

fn ours(until: Instant) -> Result<u64> {
    let market = MARKET.as_ref();
    market
        .map_err(|error| anyhow::anyhow!("{error}"))?
        .like(until)
}

fn theirs(until: Instant) -> Result<u64> {
    let umadb = UMADB.as_ref();
    umadb
        .map_err(|error| anyhow::anyhow!("{error}"))?
        .turn(until)
}
