//! The runtime: every event counts once, whatever breaks off, fails or comes at the same time.

use std::{sync::Arc, time::Duration};

use picasso_eventlog::{LogId, Offset, Position, lease::Leases};
use picasso_projections::{
    Reader,
    folding::{Target, retry_parked},
    ports::Offsets,
    runtime::WaitError,
};
use tokio::time::Instant;

use crate::faulty::{Fault, Faulty};
use crate::tally::{
    LIMIT, Likes, MALLORY, Running, Tally, World, append_unreadable, picture_key, until,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_folded() {
    let world = World::on_disk(1);
    world.begin().await;
    let mut likes = Likes::default();
    likes.many(&*world.log, 200).await;
    let running = world.start(Tally::<1>::default().erased());
    running.catch_up(&world).await;
    likes.many(&*world.log, 100).await;
    running.catch_up(&world).await;
    world.assert_folded().await;
    running.stop().await;
}

#[tokio::test]
async fn documents_may_be_touched_by_several_logs() {
    let world = World::in_memory(4);
    world.begin().await;
    Likes::default().many(&*world.log, 500).await;
    let running = world.start(Tally::<1>::default().erased());
    running.catch_up(&world).await;
    world.assert_folded().await;
    running.stop().await;
}

#[tokio::test]
async fn a_reader_that_waits_for_its_own_write_finds_it() {
    let world = World::in_memory(1);
    let running = world.start(Tally::<1>::default().erased());
    let reader = Reader::<Tally>::new(Arc::clone(&world.live));
    let mut likes = Likes::default();
    for n in 1..50 {
        let position = likes.toggle(&*world.log, n, "ann").await;
        running.reach(position).await;
        let found = reader.get("u/ann").await.expect("read").expect("found");
        assert_eq!(found.likes, i64::try_from(n).expect("small"));
    }
    running.stop().await;
}

#[tokio::test]
async fn a_wait_ends_at_its_deadline() {
    let world = World::in_memory(1);
    let position = Likes::default().toggle(&*world.log, 1, "ann").await;
    let running = world.start(Tally::<1>::default().erased());
    running.reach(position).await;
    let wanted = Position::new(LogId(0), Offset(2));
    let deadline = Instant::now() + Duration::from_millis(20);
    let waited = running.progress.wait_for("tally", wanted, deadline).await;
    let Err(WaitError::Behind(behind)) = waited else {
        panic!("it cannot have been reached");
    };
    assert_eq!((behind.at, behind.wanted), (position, wanted));
    running.stop().await;
}

#[tokio::test]
async fn a_wait_asks_the_store_when_the_runtime_is_elsewhere() {
    let world = World::in_memory(1);
    let running = world.start(Tally::<1>::default().erased());
    let beside = world.beside(Arc::clone(&world.store));
    let idle = beside.runtime(Tally::<1>::default().erased(), beside.feed());
    let progress = idle.progress();
    drop(idle);
    let position = Likes::default().toggle(&*world.log, 1, "ann").await;
    let deadline = Instant::now() + crate::tally::LIMIT;
    let waited = progress.wait_for("tally", position, deadline).await;
    waited.expect("the other one folded it");
    running.stop().await;
}

#[tokio::test]
async fn events_are_folded_once_when_the_checkpoint_is_lost() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 100).await;
    let without_checkpoints = Faulty::before(&world.store, Fault::Checkpoints);
    let severed = world.beside(without_checkpoints);
    world.begin().await;
    let running = severed.start(Tally::<1>::default().erased());
    until(|| async { !world.documents().await.is_empty() }).await;
    running.kill().await;
    world.leases.run_out();
    let revisions = revisions(&world).await;
    let running = world.start(Tally::<1>::default().erased());
    running.catch_up(&world).await;
    world.assert_folded().await;
    assert_eq!(
        self::revisions(&world).await,
        revisions,
        "nothing is written twice"
    );
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_killed_at_any_moment_goes_on() {
    let world = World::on_disk(2);
    world.begin().await;
    let mut likes = Likes::default();
    for round in 0..20_u64 {
        likes.many(&*world.log, 60).await;
        let runtime = world.runtime(Tally::<1>::default().erased(), world.feed());
        let running = Running::new(runtime.with_batch(7));
        let head = world.heads().await[0];
        let part = Offset(head.offset.0.saturating_sub(round % 30));
        running.reach(Position::new(head.log, part)).await;
        running.kill().await;
        world.leases.run_out();
    }
    let running = world.start(Tally::<1>::default().erased());
    running.catch_up(&world).await;
    world.assert_folded().await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runtimes_at_once_agree() {
    let world = World::on_disk(1);
    let beside = world.unaware();
    let mut likes = Likes::default();
    let running = world.start(Tally::<1>::default().erased());
    running.catch_up(&world).await;
    let other = beside.runtime(Tally::<1>::default().erased(), beside.feed());
    let other = Running::new(other.with_batch(3));
    for _ in 0..20 {
        likes.many(&*world.log, 30).await;
    }
    running.catch_up(&world).await;
    other.catch_up(&world).await;
    world.assert_folded().await;
    running.stop().await;
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn of_two_runtimes_one_folds_until_the_other_takes_over() {
    let world = World::in_memory(2);
    let beside = world.beside(Arc::clone(&world.store));
    let mut likes = Likes::default();
    let first = world.start(Tally::<1>::default().erased());
    first.catch_up(&world).await;
    let second = beside.start(Tally::<1>::default().erased());
    for _ in 0..5 {
        likes.many(&*world.log, 30).await;
        second.catch_up(&world).await;
    }
    let folded_by = async |running: &Running| {
        let status = running.progress.status().await.expect("a status").remove(0);
        status.events_per_second > 0.0
    };
    assert!(folded_by(&first).await && !folded_by(&second).await);
    first.stop().await;
    likes.many(&*world.log, 30).await;
    second.catch_up(&world).await;
    assert!(folded_by(&second).await);
    world.assert_folded().await;
    second.kill().await;
    let third = world.start(Tally::<1>::default().erased());
    likes.many(&*world.log, 30).await;
    third.catch_up(&world).await;
    assert!(folded_by(&third).await);
    world.assert_folded().await;
    third.stop().await;
}

#[tokio::test]
async fn runtimes_that_start_at_once_build_one_generation() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 500).await;
    let beside = world.beside(Arc::clone(&world.store));
    let first = world.start(Tally::<1>::default().erased());
    let second = beside.start(Tally::<1>::default().erased());
    first.catch_up(&world).await;
    second.catch_up(&world).await;
    let all = world.store.generations("tally").await.expect("all");
    assert_eq!(all.len(), 1);
    world.assert_folded().await;
    first.stop().await;
    second.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_generation_that_is_missing_is_built_when_other_rebuilds_are_done() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 50).await;
    let held = world.leases.take("rebuild", "another", LIMIT).await;
    assert!(held.expect("an answer").is_some());
    let running = world.start(Tally::<1>::default().erased());
    let status = || async { running.progress.status().await.expect("a status").remove(0) };
    until(|| async { status().await.error.is_some() }).await;
    let error = status().await.error.expect("an error");
    assert!(error.starts_with("another rebuild is under way"), "{error}");
    let given_back = world.leases.give_back("rebuild", "another").await;
    given_back.expect("an answer");
    running.catch_up(&world).await;
    world.assert_folded().await;
    running.stop().await;
}

