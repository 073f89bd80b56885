//! The contract of [`EffectLedger`]; each rule wants an empty one. A broken rule panics.

use picasso_domain::Timestamp;
use uuid::Uuid;

use crate::ports::{Begun, EffectLedger};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_750_000_000 + second).expect("a time of this century")
}

fn in_doubt() -> Begun {
    Begun::InDoubt { since: at(1) }
}

async fn begin(ledger: &dyn EffectLedger, effect: &str, attempt: Uuid) -> Begun {
    let begun = ledger.begin(effect, attempt, at(1)).await;
    begun.expect("begun")
}

pub async fn an_effect_is_fresh_for_one_alone(ledger: &dyn EffectLedger) {
    let [first, second] = [Uuid::new_v4(), Uuid::new_v4()];
    assert_eq!(begin(ledger, "a", first).await, Begun::Fresh);
    assert_eq!(begin(ledger, "a", second).await, in_doubt());
    assert_eq!(begin(ledger, "b", second).await, Begun::Fresh);
}

pub async fn of_many_who_begin_at_once_one_may(ledger: &dyn EffectLedger) {
    for round in 0..10 {
        let effect = format!("e{round}");
        let all = (0..8).map(|_| begin(ledger, &effect, Uuid::new_v4()));
        let begun = futures::future::join_all(all).await;
        let fresh = begun.iter().filter(|begun| **begun == Begun::Fresh).count();
        assert_eq!(fresh, 1, "{begun:?}");
    }
}

pub async fn an_attempt_that_was_not_answered_may_ask_again(ledger: &dyn EffectLedger) {
    let attempt = Uuid::new_v4();
    for _ in 0..2 {
        assert_eq!(begin(ledger, "a", attempt).await, Begun::Fresh);
    }
}

pub async fn what_is_done_stays_done_for_everyone(ledger: &dyn EffectLedger) {
    let attempt = Uuid::new_v4();
    begin(ledger, "a", attempt).await;
    for second in [2, 3] {
        ledger.done("a", at(second)).await.expect("noted");
    }
    ledger.forget("a", attempt).await.expect("quiet");
    for asking in [attempt, Uuid::new_v4()] {
        assert_eq!(begin(ledger, "a", asking).await, Begun::Done);
    }
}

pub async fn what_has_not_happened_can_be_begun_again_by_anyone(ledger: &dyn EffectLedger) {
    let attempt = Uuid::new_v4();
    begin(ledger, "a", attempt).await;
    ledger.forget("a", attempt).await.expect("forgotten");
    let other = Uuid::new_v4();
    assert_eq!(begin(ledger, "a", other).await, Begun::Fresh);
    // Late news of the first attempt is no news of the second.
    ledger.forget("a", attempt).await.expect("quiet");
    assert_eq!(begin(ledger, "a", Uuid::new_v4()).await, in_doubt());
}

pub async fn what_is_in_doubt_is_counted_until_it_is_known(ledger: &dyn EffectLedger) {
    let in_doubt = async |second| ledger.in_doubt(at(second)).await.expect("counted");
    for effect in ["a", "b"] {
        begin(ledger, effect, Uuid::new_v4()).await;
    }
    assert_eq!(in_doubt(1).await, 0, "they may be under way");
    assert_eq!(in_doubt(2).await, 2);
    ledger.done("a", at(5)).await.expect("noted");
    assert_eq!(in_doubt(2).await, 1);
}

pub async fn only_what_was_done_long_ago_is_discarded(ledger: &dyn EffectLedger) {
    for effect in ["doubtful", "old", "new"] {
        begin(ledger, effect, Uuid::new_v4()).await;
    }
    ledger.done("old", at(5)).await.expect("noted");
    ledger.done("new", at(6)).await.expect("noted");
    assert_eq!(ledger.discard_done(at(6)).await.expect("discarded"), 1);
    let another = Uuid::new_v4();
    assert_eq!(begin(ledger, "old", another).await, Begun::Fresh);
    assert_eq!(begin(ledger, "new", another).await, Begun::Done);
    assert_eq!(begin(ledger, "doubtful", another).await, in_doubt());
}
