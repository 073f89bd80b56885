//! Events a second through a relay, each at its own offset, against publishing the same bytes without any order.

use std::{collections::VecDeque, future::IntoFuture, sync::Arc, time::Duration};

use anyhow::Result;
use async_nats::jetstream::{Context, stream::Config};
use picasso_eventlog::{EventLog, Offset};
use tokio::{runtime::Runtime, time::Instant};

use super::deployment::{Deployment, LOG, append};
use crate::rounds::{median, print_ratio};

/// How many events the log holds, all of which are relayed in one turn.
const EVENTS: usize = 50_000;
const COMMIT: usize = 1_000;
const ROUNDS: usize = 5;
/// As many unacknowledged messages as a relay has.
const WINDOW: usize = 1_000;

pub fn run() -> Result<()> {
    let (mut relayed, mut published) = (vec![], vec![]);
    Runtime::new()?.block_on(Deployment::with(async |deployment: Deployment| {
        let log = deployment.log().await?;
        for _ in 0..EVENTS / COMMIT {
            append(log.as_ref(), COMMIT).await?;
        }
        let context = deployment.context().await?;
        for _ in 0..ROUNDS {
            relayed.push(relay(&deployment, &log, &context).await?);
            published.push(publish(&deployment, &log, &context).await?);
        }
        Ok(())
    }))?;
    for (name, rates) in [
        ("relayed from PostgreSQL, in order", &relayed),
        ("published without order, 1,000 unacknowledged", &published),
    ] {
        println!("{name:<44} {:>9.0}/s", median(rates.clone()));
    }
    print_ratio(
        "relayed to published without order",
        &relayed,
        &published,
        1.0,
    );
    Ok(())
}

async fn relay(deployment: &Deployment, log: &Arc<dyn EventLog>, context: &Context) -> Result<f64> {
    let name = format!("{}_{LOG}", deployment.name);
    let (began, relay) = (Instant::now(), deployment.relay(log).await?);
    let mut done = 0;
    while done < EVENTS as u64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        if let Ok(stream) = context.get_stream(&name).await {
            done = stream.cached_info().state.last_sequence;
        }
    }
    let rate = EVENTS as f64 / began.elapsed().as_secs_f64();
    drop(relay);
    context.delete_stream(name).await?;
    Ok(rate)
}

async fn publish(
    deployment: &Deployment,
    log: &Arc<dyn EventLog>,
    context: &Context,
) -> Result<f64> {
    let event = log.read(LOG, Offset::START, 1).await?;
    let body = bytes::Bytes::from(serde_json::to_vec(&event)?);
    let name = format!("{}_unordered", deployment.name);
    let subject = format!("{name}.picture.PicturePublished");
    let config = Config {
        name: name.clone(),
        subjects: vec![subject.clone()],
        ..Config::default()
    };
    context.create_stream(config).await?;
    let (began, mut waiting) = (Instant::now(), VecDeque::new());
    for _ in 0..EVENTS {
        waiting.push_back(context.publish(subject.clone(), body.clone()).await?);
        if waiting.len() >= WINDOW
            && let Some(oldest) = waiting.pop_front()
        {
            oldest.into_future().await?;
        }
    }
    for acknowledged in waiting {
        acknowledged.await?;
    }
    let rate = EVENTS as f64 / began.elapsed().as_secs_f64();
    context.delete_stream(name).await?;
    Ok(rate)
}