#[tokio::test]
async fn an_event_that_does_not_fit_parks_its_document_and_nothing_else() {
    let world = World::in_memory(1);
    world.begin().await;
    let (tally, mut likes) = (Tally::<1>::default(), Likes::default());
    tally.set_broken(true);
    let running = world.start(tally.erased());
    for user in ["ann", MALLORY, "bob", "cleo"] {
        let position = likes.toggle(&*world.log, 1, user).await;
        running.reach(position).await;
    }
    let position = likes.toggle(&*world.log, 2, "ann").await;
    running.reach(position).await;
    let [parked] = &world.parked().await[..] else {
        panic!("one document is parked");
    };
    assert_eq!(
        (parked.key.clone(), parked.offset),
        (picture_key(1), Offset(2))
    );
    assert_eq!(parked.waiting, Offsets::from([(LogId(0), Offset(4))]));
    assert_eq!(parked.reason, "mallory again");
    let reader = Reader::<Tally>::new(Arc::clone(&world.live));
    let likes = async |key: &str| reader.get(key).await.expect("read").map(|d| d.likes);
    assert_eq!(
        likes(&picture_key(1)).await,
        Some(1),
        "as of the event before"
    );
    assert_eq!(likes("u/mallory").await, Some(1), "others flow");
    assert_eq!(likes(&picture_key(2)).await, Some(1));
    let verdict = world.audit(&Tally::<1>::default().erased()).await;
    assert!(verdict.holds() && verdict.parked == 1, "{verdict:?}");
    running.stop().await;
}

#[tokio::test]
async fn a_damaged_list_of_parked_documents_is_told_beside_the_rest() {
    let world = World::in_memory(1);
    world.begin().await;
    Likes::default().many(&*world.log, 5).await;
    let damaged = world.beside(Faulty::before(&world.store, Fault::Parked));
    let runtime = damaged.runtime(Tally::<1>::default().erased(), damaged.feed());
    let told = runtime.progress().status().await.expect("a status");
    let error = told[0].error.as_deref().unwrap_or_default();
    assert!(error.contains("a parked document"), "{error}");
    assert_eq!(told[0].lag, 5);
}

