//! From a command's answer to its picture in the read model, over NATS into a MongoDB-compatible server, against one raw
//! replacement of a document on the same server, acknowledged as the read models' are.

use std::sync::Arc;

use anyhow::{Context, Result};
use mongodb::{
    Client, Collection,
    bson::{Document, doc},
    options::{Acknowledgment, WriteConcern},
};
use picasso_adapters::{mongo::read_store::MongoReadStore, sqlite::leases::SqliteLeases};
use picasso_projections::{
    Live, erased::Projections, gallery::Gallery, runtime::Runtime as ProjectionRuntime,
};
use tokio::{
    runtime::Runtime,
    time::{Duration, Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{deployment::Deployment, latency::percentiles};
use crate::stored::{PUBLISHED, UPLOADED, record};

/// Commands, one after the other; the first fifth finds caches empty.
const COMMANDS: usize = 600;
/// What a command's client rests before the next.
const PAUSE: Duration = Duration::from_millis(3);
const PATIENCE: Duration = Duration::from_secs(30);

/// The servers that speak MongoDB's protocol, by the variable that names them.
const SERVERS: [(&str, &str); 2] = [
    ("mongo-java-server", "PICASSO_TEST_MONGODB_JAVA_URL"),
    ("FerretDB", "PICASSO_TEST_MONGODB_URL"),
];

pub fn run() -> Result<()> {
    let runtime = Runtime::new()?;
    for (server, variable) in SERVERS {
        let url = std::env::var(variable).with_context(|| format!("{variable} is not set"))?;
        let turn = Deployment::with(async |deployment| measure(deployment, &url).await);
        let (visible, raw) = runtime.block_on(turn)?;
        let (visible, raw) = (percentiles(visible), percentiles(raw));
        for (name, (p50, p99)) in [
            ("visible after the answer", visible),
            ("one raw replace", raw),
        ] {
            let name = format!("{server}: {name}");
            println!("{name:<44} p50 {p50:>6.2} ms   p99 {p99:>6.2} ms");
        }
        println!(
            "{:<44} {:>9.2}",
            format!("{server}: p50 / raw p50"),
            visible.0 / raw.0
        );
        println!(
            "{:<44} {:>9.2}",
            format!("{server}: p99 / raw p99"),
            visible.1 / raw.1
        );
    }
    Ok(())
}

/// Milliseconds until each picture was visible, and that each raw replacement took, in turn.
async fn measure(deployment: Deployment, url: &str) -> Result<(Vec<f64>, Vec<f64>)> {
    let url = format!("{url}{}", deployment.name);
    let log = deployment.log().await?;
    let relay = deployment.relay(&log).await?;
    let feed = deployment.feed(&log).await?;
    let live = Live::new(Arc::new(MongoReadStore::open(&url).await?));
    let folder = tempfile::tempdir()?;
    let leases = Arc::new(SqliteLeases::open(folder.path())?);
    let models: Projections = vec![Arc::new(Gallery)];
    let projections = ProjectionRuntime::new(models, Arc::clone(&log), feed, live, leases);
    let progress = projections.progress();
    let stop = CancellationToken::new();
    let running = tokio::spawn(projections.run(stop.clone()));
    let client = Client::with_uri_str(&url).await?;
    let raw = client.database(&deployment.name).collection("raw");
    let (mut visible, mut replaced) = (vec![], vec![]);
    for n in 0..COMMANDS {
        let id = Uuid::now_v7().to_string();
        let position = record(log.as_ref(), "picture", &id, &[UPLOADED, PUBLISHED]).await?;
        let answered = Instant::now();
        progress
            .wait_for("gallery", position, answered + PATIENCE)
            .await?;
        let took = answered.elapsed();
        let began = Instant::now();
        replace(&raw).await?;
        if n >= COMMANDS / 5 {
            visible.push(took.as_secs_f64() * 1_000.0);
            replaced.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        sleep(PAUSE).await;
    }
    stop.cancel();
    running.await?;
    drop(relay);
    client.database(&deployment.name).drop().await?;
    let name = format!("{}_{}", deployment.name, super::deployment::LOG);
    deployment.context().await?.delete_stream(name).await?;
    Ok((visible, replaced))
}

async fn replace(raw: &Collection<Document>) -> Result<()> {
    let concern = WriteConcern::builder()
        .w(Acknowledgment::Majority)
        .journal(true);
    let document =
        doc! {"_id": "picture", "title": "The harbour at dawn", "etag": Uuid::new_v4().to_string()};
    raw.replace_one(doc! {"_id": "picture"}, document)
        .upsert(true)
        .write_concern(concern.build())
        .await?;
    Ok(())
}
