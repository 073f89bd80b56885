//! The disk under NATS is full: commands and read models go on by the log alone, and the stream is whole again when there is
//! room.

use std::sync::Arc;

use picasso_adapters::nats::feed::JetStreamFeed;
use picasso_eventlog::{EventFeed, LogId, Offset};
use picasso_testing::SmallDisk;

use super::{deployment::Deployment, server::Server};
use crate::{
    memory::MemoryStore,
    tally::{Likes, Running, Tally, World, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_commands_and_reads_go_on_and_the_stream_heals() {
    let home = tempfile::tempdir().expect("a folder");
    let disk = SmallDisk::mount(home.path().join("disk"), 32);
    let server = Server::start_in(disk.path().join("store")).await;
    let mut deployment = Deployment::started(&server.url(), 1).await;
    let world = World::over(Arc::clone(&deployment.log), MemoryStore::new());
    world.begin().await;
    let feed: Arc<dyn EventFeed> = Arc::new(JetStreamFeed::new(
        deployment.nats.clone(),
        Arc::clone(&deployment.log),
    ));
    let running = Running::new(world.runtime(Tally::<1>::default().erased(), feed));
    let mut likes = Likes::default();
    likes.many(&*world.log, 100).await;
    running.catch_up(&world).await;
    let (other, stream) = (deployment.other().await, deployment.stream(LogId(0)));
    let stored = || async {
        let found = other.get_stream(&stream).await;
        found.map_or(0, |found| found.cached_info().state.last_sequence)
    };
    let head = || async { world.heads().await[0].offset };
    until(|| async { Offset(stored().await) == head().await }).await;

    disk.fill();
    for _ in 0..10 {
        likes.many(&*world.log, 500).await;
        running.catch_up(&world).await;
    }
    let (held, recorded) = (stored().await, head().await);
    assert!(
        held < recorded.0,
        "all {held} events found room on a full disk: nothing was tested"
    );

    disk.free();
    likes.many(&*world.log, 100).await;
    running.catch_up(&world).await;
    until(|| async { Offset(stored().await) == head().await }).await;
    world.assert_folded().await;
    running.stop().await;
    deployment.stop().await;
}
