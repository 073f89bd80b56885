//! Rebuilds: the same documents as ever, unseen until they are whole, whatever breaks off.

use std::sync::Arc;

use picasso_eventlog::{Offset, lease::Leases};
use picasso_projections::{
    audit::Fault,
    ports::GenerationState,
    rebuild::{Phase, RebuildError, RebuildProgress, Rebuilder, Rebuilt},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    faulty::{self, Faulty},
    tally::{Likes, MALLORY, Tally, World, picture_key, until},
};

fn rebuilder(world: &World) -> Rebuilder {
    let (log, live) = (Arc::clone(&world.log), Arc::clone(&world.live));
    Rebuilder::new(log, live, Arc::clone(&world.leases) as _)
}

async fn rebuild(rebuilder: &Rebuilder) -> Result<Rebuilt, RebuildError> {
    let (progress, _) = watch::channel(RebuildProgress::default());
    let (tally, stop) = (Tally::<1>::default(), CancellationToken::new());
    rebuilder.rebuild(&tally.erased(), &progress, &stop).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_ends_in_the_same_documents() {
    let world = World::on_disk(2);
    Likes::default().many(&*world.log, 600).await;
    let running = world.start(Tally::<1>::default().erased());
    running.catch_up(&world).await;
    running.stop().await;
    let before = world.documents().await;
    let rebuilt = rebuild(&rebuilder(&world)).await.expect("rebuilt");
    assert_eq!(rebuilt.generation.number, 2);
    assert_eq!(rebuilt.replaced.expect("one").number, 1);
    assert_eq!(world.documents().await, before);
    world.assert_folded().await;
}

#[tokio::test]
async fn a_rebuild_within_a_tiny_budget_ends_alike() {
    let world = World::in_memory(2);
    Likes::default().many(&*world.log, 9_000).await;
    let tiny = rebuilder(&world).with_budget(1);
    rebuild(&tiny).await.expect("rebuilt");
    world.assert_folded().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_may_flow_during_a_rebuild() {
    let world = World::on_disk(1);
    let mut likes = Likes::default();
    likes.many(&*world.log, 500).await;
    let running = world.start(Tally::<1>::default().erased());
    running.catch_up(&world).await;
    let rebuilder = rebuilder(&world).with_budget(1);
    let writing = async {
        for _ in 0..10 {
            likes.many(&*world.log, 30).await;
        }
    };
    let (rebuilt, ()) = tokio::join!(rebuild(&rebuilder), writing);
    rebuilt.expect("rebuilt");
    likes.many(&*world.log, 50).await;
    running.catch_up(&world).await;
    let live = world.store.live("tally").await.expect("live").expect("one");
    assert_eq!(
        live.id.number, 2,
        "the runtime has moved on to the new generation"
    );
    world.assert_folded().await;
    running.stop().await;
}

#[tokio::test]
async fn a_rebuild_that_broke_off_goes_on_where_it_was() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 20_000).await;
    let (progress, seen) = watch::channel(RebuildProgress::default());
    let (projection, stop) = (Tally::<1>::default().erased(), CancellationToken::new());
    let first = rebuilder(&world).with_budget(1);
    let kill = until(|| async { seen.borrow().documents > 0 });
    tokio::select! {
        done = first.rebuild(&projection, &progress, &stop) => panic!("{done:?}"),
        () = kill => {}
    }
    assert!(
        world.store.live("tally").await.expect("live").is_none(),
        "no reader sees it"
    );
    let [cut_short] = &world.store.generations("tally").await.expect("all")[..] else {
        panic!("one generation was begun");
    };
    let folded = world.store.checkpoints(&cut_short.id).await.expect("some");
    assert!(folded.values().any(|offset| *offset > Offset::START));
    let at_once = rebuild(&rebuilder(&world)).await;
    assert!(
        matches!(at_once, Err(RebuildError::Busy)),
        "it gave nothing back"
    );
    world.leases.run_out();
    let rebuilt = rebuild(&rebuilder(&world)).await.expect("rebuilt");
    assert_eq!(rebuilt.generation, cut_short.id);
    world.assert_folded().await;
}

#[tokio::test]
async fn a_cancelled_rebuild_leaves_the_live_generation_alone() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 100).await;
    rebuild(&rebuilder(&world)).await.expect("rebuilt");
    let stop = CancellationToken::new();
    stop.cancel();
    let (progress, _) = watch::channel(RebuildProgress::default());
    let projection = Tally::<1>::default().erased();
    let done = rebuilder(&world)
        .rebuild(&projection, &progress, &stop)
        .await;
    assert!(matches!(done, Err(RebuildError::Cancelled)), "{done:?}");
    let live = world.store.live("tally").await.expect("live").expect("one");
    assert_eq!(live.id.number, 1);
    rebuild(&rebuilder(&world))
        .await
        .expect("the lease was given back");
}

#[tokio::test]
async fn one_rebuild_runs_at_a_time() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 100).await;
    let minute = std::time::Duration::from_secs(60);
    let held = world.leases.take("rebuild", "another process", minute);
    assert!(held.await.expect("an answer").is_some());
    let done = rebuild(&rebuilder(&world)).await;
    assert!(matches!(done, Err(RebuildError::Busy)), "{done:?}");
    assert!(
        world
            .store
            .generations("tally")
            .await
            .expect("all")
            .is_empty()
    );
}

