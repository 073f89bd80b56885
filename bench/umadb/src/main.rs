//! Commands against UmaDB <https://umadb.io> through its own gRPC: each reads what was decided before about its subject and
//! appends one event, on condition that nothing was appended about it since.
//!
//! `picasso-bench-umadb CLIENTS SECONDS` starts a server over a new folder and says "ready". Each line on standard input
//! begins a turn of so many seconds; the number of commands that were answered in it is printed on a line.

use std::{
    io::BufRead,
    net::TcpListener,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tokio::{sync::oneshot, task::JoinSet, time::sleep};
use umadb_client::{AsyncUmaDbClient, UmaDbClient};
use umadb_core::mvcc::StorageOptions;
use umadb_dcb::{DcbAppendCondition, DcbEvent, DcbEventStoreAsync, DcbQuery, DcbQueryItem};
use umadb_server::{ServerOptions, start_server_with_options};
use uuid::Uuid;

const EVENT: &str = "PictureLiked";
/// As long as what a like is stored as.
const DATA: &[u8] = br#"{"PictureLiked":{"picture_id":"0190c0de-0000-7000-8000-000000000001","user_id":"HyhmMBr1ew6Vl1UKs2LtK8ikk7P3"}}"#;
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: picasso-bench-umadb CLIENTS SECONDS";
    let clients: usize = arguments.next().context(usage)?.parse()?;
    let turn = Duration::from_secs_f64(arguments.next().context(usage)?.parse()?);
    let folder = tempfile::tempdir()?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let options = ServerOptions {
        listen_addr: address.clone(),
        tls: None,
        api_key: None,
        storage: StorageOptions::default().db_path(folder.path()),
    };
    let (_stop, stopped) = oneshot::channel();
    // Its errors are not Send; it says by itself what goes wrong.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime
            .block_on(start_server_with_options(options, stopped))
            .expect("the server runs");
    });
    let url = format!("http://{address}");
    drop(connect(&url).await?);
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        line?;
        println!("{}", run(&url, clients, Instant::now() + turn).await?);
    }
    Ok(())
}

async fn connect(url: &str) -> Result<AsyncUmaDbClient> {
    let began = Instant::now();
    loop {
        match UmaDbClient::new(url.to_owned()).connect_async().await {
            Ok(client) => return Ok(client),
            Err(error) if began.elapsed() > PATIENCE => return Err(error.into()),
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn run(url: &str, clients: usize, until: Instant) -> Result<u64> {
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        tasks.spawn(commands(connect(url).await?, until));
    }
    let mut done = 0;
    while let Some(ended) = tasks.join_next().await {
        done += ended??;
    }
    Ok(done)
}

async fn commands(client: AsyncUmaDbClient, until: Instant) -> Result<u64> {
    let mut done = 0;
    while Instant::now() < until {
        let subject = Uuid::now_v7().to_string();
        let item = DcbQueryItem::new().types([EVENT]).tags([subject.as_str()]);
        let boundary = DcbQuery::new().item(item);
        let (_, head) = client
            .read_with_head(Some(boundary.clone()), None, false, None)
            .await?;
        let event = DcbEvent::default()
            .event_type(EVENT)
            .tags([subject.as_str()])
            .data(DATA)
            .uuid(Uuid::new_v4());
        let condition = DcbAppendCondition::new(boundary).after(head);
        client.append(vec![event], Some(condition), None).await?;
        done += 1;
    }
    Ok(done)
}
