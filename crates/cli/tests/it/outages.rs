//! Fifteen minutes without one server, commands going on: they are hardly slower, nothing is lost, and what was missed is
//! caught up within bounds.

use std::time::{Duration, Instant};

use picasso_api::proto::{
    commands::v1::{
        LikePictureRequest, LikePictureResponse, UnlikePictureRequest, UnlikePictureResponse,
    },
    types::v1::Edition,
};

use crate::{
    chaos::caught_up,
    support::{
        campaign,
        market::Market,
        person::{Person, request_id},
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
const PEOPLE: usize = 10;
const PICTURES: usize = 20;
/// How long the crowd rests between two commands.
const PACE: Duration = Duration::from_millis(100);

/// People who like pictures and take it back, each pair in turn: a command decides upon what was decided before, so that
/// a few that are never new would become slower by themselves.
struct Crowd {
    people: Vec<Person>,
    pictures: Vec<String>,
    /// How many commands were sent.
    sent: usize,
}

impl Crowd {
    async fn join(market: &Market) -> Self {
        let mut crowd = Self {
            people: vec![],
            pictures: vec![],
            sent: 0,
        };
        let artist = Person::join(market, "artist").await;
        let file = photograph("orientation-landscape-1.jpg");
        for _ in 0..PICTURES {
            let published = artist.publish(&file, "A walk", Edition::Open).await;
            crowd.pictures.push(published.picture_id);
        }
        for number in 0..PEOPLE {
            let person = Person::join(market, &format!("visitor{number}")).await;
            crowd.people.push(person);
        }
        crowd
    }

    async fn send(&mut self) {
        let person = &self.people[self.sent % PEOPLE];
        let picture_id = self.pictures[self.sent / PEOPLE % PICTURES].clone();
        let liked = self.sent / PEOPLE / PICTURES % 2 == 1;
        self.sent += 1;
        let request_id = request_id();
        if liked {
            let method = "picasso.commands.v1.ReactionCommandService/UnlikePicture";
            let request = UnlikePictureRequest {
                request_id,
                picture_id,
            };
            let _: UnlikePictureResponse = person.client.get(method, &request).await;
        } else {
            let method = "picasso.commands.v1.ReactionCommandService/LikePicture";
            let request = LikePictureRequest {
                request_id,
                picture_id,
            };
            let _: LikePictureResponse = person.client.get(method, &request).await;
        }
    }

    /// Sends commands, at some pace, for some time; answers the median of what they took, and how many there were.
    async fn median_for(&mut self, time: Duration) -> (Duration, usize) {
        let (mut took, began) = (vec![], Instant::now());
        while began.elapsed() < time || took.len() < SOME {
            let sent = Instant::now();
            self.send().await;
            took.push(sent.elapsed());
            tokio::time::sleep(PACE).await;
        }
        took.sort();
        (took[took.len() / 2], took.len())
    }
}

async fn goes_on_without(server: &str) {
    let away = Duration::from_secs(u64::from(campaign::rounds(5, 900)));
    let servers = Servers::given();
    let (mut market, links) = Market::start_linked(&servers, &[]).await;
    let mut crowd = Crowd::join(&market).await;
    caught_up(&market).await;
    let (before, _) = crowd.median_for(away.min(Duration::from_secs(60))).await;
    links.to(server).enable(false).await;
    let (without, commands) = crowd.median_for(away).await;
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
