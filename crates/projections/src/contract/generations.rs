//! The life of generations: built unseen, switched whole, kept for rollback, dropped for good.

use std::sync::Arc;

use picasso_eventlog::{Epoch, LogId, Offset};
use uuid::Uuid;

use super::{
    Storage,
    fixture::{Fixture, INDEXES, LOG, create, document, newest},
    rules,
};
use crate::{
    Order,
    ports::{GenerationId, GenerationState, Offsets, ReadStore, ReadStoreError},
};

rules![
    a_new_generation_is_building_and_not_live,
    making_one_live_retires_the_one_before,
    exactly_one_is_live_whoever_switches,
    a_retired_generation_can_be_live_again,
    the_live_one_cannot_be_dropped,
    a_dropped_generation_is_gone_with_its_documents,
    numbers_are_never_given_again,
    an_unknown_generation_is_an_error,
    checkpoints_never_move_back,
    checkpoints_belong_to_a_log_of_a_generation,
    generations_survive_a_restart,
];

async fn a_new_generation_is_building_and_not_live(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    let epoch = Epoch(Uuid::from_u128(9));
    let made = store.create_generation("gallery", 3, epoch, INDEXES).await;
    let made = made.expect("made");
    assert_eq!(made.state, GenerationState::Building);
    assert_eq!((made.version, made.epoch), (3, epoch));
    assert_eq!(made.id.to_string(), "gallery.1");
    assert_eq!(store.live("gallery").await.expect("live"), None);
    assert_eq!(store.generations("gallery").await.expect("all"), [made]);
}

async fn making_one_live_retires_the_one_before(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    let (first, second) = two(&store).await;
    let other = create(&store, "sales").await;
    store.make_live(&other).await.expect("live");
    store.make_live(&first).await.expect("live");
    store.make_live(&second).await.expect("live");
    use GenerationState::{Live, Retired};
    assert_eq!(states(&store).await, [Retired, Live]);
    let live = store.live("sales").await.expect("live").expect("some");
    assert_eq!(live.id, other, "projections have a pointer each");
    store.make_live(&second).await.expect("again is quiet");
    assert_eq!(states(&store).await, [Retired, Live]);
}

async fn exactly_one_is_live_whoever_switches(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    let (first, second) = two(&store).await;
    store.make_live(&first).await.expect("live");
    let other = storage.open().await;
    let switches = (0..40).map(|n: usize| {
        let (store, id) = if n.is_multiple_of(2) {
            (&store, &first)
        } else {
            (&other, &second)
        };
        store.make_live(id)
    });
    let looks = (0..40).map(|_| async {
        let live = states(&store).await;
        live.iter().filter(|s| **s == GenerationState::Live).count()
    });
    let (switched, seen) = tokio::join!(
        futures::future::join_all(switches),
        futures::future::join_all(looks)
    );
    assert!(switched.iter().all(Result::is_ok));
    assert_eq!(seen, vec![1; 40], "no reader sees half a switch");
}

async fn a_retired_generation_can_be_live_again(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    let (first, second) = two(&store).await;
    for id in [&first, &second, &first] {
        store.make_live(id).await.expect("live");
    }
    use GenerationState::{Live, Retired};
    assert_eq!(states(&store).await, [Live, Retired]);
}

async fn the_live_one_cannot_be_dropped(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.put(vec![document("a", "1")]).await;
    let refused = at.store.drop_generation(&at.generation).await;
    assert!(matches!(refused, Err(ReadStoreError::StillLive(id)) if id == at.generation));
    assert!(at.get("a").await.is_some());
}

async fn a_dropped_generation_is_gone_with_its_documents(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    for part in 0..6 {
        let keys = (0..1_000).map(|n| newest(&format!("{part}.{n}"), "1"));
        at.put(keys.collect()).await;
    }
    let kept = create(&at.store, "gallery").await;
    let kept = Fixture {
        store: Arc::clone(&at.store),
        generation: kept,
    };
    kept.put(vec![newest("kept", "1")]).await;
    kept.store.make_live(&kept.generation).await.expect("live");
    at.store.drop_generation(&at.generation).await.expect("ok");
    at.store
        .drop_generation(&at.generation)
        .await
        .expect("again is quiet");
    let answer = at.store.scan(&at.generation, None, 1).await;
    assert!(matches!(answer, Err(ReadStoreError::NoGeneration(_))));
    let all = at.store.generations("gallery").await.expect("all");
    assert_eq!(all.len(), 1);
    let walk = kept.walk("newest", Order::Descending, "", 9).await;
    assert_eq!(walk, ["kept"]);
}

async fn numbers_are_never_given_again(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    let (_, second) = two(&store).await;
    store.drop_generation(&second).await.expect("dropped");
    assert_eq!(create(&store, "gallery").await.number, 3);
    assert_eq!(create(&store, "sales").await.number, 1);
}

async fn an_unknown_generation_is_an_error(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    let generation = GenerationId {
        projection: "gallery".into(),
        number: 4,
    };
    let missing = |error| matches!(error, ReadStoreError::NoGeneration(id) if id.number == 4);
    let keys = ["a".to_owned()];
    assert!(store.get_many(&generation, &keys).await.is_err_and(missing));
    let writes = vec![document("a", "1")];
    assert!(store.write(&generation, writes).await.is_err_and(missing));
    assert!(store.make_live(&generation).await.is_err_and(missing));
    assert!(store.drop_generation(&generation).await.is_err_and(missing));
    let saved = store.save_checkpoint(&generation, LOG, Offset(1)).await;
    assert!(saved.is_err_and(missing));
}

async fn checkpoints_never_move_back(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    for offset in [5, 9, 7, 9] {
        let saved = at
            .store
            .save_checkpoint(&at.generation, LOG, Offset(offset));
        saved.await.expect("saved");
    }
    let found = at.store.checkpoints(&at.generation).await.expect("found");
    assert_eq!(found, Offsets::from([(LOG, Offset(9))]));
}

async fn checkpoints_belong_to_a_log_of_a_generation(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let other = create(&at.store, "gallery").await;
    let saves = [
        (&at.generation, 0, 5),
        (&at.generation, 3, 8),
        (&other, 0, 2),
    ];
    for (generation, log, offset) in saves {
        let saved = at
            .store
            .save_checkpoint(generation, LogId(log), Offset(offset));
        saved.await.expect("saved");
    }
    let found = at.store.checkpoints(&at.generation).await.expect("found");
    assert_eq!(
        found,
        Offsets::from([(LogId(0), Offset(5)), (LogId(3), Offset(8))])
    );
    let found = at.store.checkpoints(&other).await.expect("found");
    assert_eq!(found, Offsets::from([(LogId(0), Offset(2))]));
}

async fn generations_survive_a_restart(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    let (first, second) = two(&store).await;
    store.make_live(&first).await.expect("live");
    let saved = store.save_checkpoint(&second, LOG, Offset(7)).await;
    saved.expect("saved");
    let before = store.generations("gallery").await.expect("all");
    drop(store);
    let store = storage.open().await;
    assert_eq!(store.generations("gallery").await.expect("all"), before);
    let found = store.checkpoints(&second).await.expect("found");
    assert_eq!(found, Offsets::from([(LOG, Offset(7))]));
}

async fn two(store: &Arc<dyn ReadStore>) -> (GenerationId, GenerationId) {
    (
        create(store, "gallery").await,
        create(store, "gallery").await,
    )
}

async fn states(store: &Arc<dyn ReadStore>) -> Vec<GenerationState> {
    let all = store.generations("gallery").await.expect("all");
    all.into_iter().map(|generation| generation.state).collect()
}
