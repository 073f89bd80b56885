//! Bad surroundings: what is refused at the start says why on one line; a server that dies or runs full loses nothing
//! and costs no more than the time it is away.

use std::{sync::Arc, time::Duration};

use picasso_adapters::postgres::{PostgresError, event_log::PostgresLog};
use picasso_eventlog::{EventLog, LogError, LogId, Offset};
use picasso_projections::runtime::backoff::chain;
use picasso_testing::SmallDisk;

use super::{
    Schema,
    oracle::{self, Crew, Truth},
    server::OwnServer,
};

/// Restarts in the middle of everything, small and in full.
const CRASHES: (usize, usize) = (3, 50);
/// How long things may take to change.
const LIMIT: Duration = Duration::from_secs(60);

async fn refused(url: &str, logs: u16) -> PostgresError {
    match PostgresLog::open(url, logs).await {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_server_that_may_forget_commits_is_refused() {
    let schema = Schema::fresh().await;
    let url = format!("{}&options[synchronous_commit]=off", schema.url());
    let error = refused(&url, 1).await;
    assert!(matches!(error, PostgresError::ForgetsCommits) && !error.is_transient());
    assert!(!chain(&error).contains('\n'), "{error}");
    let tables = "SELECT count(*)::text FROM pg_tables WHERE schemaname = current_schema()";
    assert_eq!(schema.tell(tables).await, "0", "nothing was made");
}

#[tokio::test]
async fn a_replica_is_refused() {
    let mut server = OwnServer::start().await;
    drop(
        PostgresLog::open(&server.url(), 1)
            .await
            .expect("a primary is fine"),
    );
    server.become_replica().await;
    let error = refused(&server.url(), 1).await;
    assert!(
        matches!(error, PostgresError::Replica) && !error.is_transient(),
        "{error}"
    );
}

#[tokio::test]
async fn a_wrong_password_a_missing_database_and_a_wrong_address_are_settings() {
    let server = super::server();
    let (address, _) = server.rsplit_once('/').expect("a URL with a database");
    let (_, host) = address.rsplit_once('@').expect("a URL with a password");
    for (url, says) in [
        (
            format!("postgres://picasso:wrong@{host}/postgres"),
            "password authentication failed",
        ),
        (format!("{address}/nowhere"), "\"nowhere\" does not exist"),
        (
            "mysql://localhost/x".to_owned(),
            "not one of a PostgreSQL database",
        ),
    ] {
        let error = refused(&url, 1).await;
        let told = chain(&error);
        assert!(told.contains(says) && !told.contains("wrong"), "{told}");
        assert!(!error.is_transient(), "{told}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_told_apart_from_a_wrong_setting() {
    let mut server = OwnServer::start().await;
    server.crash().await;
    let error = refused(&server.url(), 1).await;
    assert!(error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let schema = Schema::fresh().await;
    drop(PostgresLog::open(&schema.url(), 1).await.expect("it opens"));
    let newer = "INSERT INTO _sqlx_migrations SELECT 99, 'of tomorrow', now(), true, '', 0";
    schema.run(newer).await;
    let error = refused(&schema.url(), 1).await;
    assert!(
        matches!(error, PostgresError::Newer(99)) && !error.is_transient(),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_number_of_logs_never_changes() {
    let schema = Schema::fresh().await;
    drop(PostgresLog::open(&schema.url(), 4).await.expect("it opens"));
    let error = refused(&schema.url(), 1).await;
    assert_eq!(
        error.to_string(),
        "the database was made with 4 logs and cannot be opened with 1"
    );
    assert!(!error.is_transient());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_no_acknowledged_commit_is_lost_when_the_server_dies() {
    let full = std::env::var("PICASSO_CAMPAIGN").is_ok_and(|campaign| campaign == "full");
    let crashes = if full { CRASHES.1 } else { CRASHES.0 };
    let seed = oracle::seed();
    println!("{crashes} crashes, seed {seed}");
    let mut server = OwnServer::start().await;
    let log = PostgresLog::open(&server.url(), 2).await;
    let log: Arc<dyn EventLog> = Arc::new(log.expect("it opens"));
    let crew = Crew::start(&log, 16, seed);
    for crash in 1..=crashes {
        grows(&log).await;
        server.crash().await;
        assert!(matches!(
            log.head(LogId(0)).await,
            Err(LogError::Unavailable(_))
        ));
        server.boot().await;
        println!("crash {crash} is over");
    }
    grows(&log).await;
    let tally = crew.stop().await;
    let truth = Truth::read(log.as_ref()).await;
    println!("{truth}; {tally}");
    assert_eq!(truth.faults(&tally), Vec::<String>::new());
}

/// Waits until a good number of commits have come.
async fn grows(log: &Arc<dyn EventLog>) {
    let head = async || oracle::insist(|| log.head(LogId(0))).await;
    let before = head().await;
    let growing = async {
        while head().await < Offset(before.0 + 200) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LIMIT, growing)
        .await
        .expect("it grows");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_a_full_disk_commands_are_refused_reads_go_on_and_all_heals() {
    let home = tempfile::tempdir().expect("a folder");
    let disk = SmallDisk::mount(home.path().join("disk"), 96);
    let server = OwnServer::start_in(home, disk.path().join("data")).await;
    let log = PostgresLog::open(&server.url(), 1).await;
    let log: Arc<dyn EventLog> = Arc::new(log.expect("it opens"));
    let mut writer = oracle::LargeCommits::new(&log);
    writer.append().await.expect("there is room");
    disk.fill();
    let refused = writer.append_until_refused().await;
    assert!(matches!(refused, LogError::Unavailable(_)), "{refused}");
    let held = log
        .read(LogId(0), Offset::START, 10_000)
        .await
        .expect("reads go on");
    let head = log.head(LogId(0)).await.expect("reads go on");
    assert_eq!(held.last().map(|event| event.offset), Some(head));
    assert_eq!(
        head,
        Offset(writer.recorded()),
        "what was acknowledged, and no more"
    );
    disk.free();
    writer.append().await.expect("there is room again");
    assert_eq!(
        log.head(LogId(0)).await.expect("a head"),
        Offset(writer.recorded())
    );
    drop((log, server));
}