#[tokio::test]
async fn rebuilds_in_one_process_take_turns() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 100).await;
    let rebuilder = rebuilder(&world);
    let (one, other) = tokio::join!(rebuild(&rebuilder), rebuild(&rebuilder));
    let numbers = [one, other].map(|done| done.expect("rebuilt").generation.number);
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test]
async fn a_damaged_generation_never_goes_live() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 100).await;
    rebuild(&rebuilder(&world)).await.expect("rebuilt");
    let damaged = world.beside(Faulty::before(&world.store, faulty::Fault::Damage));
    let done = rebuild(&rebuilder(&damaged)).await;
    assert!(
        matches!(&done, Err(RebuildError::Differs(id)) if id.number == 2),
        "{done:?}"
    );
    let all = world.store.generations("tally").await.expect("all");
    assert_eq!(all.len(), 1, "it was thrown away");
    assert_eq!((all[0].id.number, all[0].state), (1, GenerationState::Live));
}

#[tokio::test]
async fn a_rollback_catches_up_before_it_is_seen() {
    let world = World::in_memory(2);
    let mut likes = Likes::default();
    likes.many(&*world.log, 100).await;
    rebuild(&rebuilder(&world)).await.expect("the first");
    rebuild(&rebuilder(&world)).await.expect("the second");
    likes.many(&*world.log, 100).await;
    let (progress, _) = watch::channel(RebuildProgress::default());
    let (projection, stop) = (Tally::<1>::default().erased(), CancellationToken::new());
    let back = rebuilder(&world)
        .rollback(&projection, &progress, &stop)
        .await;
    assert_eq!(back.expect("back").generation.number, 1);
    world.assert_folded().await;
    let again = rebuilder(&world)
        .rollback(&projection, &progress, &stop)
        .await;
    assert_eq!(again.expect("and forth").generation.number, 2);
}

#[tokio::test]
async fn a_rollback_needs_a_former_generation_of_this_version() {
    let world = World::in_memory(1);
    rebuild(&rebuilder(&world)).await.expect("the first");
    rebuild(&rebuilder(&world)).await.expect("the second");
    let (progress, _) = watch::channel(RebuildProgress::default());
    let (projection, stop) = (Tally::<2>::default().erased(), CancellationToken::new());
    let back = rebuilder(&world)
        .rollback(&projection, &progress, &stop)
        .await;
    let error = back.expect_err("it is of version 1");
    assert_eq!(
        error.to_string(),
        "projection tally has no former generation of version 2 and of this log's history"
    );
}

#[tokio::test]
async fn only_the_last_generation_is_kept_for_rollback() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 50).await;
    for _ in 0..4 {
        rebuild(&rebuilder(&world)).await.expect("rebuilt");
    }
    let all = world.store.generations("tally").await.expect("all");
    let numbers: Vec<_> = all.iter().map(|found| found.id.number).collect();
    assert_eq!(numbers, [3, 4]);
}

#[tokio::test]
async fn a_rebuild_parks_what_does_not_fit() {
    let world = World::in_memory(1);
    let (tally, mut likes) = (Tally::<1>::default(), Likes::default());
    for user in ["ann", MALLORY, "bob"] {
        likes.toggle(&*world.log, 1, user).await;
    }
    likes.many(&*world.log, 60).await;
    tally.set_broken(true);
    let (progress, seen) = watch::channel(RebuildProgress::default());
    let stop = CancellationToken::new();
    let done = rebuilder(&world)
        .rebuild(&tally.erased(), &progress, &stop)
        .await;
    done.expect("rebuilt");
    assert_eq!(seen.borrow().phase, Phase::Done);
    assert_eq!((seen.borrow().events, seen.borrow().total), (63, 63));
    assert_eq!(world.parked().await.len(), 1);
    let verdict = world.audit(&Tally::<1>::default().erased()).await;
    assert!(verdict.holds() && verdict.parked == 1, "{verdict:?}");
}

#[tokio::test]
async fn an_audit_finds_what_is_wrong() {
    let world = World::in_memory(1);
    Likes::default().many(&*world.log, 100).await;
    let rebuilt = rebuild(&rebuilder(&world)).await.expect("rebuilt");
    world.assert_folded().await;
    let keys = ["u/user3".to_owned(), "u/user5".to_owned()];
    let found = world.store.get_many(&rebuilt.generation, &keys).await;
    for (n, stored) in found.expect("both").into_iter().enumerate() {
        let mut write = picasso_projections::ports::DocumentWrite {
            loaded_revision: stored.revision,
            folded: stored.folded,
            body: stored.body,
            entries: vec![],
            key: stored.key,
        };
        match n {
            0 => write.body = None,
            _ => write.folded.values_mut().for_each(|offset| offset.0 = 1),
        }
        let lost = world.store.write(&rebuilt.generation, vec![write]).await;
        assert!(lost.expect("written").is_empty());
    }
    let verdict = world.audit(&Tally::<1>::default().erased()).await;
    assert!(!verdict.holds());
    let keys: Vec<_> = verdict.differences.iter().map(|d| d.key.as_str()).collect();
    assert_eq!(keys, ["u/user3", "u/user5"]);
}

#[tokio::test]
async fn an_audit_finds_what_was_skipped() {
    let world = World::in_memory(1);
    let mut likes = Likes::default();
    likes.many(&*world.log, 30).await;
    let rebuilt = rebuild(&rebuilder(&world)).await.expect("rebuilt");
    let skipped = likes.toggle(&*world.log, 1, "user3").await;
    let saved = world
        .store
        .save_checkpoint(&rebuilt.generation, skipped.log, skipped.offset);
    saved.await.expect("saved");
    let verdict = world.audit(&Tally::<1>::default().erased()).await;
    let fault = Fault::Lacks {
        log: skipped.log,
        offset: skipped.offset,
    };
    let found = verdict.differences.into_iter().map(|d| (d.key, d.fault));
    let expected = [(picture_key(1), fault), ("u/user3".to_owned(), fault)];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}
