//! The contract of [`Agenda`]; each rule wants an empty one. A broken rule panics.

use picasso_domain::Timestamp;

use crate::ports::{Agenda, Task};

const KIND: &str = "settle";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_750_000_000 + second).expect("a time of this century")
}

async fn put(agenda: &dyn Agenda, key: &str, second: i64) {
    let task = Task::new(KIND, key, at(second));
    agenda.put(task).await.expect("put");
}

async fn due(agenda: &dyn Agenda, second: i64) -> Vec<Task> {
    agenda.due(KIND, at(second), 100).await.expect("due")
}

async fn keys(agenda: &dyn Agenda, second: i64) -> Vec<String> {
    let tasks = due(agenda, second).await;
    tasks.into_iter().map(|task| task.key).collect()
}

/// The one task that is due.
async fn only(agenda: &dyn Agenda, second: i64) -> Task {
    let mut tasks = due(agenda, second).await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    tasks.remove(0)
}

pub async fn a_task_comes_up_when_it_is_due_and_not_before(agenda: &dyn Agenda) {
    put(agenda, "a", 10).await;
    assert!(due(agenda, 9).await.is_empty());
    assert_eq!(only(agenda, 10).await.due_at, at(10));
}

pub async fn tasks_come_oldest_first_and_no_more_than_asked_for(agenda: &dyn Agenda) {
    for (key, second) in [("late", 3), ("early", 1), ("middle", 2)] {
        put(agenda, key, second).await;
    }
    assert_eq!(keys(agenda, 5).await, ["early", "middle", "late"]);
    let first = agenda.due(KIND, at(5), 1).await.expect("due");
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].key, "early");
}

pub async fn kinds_do_not_mix(agenda: &dyn Agenda) {
    put(agenda, "a", 1).await;
    let other = Task::new("mail", "a", at(1));
    agenda.put(other).await.expect("put");
    agenda.done(&only(agenda, 1).await).await.expect("done");
    assert!(due(agenda, 1).await.is_empty());
    let mail = agenda.due("mail", at(1), 10).await.expect("due");
    assert_eq!(mail.len(), 1);
}

pub async fn putting_a_task_again_brings_it_forward_and_never_back(agenda: &dyn Agenda) {
    let task = Task {
        payload: "{\"n\":1}".into(),
        attempts: 2,
        ..Task::new(KIND, "a", at(10))
    };
    agenda.put(task).await.expect("put");
    put(agenda, "a", 20).await;
    assert_eq!(only(agenda, 20).await.due_at, at(10));
    put(agenda, "a", 5).await;
    let forward = only(agenda, 5).await;
    assert_eq!(forward.due_at, at(5));
    assert_eq!(
        (forward.payload.as_str(), forward.attempts),
        ("{\"n\":1}", 2)
    );
}

pub async fn a_task_that_is_done_is_gone_and_may_be_done_twice(agenda: &dyn Agenda) {
    put(agenda, "a", 1).await;
    let task = only(agenda, 1).await;
    agenda.done(&task).await.expect("done");
    agenda.done(&task).await.expect("done again");
    assert!(due(agenda, 100).await.is_empty());
}

pub async fn a_task_put_again_while_it_is_worked_on_survives(agenda: &dyn Agenda) {
    put(agenda, "a", 1).await;
    let worked_on = only(agenda, 1).await;
    put(agenda, "a", 30).await;
    agenda.done(&worked_on).await.expect("done");
    assert!(
        due(agenda, 29).await.is_empty(),
        "not before it was asked for"
    );
    let again = only(agenda, 30).await;
    agenda.done(&again).await.expect("done");
    assert!(due(agenda, 100).await.is_empty());
}

pub async fn a_slow_worker_cannot_strike_a_task_put_after_it_was_done(agenda: &dyn Agenda) {
    put(agenda, "a", 1).await;
    let seen_by_both = only(agenda, 1).await;
    agenda.done(&seen_by_both).await.expect("the quick one");
    put(agenda, "a", 2).await;
    agenda.done(&seen_by_both).await.expect("the slow one");
    assert_eq!(keys(agenda, 2).await, ["a"]);
}

pub async fn a_put_that_races_with_done_survives(agenda: &dyn Agenda) {
    for _ in 0..50 {
        put(agenda, "a", 1).await;
        let worked_on = only(agenda, 1).await;
        let (done, ()) = futures::join!(agenda.done(&worked_on), put(agenda, "a", 2));
        done.expect("done");
        let again = only(agenda, 2).await;
        assert_eq!(again.attempts, 0);
        agenda.done(&again).await.expect("done");
        assert!(due(agenda, 100).await.is_empty());
    }
}

pub async fn a_postponed_task_comes_back_later_with_one_attempt_more(agenda: &dyn Agenda) {
    put(agenda, "a", 1).await;
    let failed = only(agenda, 1).await;
    agenda.postpone(&failed, at(60)).await.expect("postpone");
    assert!(due(agenda, 59).await.is_empty());
    let again = only(agenda, 60).await;
    assert_eq!((again.attempts, again.due_at), (1, at(60)));
}

pub async fn a_task_put_again_while_it_fails_is_not_put_off_beyond_that(agenda: &dyn Agenda) {
    put(agenda, "a", 1).await;
    let failed = only(agenda, 1).await;
    put(agenda, "a", 5).await;
    agenda.postpone(&failed, at(60)).await.expect("postpone");
    let again = only(agenda, 5).await;
    assert_eq!((again.attempts, again.due_at), (1, at(5)));
}

pub async fn the_backlog_counts_tasks_and_knows_the_oldest(agenda: &dyn Agenda) {
    let empty = agenda.backlog(KIND).await.expect("backlog");
    assert_eq!(empty, (0, None));
    put(agenda, "a", 9).await;
    put(agenda, "b", 4).await;
    let two = agenda.backlog(KIND).await.expect("backlog");
    assert_eq!(two, (2, Some(at(4))));
}

pub async fn checkpoints_beyond_a_restored_log_move_back_to_its_end(agenda: &dyn Agenda) {
    for (reactor, log, offset) in [("mail", 0, 9), ("checkout", 0, 3), ("mail", 1, 9)] {
        let saved = agenda.save_checkpoint(reactor, log, offset).await;
        saved.expect("saved");
    }
    agenda.cap_checkpoints(0, 5).await.expect("capped");
    let checkpoint =
        async |reactor, log| agenda.checkpoint(reactor, log).await.expect("checkpoint");
    assert_eq!(checkpoint("mail", 0).await, 5);
    assert_eq!(checkpoint("checkout", 0).await, 3, "it was not beyond");
    assert_eq!(checkpoint("mail", 1).await, 9, "another log");
}

pub async fn a_checkpoint_starts_at_zero_and_never_moves_back(agenda: &dyn Agenda) {
    let checkpoint = async |log| agenda.checkpoint("mail", log).await.expect("checkpoint");
    assert_eq!(checkpoint(0).await, 0);
    for offset in [7, 3] {
        let saved = agenda.save_checkpoint("mail", 0, offset).await;
        saved.expect("saved");
    }
    assert_eq!(checkpoint(0).await, 7);
    assert_eq!(checkpoint(1).await, 0, "logs have checkpoints of their own");
    let other = agenda.checkpoint("settle", 0).await.expect("checkpoint");
    assert_eq!(other, 0, "reactors have checkpoints of their own");
}
