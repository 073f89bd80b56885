//! What goes wrong on purpose: connections and processes are killed, a foreign transaction stays open.

use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rand::Rng;
use sqlx::{Connection, Executor, PgConnection};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    dice,
    writers::{Orders, Tally, heard},
};

/// One connection that is in the middle of an append, the short way or the long one.
const TERMINATE: &str = "
    SELECT count(pg_terminate_backend(pid)) FROM (
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active'
            AND (query LIKE '%INSERT INTO events%' OR query LIKE '%append_commits%') AND pid <> pg_backend_pid()
        ORDER BY random() LIMIT 1
    ) AS unlucky";

/// What was killed so far.
#[derive(Default)]
pub struct Toll {
    connections: AtomicU64,
    processes: AtomicU64,
}

impl Toll {
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn processes(&self) -> u64 {
        self.processes.load(Ordering::SeqCst)
    }
}

/// Kills connections in the middle of what they do.
pub async fn terminate_backends(url: String, seed: u64, toll: Arc<Toll>, stop: CancellationToken) {
    let mut rng = dice(seed, 90);
    let mut connection = PgConnection::connect(&url).await.expect("it answers");
    while !stop.is_cancelled() {
        let pause = Duration::from_millis(rng.random_range(50..400));
        sleep(pause).await;
        let hit = sqlx::query_scalar(TERMINATE)
            .fetch_one(&mut connection)
            .await;
        let hit: i64 = hit.expect("an answer");
        toll.connections.fetch_add(hit as u64, Ordering::SeqCst);
    }
}

/// A transaction that has written to a table of its own and does not end.
pub struct ForeignTransaction(PgConnection);

impl ForeignTransaction {
    pub async fn begin(url: &str, name: &str) -> Self {
        let mut connection = PgConnection::connect(url).await.expect("it answers");
        let write = format!("BEGIN; CREATE TABLE {name} (x int); INSERT INTO {name} VALUES (1)");
        connection.execute(write.as_str()).await.expect("it writes");
        Self(connection)
    }

    pub async fn end(mut self) {
        self.0
            .execute("COMMIT")
            .await
            .expect("it was open all the time");
    }
}

/// The second process, killed with SIGKILL and started anew; answers what it told until then.
pub async fn second_process_killed_again_and_again(
    url: String,
    logs: u16,
    seed: u64,
    toll: Arc<Toll>,
    stop: CancellationToken,
) -> Tally {
    let mut rng = dice(seed, 91);
    let mut tally = Tally::default();
    while !stop.is_cancelled() {
        let mut process = start(&url, logs, rng.random());
        let told = listen(&mut process);
        let lives = Duration::from_millis(rng.random_range(1_000..4_000));
        stop.run_until_cancelled(sleep(lives)).await;
        process.kill().await.expect("it was alive");
        toll.processes.fetch_add(1, Ordering::SeqCst);
        let told = timeout(Duration::from_secs(10), told).await;
        tally.add(told.expect("its output ends with it").expect("no panic"));
    }
    tally
}

fn start(url: &str, logs: u16, seed: u64) -> Child {
    let test = match logs {
        1 => "campaign_order_oracle_holds_with_one_log",
        _ => "campaign_order_oracle_holds_with_four_logs",
    };
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let command = command.args([
        &format!("postgres::oracle::{test}"),
        "--exact",
        "--nocapture",
    ]);
    let command = command
        .env(Orders::URL, url)
        .env("PICASSO_SEED", seed.to_string());
    let command = command.stdout(Stdio::piped()).kill_on_drop(true);
    command.spawn().expect("it starts")
}

/// What it tells, up to the line in which it was killed.
fn listen(process: &mut Child) -> tokio::task::JoinHandle<Tally> {
    let output = process.stdout.take().expect("it is piped");
    tokio::spawn(async move {
        let (mut tally, mut output) = (Tally::default(), BufReader::new(output));
        let mut line = String::new();
        while output.read_line(&mut line).await.expect("text") > 0 {
            if let Some(told) = line.strip_suffix('\n').and_then(heard) {
                tally.note(told);
            }
            line.clear();
        }
        tally
    })
}
