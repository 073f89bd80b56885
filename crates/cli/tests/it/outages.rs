//! Fifteen minutes without one server, commands going on: they are hardly slower, nothing is lost, and what was missed is
//! caught up within bounds.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use picasso_api::proto::{
    commands::v1::{RepricePictureRequest, RepricePictureResponse},
    types::v1::Edition,
};

use crate::{
    chaos::caught_up,
    support::{
        campaign,
        market::Market,
        person::{Person, eur, request_id},
        photograph,
        servers::Servers,
    },
};

/// The most memory a process may come to need.
const MEMORY_KIB: u64 = 512 << 10;
/// The most a command may become slower, as the ratio of medians.
const SLOWER: f64 = 1.2;
/// The least commands whose median says something.
const SOME: usize = 50;

/// Sends commands one after the other until told that it is over; answers how long each took.
async fn reprice_on_and_on(
    person: Person,
    picture_id: String,
    over: Arc<AtomicBool>,
) -> Vec<Duration> {
    let mut took = vec![];
    let mut price = 1_000;
    while !over.load(Ordering::Relaxed) || took.len() < SOME {
        price = 3_000 - price;
        let request = RepricePictureRequest {
            request_id: request_id(),
            picture_id: picture_id.clone(),
            price: eur(price),
            etag: None,
        };
        let method = "picasso.commands.v1.PictureCommandService/RepricePicture";
        let began = Instant::now();
        let _: RepricePictureResponse = person.client.get(method, &request).await;
        took.push(began.elapsed());
    }
    took
}

async fn median_for(person: &Person, picture_id: &str, time: Duration) -> (Duration, usize) {
    let over = Arc::new(AtomicBool::new(false));
    let commands = reprice_on_and_on(person.clone(), picture_id.to_owned(), Arc::clone(&over));
    let commands = tokio::spawn(commands);
    tokio::time::sleep(time).await;
    over.store(true, Ordering::Relaxed);
    let mut took = commands.await.expect("no command failed");
    took.sort();
    (took[took.len() / 2], took.len())
}

async fn goes_on_without(server: &str) {
    let away = Duration::from_secs(u64::from(campaign::size(5, 900)));
    let servers = Servers::given();
    let (mut market, links) = Market::start_linked(&servers, &[]).await;
    let artist = Person::join(&market, "artist").await;
    let file = photograph("orientation-landscape-1.jpg");
    let picture = artist
        .publish(&file, "A walk", Edition::Open)
        .await
        .picture_id;
    caught_up(&market).await;
    let (before, _) = median_for(&artist, &picture, away.min(Duration::from_secs(60))).await;
    links.to(server).enable(false).await;
    let (without, commands) = median_for(&artist, &picture, away).await;
    links.to(server).enable(true).await;
    let began = Instant::now();
    caught_up(&market).await;
    let caught_up_after = began.elapsed();
    let most = market
        .processes()
        .iter_mut()
        .filter_map(|process| process.most_memory_kib());
    let most = most.max().expect("a process");
    let ratio = without.as_secs_f64() / before.as_secs_f64();
    println!(
        "campaign without {server} for {} s: {commands} commands, {ratio:.2} times as long each (median {} µs), caught up \
         after {} ms, no process above {} MiB",
        away.as_secs(),
        without.as_micros(),
        caught_up_after.as_millis(),
        most >> 10,
    );
    assert!(most < MEMORY_KIB, "{most} KiB");
    // A short run on a busy machine says nothing of speed.
    assert!(campaign::size(0, 1) == 0 || ratio <= SLOWER, "{ratio}");
    let (code, _) = market.terminate();
    assert_eq!(code, Some(0), "a clean stop");
    market.says(&["projections", "verify"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaign_commands_go_on_without_mongodb() {
    goes_on_without("mongodb").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaign_commands_go_on_without_nats() {
    goes_on_without("nats").await;
}
