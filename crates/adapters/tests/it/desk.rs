//! The desks against the contracts of their ports, and what a restart leaves of them.

use picasso_adapters::{postgres::desk::PostgresDesk, sqlite::desk::Desk};
use picasso_commands::{
    contract,
    ports::{Agenda, ContactBook, Task, WebhookInbox},
};
use picasso_domain::{Timestamp, values::UserId};

use super::postgres::Schema;

/// Runs each rule over a file and over a schema of its own.
macro_rules! rules {
    ($port:ident by $open:ident: $($rule:ident),+ $(,)?) => {
        mod $port {
            mod sqlite {
                $(#[tokio::test]
                async fn $rule() {
                    let folder = tempfile::tempdir().expect("a folder");
                    let desk = super::super::open(folder.path());
                    super::super::contract::$port::$rule(&desk.$open()).await;
                })+
            }
            mod postgres {
                $(#[tokio::test]
                async fn $rule() {
                    let schema = super::super::Schema::fresh().await;
                    let desk = super::super::connect(&schema).await;
                    super::super::contract::$port::$rule(&desk.$open()).await;
                })+
            }
        }
    };
}

rules!(agenda by agenda:
    a_task_comes_up_when_it_is_due_and_not_before,
    tasks_come_oldest_first_and_no_more_than_asked_for,
    kinds_do_not_mix,
    putting_a_task_again_brings_it_forward_and_never_back,
    a_task_that_is_done_is_gone_and_may_be_done_twice,
    a_task_put_again_while_it_is_worked_on_survives,
    a_slow_worker_cannot_strike_a_task_put_after_it_was_done,
    a_put_that_races_with_done_survives,
    a_postponed_task_comes_back_later_with_one_attempt_more,
    a_task_put_again_while_it_fails_is_not_put_off_beyond_that,
    the_backlog_counts_tasks_and_knows_the_oldest,
    a_checkpoint_starts_at_zero_and_never_moves_back,
    checkpoints_beyond_a_restored_log_move_back_to_its_end,
);

rules!(webhooks by webhook_inbox:
    a_webhook_comes_out_byte_for_byte_as_it_came,
    webhooks_wait_in_the_order_they_came_until_they_are_handled,
    the_same_webhook_twice_is_kept_twice,
    only_old_and_handled_webhooks_are_thrown_away,
    an_id_is_never_given_twice,
    a_body_beyond_all_measure_is_refused,
);

rules!(contacts by contact_book:
    an_address_is_found_by_its_person_alone,
    a_new_address_replaces_the_old_one,
);

rules!(effects by effect_ledger:
    an_effect_is_fresh_for_one_alone,
    of_many_who_begin_at_once_one_may,
    an_attempt_that_was_not_answered_may_ask_again,
    what_is_done_stays_done_for_everyone,
    what_has_not_happened_can_be_begun_again_by_anyone,
    what_is_in_doubt_is_counted_until_it_is_known,
    only_what_was_done_long_ago_is_discarded,
);

fn open(folder: &std::path::Path) -> Desk {
    Desk::open(&folder.join("desk.db")).expect("the desk opens")
}

async fn connect(schema: &Schema) -> PostgresDesk {
    let desk = PostgresDesk::open(&schema.url()).await;
    desk.expect("the desk opens")
}

#[tokio::test]
async fn processes_that_meet_in_an_empty_database_share_one_desk() {
    let schema = Schema::fresh().await;
    let desks = futures::future::join_all((0..4).map(|_| connect(&schema))).await;
    let now = Timestamp::from_second(1_750_000_000).expect("a time");
    let stored = desks[0].webhook_inbox().store(now, "t=1", b"{}").await;
    let id = stored.expect("stored");
    let seen = desks[1].webhook_inbox().unhandled(10).await.expect("read");
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].id, id);
    let puts = desks
        .iter()
        .enumerate()
        .flat_map(|(n, desk)| (0..20).map(move |k| (desk, (n + k) % 25)));
    let puts = puts.map(|(desk, key)| async move {
        let task = Task::new("settle", format!("p{key}"), now);
        desk.agenda().put(task).await
    });
    for put in futures::future::join_all(puts).await {
        put.expect("put");
    }
    let backlog = desks[3].agenda().backlog("settle").await.expect("backlog");
    assert_eq!(backlog.0, 23);
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let now = Timestamp::from_second(1_750_000_000).expect("a time");
    let ada = UserId::parse("ada").expect("an id");
    {
        let desk = open(folder.path());
        let task = Task::new("settle", "p1", now);
        desk.agenda().put(task).await.expect("put");
        let saved = desk.agenda().save_checkpoint("mail", 0, 7).await;
        saved.expect("saved");
        let stored = desk.webhook_inbox().store(now, "t=1", b"{}").await;
        stored.expect("stored");
        let remembered = desk.contact_book().remember(&ada, "ada@example.com").await;
        remembered.expect("remembered");
    }
    let desk = open(folder.path());
    let due = desk.agenda().due("settle", now, 10).await.expect("due");
    assert_eq!(due.len(), 1);
    assert_eq!(desk.agenda().checkpoint("mail", 0).await.expect("read"), 7);
    assert_eq!(
        desk.webhook_inbox()
            .unhandled(10)
            .await
            .expect("read")
            .len(),
        1
    );
    let email = desk.contact_book().email(&ada).await.expect("read");
    assert_eq!(email.as_deref(), Some("ada@example.com"));
}

#[tokio::test]
async fn many_tasks_put_at_once_all_arrive() {
    let folder = tempfile::tempdir().expect("a folder");
    let agenda = open(folder.path()).agenda();
    let now = Timestamp::from_second(1_750_000_000).expect("a time");
    let puts = (0..100).map(|n| agenda.put(Task::new("settle", format!("p{}", n % 50), now)));
    for put in futures::future::join_all(puts).await {
        put.expect("put");
    }
    assert_eq!(agenda.backlog("settle").await.expect("backlog").0, 50);
}
