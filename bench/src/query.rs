//! One picture by id through the whole stack (gate, policy, wire, read store) against a bare tonic server that
//! answers the same message out of memory. The client, the connections and the calls in flight are the same.

mod servers;

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use picasso_api::proto::queries::v1::{
    GetPictureRequest, gallery_query_service_client::GalleryQueryServiceClient,
};
use tokio::{runtime::Runtime, task::JoinSet};
use tonic::transport::Channel;

use self::servers::Servers;
use crate::rounds::{Contender, compare, print_ratio};

/// Connections, and calls in flight on each.
const CONNECTIONS: usize = 2;
const IN_FLIGHT: usize = 16;

static SERVERS: LazyLock<Result<Servers, String>> =
    LazyLock::new(|| Servers::start().map_err(|error| format!("{error:#}")));

pub fn run() -> Result<()> {
    let rates = compare(&[
        Contender {
            name: "bare tonic echo",
            run: echo,
        },
        Contender {
            name: "picture by id, whole stack",
            run: stack,
        },
    ])?;
    print_ratio("whole stack / echo", &rates[1], &rates[0], 0.8);
    Ok(())
}

fn servers() -> Result<&'static Servers> {
    SERVERS.as_ref().map_err(|error| anyhow::anyhow!("{error}"))
}

fn echo(until: Instant) -> Result<u64> {
    ask(servers()?.echo_url, until)
}

fn stack(until: Instant) -> Result<u64> {
    ask(servers()?.stack_url, until)
}

/// Asks for the same picture again and again until the deadline; answers how often it came.
fn ask(url: &'static str, until: Instant) -> Result<u64> {
    static ANSWERS: AtomicU64 = AtomicU64::new(0);
    ANSWERS.store(0, Ordering::Relaxed);
    Runtime::new()?.block_on(async {
        let mut clients = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let channel = Channel::from_static(url).connect().await?;
            for _ in 0..IN_FLIGHT {
                clients.spawn(ask_one_by_one(channel.clone(), until, &ANSWERS));
            }
        }
        while let Some(ended) = clients.join_next().await {
            ended??;
        }
        Ok(ANSWERS.load(Ordering::Relaxed))
    })
}

async fn ask_one_by_one(channel: Channel, until: Instant, answers: &AtomicU64) -> Result<()> {
    let mut client = GalleryQueryServiceClient::new(channel);
    let picture_id = servers()?.picture_id.clone();
    while Instant::now() < until {
        let request = GetPictureRequest {
            picture_id: picture_id.clone(),
            ..Default::default()
        };
        let answer = client.get_picture(request).await?.into_inner();
        let picture = answer.picture.and_then(|viewed| viewed.picture);
        ensure!(
            picture.context("no picture")?.picture_id == picture_id,
            "another picture"
        );
        answers.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}