#[tokio::test]
async fn a_parked_document_flows_again_after_a_retry() {
    let world = World::in_memory(1);
    world.begin().await;
    let (tally, mut likes) = (Tally::<1>::default(), Likes::default());
    tally.set_broken(true);
    for user in ["ann", MALLORY, "bob"] {
        likes.toggle(&*world.log, 1, user).await;
    }
    let running = world.start(tally.erased());
    running.catch_up(&world).await;
    likes.toggle(&*world.log, 1, "cleo").await;
    running.catch_up(&world).await;
    let target = target(&world, &tally).await;
    let retried = retry_parked(&target).await.expect("retried");
    assert_eq!((retried.freed, retried.still_parked), (0, 1));
    assert_eq!(world.parked().await[0].attempts, 2);
    tally.set_broken(false);
    let retried = retry_parked(&target).await.expect("retried");
    assert_eq!((retried.freed, retried.still_parked), (1, 0));
    likes.toggle(&*world.log, 1, "dora").await;
    running.catch_up(&world).await;
    world.assert_folded().await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_beside_runtimes_lose_nothing() {
    let world = World::on_disk(2);
    world.begin().await;
    let (tally, mut likes) = (Tally::<1>::default(), Likes::default());
    tally.set_broken(true);
    let beside = world.unaware();
    let running = world.start(tally.erased());
    running.catch_up(&world).await;
    let other = beside.runtime(tally.erased(), beside.feed());
    let other = Running::new(other.with_batch(2));
    for round in 0..12 {
        for picture in 0..6 {
            likes.toggle(&*world.log, picture, MALLORY).await;
        }
        likes.many(&*world.log, 20).await;
        tally.set_broken(round % 2 == 0);
        let target = target(&world, &tally).await;
        retry_parked(&target).await.expect("retried");
    }
    tally.set_broken(false);
    running.catch_up(&world).await;
    other.catch_up(&world).await;
    let target = target(&world, &tally).await;
    retry_parked(&target).await.expect("retried");
    assert_eq!(world.parked().await, []);
    world.assert_folded().await;
    running.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn an_event_that_cannot_be_read_stops_the_projection_and_says_so() {
    let world = World::in_memory(1);
    let mut likes = Likes::default();
    let before = likes.toggle(&*world.log, 1, "ann").await;
    let running = world.start(Tally::<1>::default().erased());
    running.reach(before).await;
    append_unreadable(&*world.log, "x").await;
    likes.toggle(&*world.log, 1, "bob").await;
    let status = || async { running.progress.status().await.expect("a status").remove(0) };
    until(|| async { status().await.error.is_some() }).await;
    let status = status().await;
    let error = status.error.expect("an error");
    assert!(error.starts_with("event 0:2 cannot be read"), "{error}");
    assert_eq!(status.logs[0].checkpoint, Offset(1), "nothing is skipped");
    assert_eq!(status.lag, 2);
    running.stop().await;
}

#[tokio::test]
async fn trouble_with_the_store_passes() {
    let world = World::in_memory(1);
    world.begin().await;
    Likes::default().many(&*world.log, 50).await;
    let shaky = world.beside(Faulty::before(&world.store, Fault::EveryThirdWrite));
    let runtime = shaky.runtime(Tally::<1>::default().erased(), shaky.feed());
    let running = Running::new(runtime.with_batch(10));
    running.catch_up(&world).await;
    world.assert_folded().await;
    running.stop().await;
}

#[tokio::test]
async fn a_fold_of_another_version_is_rebuilt_at_the_start() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 50).await;
    let running = world.start(Tally::<1>::default().erased());
    running.catch_up(&world).await;
    running.stop().await;
    let running = world.start(Tally::<2>::default().erased());
    // Until then the former one is read.
    until(|| async { live(&world).await == (2, 2) }).await;
    running.catch_up(&world).await;
    running.stop().await;
    // The former program comes back: its generation is still there, and only has to catch up.
    Likes::default().toggle(&*world.log, 99, "zoe").await;
    let running = world.start(Tally::<1>::default().erased());
    until(|| async { live(&world).await == (1, 1) }).await;
    running.catch_up(&world).await;
    world.assert_folded().await;
    running.stop().await;
}

/// The number and the version of the live generation.
async fn live(world: &World) -> (u32, u32) {
    let live = world.store.live("tally").await.expect("live").expect("one");
    (live.id.number, live.version)
}

async fn target(world: &World, tally: &Tally) -> Target {
    let live = world.store.live("tally").await.expect("live");
    Target {
        projection: tally.erased(),
        generation: live.expect("it was built").id,
        store: Arc::clone(&world.store),
        log: Arc::clone(&world.log),
    }
}

async fn revisions(world: &World) -> Vec<(String, u64)> {
    let live = world.store.live("tally").await.expect("live").expect("one");
    let all = world.store.scan(&live.id, None, 1_000).await.expect("all");
    all.into_iter().map(|d| (d.key, d.revision)).collect()
}
