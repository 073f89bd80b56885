//! What can be done to a stream, to a server, and to the files it keeps.

use std::{
    fs,
    future::IntoFuture,
    path::{Path, PathBuf},
    time::Duration,
};

use async_nats::jetstream::stream::Stream;
use futures::TryStreamExt;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use tokio::time::{Instant, sleep};

use super::{cluster::Cluster, market::Market};
use crate::{nats::server::Server, tally::LIMIT};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Damage {
    StreamDeleted,
    PurgedWhole,
    PurgedInTheMiddle,
    ConsumersDeleted,
    StoreReplacedByAnOlderCopy,
    BlockTruncated,
    Killed,
    Frozen,
}

impl Damage {
    pub const ALL: [Self; 8] = [
        Self::StreamDeleted,
        Self::PurgedWhole,
        Self::PurgedInTheMiddle,
        Self::ConsumersDeleted,
        Self::StoreReplacedByAnOlderCopy,
        Self::BlockTruncated,
        Self::Killed,
        Self::Frozen,
    ];

    pub async fn inflict(self, cluster: &mut Cluster, market: &Market, rng: &mut StdRng) {
        let (victim, pause) = (
            rng.random_range(0..cluster.servers.len()),
            Duration::from_millis(rng.random_range(0..2_500)),
        );
        match self {
            Self::StreamDeleted => {
                let stream = market.stream().await;
                let name = &stream.cached_info().config.name;
                insist(|| market.nats().delete_stream(name)).await;
            }
            Self::PurgedWhole => {
                let stream = market.stream().await;
                insist(|| stream.purge().into_future()).await;
            }
            Self::PurgedInTheMiddle => purge_in_the_middle(&market.stream().await, rng).await,
            Self::ConsumersDeleted => delete_consumers(&market.stream().await).await,
            Self::StoreReplacedByAnOlderCopy => {
                replace_store(&mut cluster.servers[victim], market).await;
            }
            Self::BlockTruncated => {
                let server = &mut cluster.servers[victim];
                // Found at its start, or met while it runs.
                let stops = rng.random();
                if stops {
                    server.kill();
                }
                truncate_block(&server.store(), rng);
                if stops {
                    restart(server).await;
                }
            }
            Self::Killed => {
                cluster.servers[victim].kill();
                sleep(pause).await;
                restart(&mut cluster.servers[victim]).await;
            }
            Self::Frozen => {
                cluster.servers[victim].signal("STOP");
                sleep(pause * 2).await;
                cluster.servers[victim].signal("CONT");
            }
        }
    }
}

/// A cluster that elects a leader answers nobody: the saboteur asks again.
async fn insist<T, E, F>(ask: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, E>>,
    E: std::fmt::Display,
{
    let until = Instant::now() + LIMIT;
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(error) => assert!(Instant::now() < until, "no answer: {error}"),
        }
    }
}

async fn restart(server: &mut Server) {
    server.run();
    server.wait_ready().await;
}

/// Half of the messages, up to the newest, and some single ones.
async fn purge_in_the_middle(stream: &Stream, rng: &mut StdRng) {
    let info = stream.cached_info();
    let (subject, last) = (&info.config.subjects[0], info.state.last_sequence);
    if rng.random() {
        let half = subject.replace('>', "reaction.PictureUnliked");
        insist(|| stream.purge().filter(&half).into_future()).await;
        return;
    }
    let from = last
        .saturating_sub(rng.random_range(10..200))
        .max(info.state.first_sequence);
    for sequence in (from..last.saturating_sub(3)).step_by(2) {
        // It may be gone by an earlier purge.
        drop(stream.delete_message(sequence).await);
    }
}

async fn delete_consumers(stream: &Stream) {
    let names: Vec<String> = insist(|| stream.consumer_names().try_collect()).await;
    for name in names {
        // One that a reader gave up may go by itself meanwhile.
        drop(stream.delete_consumer(&name).await);
    }
}

/// Takes a copy, lets the stream grow, and puts the copy back.
async fn replace_store(server: &mut Server, market: &Market) {
    let (store, copy) = (server.store(), server.aside().join("older"));
    server.kill();
    copy_folder(&store, &copy);
    restart(server).await;
    market.wait_grown(100).await;
    server.kill();
    fs::remove_dir_all(&store).expect("removed");
    fs::rename(&copy, &store).expect("put back");
    restart(server).await;
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a list") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// Cuts up to half off the end of one of the files that hold messages.
fn truncate_block(store: &Path, rng: &mut StdRng) {
    let mut blocks = vec![];
    find_blocks(store, &mut blocks);
    let Some(block) = blocks.choose(rng) else {
        panic!("{} holds no messages", store.display());
    };
    let file = fs::File::options()
        .write(true)
        .open(block)
        .expect("a block");
    let length = file.metadata().expect("its length").len();
    let kept = rng.random_range(length / 2..length.max(1));
    file.set_len(kept).expect("cut short");
}

fn find_blocks(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a list") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            find_blocks(&path, found);
        } else if path.extension().is_some_and(|name| name == "blk")
            && path.components().any(|part| part.as_os_str() == "streams")
        {
            found.push(path);
        }
    }
}
