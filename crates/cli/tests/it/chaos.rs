//! Kill -9 at random moments under sixteen writers, of the whole marketplace or of any process and server of the full
//! stack: what was acknowledged is there, once, and every read model equals the log.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use picasso_api::proto::{
    commands::v1::{
        ChangeProfileRequest, ChangeProfileResponse, FinishUploadResponse, LikePictureRequest,
        LikePictureResponse, RepricePictureRequest, RepricePictureResponse, StartUploadRequest,
        StartUploadResponse, UnlikePictureRequest, UnlikePictureResponse,
    },
    types::v1::{Edition, Position, Receipt},
};
use prost::Message;
use rand::{Rng, SeedableRng, rngs::StdRng};
use sha2::{Digest, Sha256};
use tokio::task::{JoinHandle, JoinSet};
use tonic::Code;

use crate::support::{
    campaign, full_stack,
    grpc_web::{CallError, Refusal},
    market::Market,
    person::{Person, eur, request_id},
    photograph,
    servers::Servers,
};

const WRITERS: usize = 16;
/// How servers are struck; SIGQUIT is PostgreSQL's immediate stop.
const SERVER_STRIKES: [(&str, &str); 5] = [
    ("nats", "KILL"),
    ("minio", "KILL"),
    ("postgres", "QUIT"),
    ("postgres", "KILL"),
    ("ferretdb", "KILL"),
];
/// A writer gives up on one command after so many tries: the market must have come back long before.
const MAX_TRIES: u32 = 2_000;

/// Where the log stood for each acknowledged request.
type Acknowledged = HashMap<String, Position>;

struct Writer {
    person: Person,
    own_picture: String,
    shared_picture: String,
    over: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    acknowledged: Acknowledged,
}

impl Writer {
    /// Sends commands, each of which makes exactly one event, until told that it is over.
    async fn run(mut self) -> Acknowledged {
        let mut round = 0_i64;
        while !self.over.load(Ordering::Relaxed) {
            self.reprice(1_000 + round).await;
            self.like(round % 2 == 0).await;
            self.describe_self(round).await;
            round += 1;
        }
        self.acknowledged
    }

    async fn reprice(&mut self, price: i64) {
        let request = RepricePictureRequest {
            request_id: request_id(),
            picture_id: self.own_picture.clone(),
            price: eur(price),
            etag: None,
        };
        let method = "picasso.commands.v1.PictureCommandService/RepricePicture";
        let answer: RepricePictureResponse = insist(&self.person, method, &request).await;
        self.note(request.request_id, answer.receipt);
    }

    async fn like(&mut self, like: bool) {
        let (request_id, picture_id) = (request_id(), self.shared_picture.clone());
        let receipt = if like {
            let request = LikePictureRequest {
                request_id: request_id.clone(),
                picture_id,
            };
            let method = "picasso.commands.v1.ReactionCommandService/LikePicture";
            let answer: LikePictureResponse = insist(&self.person, method, &request).await;
            answer.receipt
        } else {
            let request = UnlikePictureRequest {
                request_id: request_id.clone(),
                picture_id,
            };
            let method = "picasso.commands.v1.ReactionCommandService/UnlikePicture";
            let answer: UnlikePictureResponse = insist(&self.person, method, &request).await;
            answer.receipt
        };
        self.note(request_id, receipt);
    }

    async fn describe_self(&mut self, round: i64) {
        let request = ChangeProfileRequest {
            request_id: request_id(),
            display_name: "Writer".to_owned(),
            bio: format!("round {round}"),
        };
        let method = "picasso.commands.v1.AccountCommandService/ChangeProfile";
        let answer: ChangeProfileResponse = insist(&self.person, method, &request).await;
        self.note(request.request_id, answer.receipt);
    }

    fn note(&mut self, request_id: String, receipt: Option<Receipt>) {
        let position = receipt.and_then(|receipt| receipt.position);
        let position = position.expect("a receipt names its position");
        self.acknowledged.insert(request_id, position);
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Calls again under the same request id until there is an answer.
async fn insist<Q: Message + std::fmt::Debug, A: Message + Default>(
    person: &Person,
    method: &str,
    request: &Q,
) -> A {
    for _ in 0..MAX_TRIES {
        match person.client.call(method, request).await {
            Ok(answer) => return answer,
            Err(CallError::Broken(_)) => {}
            Err(CallError::Refused(refusal)) if may_pass(&refusal) => {}
            Err(CallError::Refused(refusal)) => panic!("{method} was refused: {refusal:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{method} was never answered");
}

fn may_pass(refusal: &Refusal) -> bool {
    matches!(
        refusal.code,
        Code::Unavailable | Code::Aborted | Code::DeadlineExceeded | Code::Cancelled
    )
}

/// Uploads the same photograph again and again through all three steps; answers how many pictures there must be.
async fn upload_again_and_again(person: Person, over: Arc<AtomicBool>) -> usize {
    let file = photograph("orientation-landscape-1.jpg");
    let mut finished = 0;
    while !over.load(Ordering::Relaxed) {
        let start = StartUploadRequest {
            request_id: request_id(),
            size_bytes: file.len() as u64,
            sha256: hex::encode(Sha256::digest(&file)),
        };
        let method = "picasso.commands.v1.PictureCommandService/StartUpload";
        let started: StartUploadResponse = insist(&person, method, &start).await;
        let finish = Person::finish(&started.upload_token, "Again", eur(900), Edition::Open);
        let method = "picasso.commands.v1.PictureCommandService/FinishUpload";
        loop {
            let put = person.put_request(&started, &file).send();
            let put_ended_well = put.await.is_ok_and(|answer| answer.status().is_success());
            let answer: Result<FinishUploadResponse, _> = person.client.call(method, &finish).await;
            match answer {
                Ok(_) => break,
                Err(CallError::Refused(refusal)) if !may_pass(&refusal) => {
                    // Only a file that did not arrive may be missed.
                    assert!(
                        !put_ended_well && refusal.reason == "UPLOAD_NOT_RECEIVED",
                        "{refusal:?}"
                    );
                }
                Err(_) => {}
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        finished += 1;
    }
    finished
}

/// Sixteen writers and an uploader who never give up.
struct Load {
    over: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    writers: JoinSet<Acknowledged>,
    uploads: JoinHandle<usize>,
}

impl Load {
    async fn begin(market: &Market) -> Self {
        let artist = Person::join(market, "artist").await;
        let file = photograph("orientation-landscape-1.jpg");
        let shared = artist.publish(&file, "Shared", Edition::Open).await;
        let over = Arc::new(AtomicBool::new(false));
        let done = Arc::new(AtomicU64::new(0));
        let mut writers = JoinSet::new();
        for number in 0..WRITERS {
            let person = Person::join(market, &format!("writer{number}")).await;
            let own = person.publish(&file, "Own", Edition::Open).await;
            let writer = Writer {
                person,
                own_picture: own.picture_id,
                shared_picture: shared.picture_id.clone(),
                over: Arc::clone(&over),
                done: Arc::clone(&done),
                acknowledged: Acknowledged::new(),
            };
            writers.spawn(writer.run());
        }
        let uploader = Person::join(market, "uploader").await;
        let uploads = tokio::spawn(upload_again_and_again(uploader, Arc::clone(&over)));
        Self {
            over,
            done,
            writers,
            uploads,
        }
    }

    /// How many commands were acknowledged so far.
    fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Lets what is in hand end, then holds the log and the read models against what was acknowledged.
    async fn end(self, market: &mut Market) {
        self.over.store(true, Ordering::Relaxed);
        let acknowledged: Acknowledged = self
            .writers
            .join_all()
            .await
            .into_iter()
            .flatten()
            .collect();
        let uploads = self.uploads.await.expect("the uploader ended");
        caught_up(market).await;
        let (code, _) = market.terminate();
        assert_eq!(code, Some(0), "a clean stop");
        check_log(market, &acknowledged, uploads);
        check_models(market);
        println!(
            "  {} acknowledged commands and {uploads} uploads, all there, none twice",
            acknowledged.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaign_kill_nine_loses_and_doubles_nothing() {
    let rounds = campaign::rounds(4, 300);
    let seed = campaign::seed();
    println!("campaign kill -9: {rounds} rounds, {WRITERS} writers, PICASSO_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut market = Market::start_embedded(&[]).await;
    let load = Load::begin(&market).await;
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_millis(rng.random_range(5..700))).await;
        market.kill();
        market.boot();
        market.ready().await;
        if round % 25 == 24 {
            println!("  round {}: {} acknowledged", round + 1, load.done());
        }
    }
    load.end(&mut market).await;
}

/// Any process of ours, or a server under it, PostgreSQL by an immediate stop too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaign_any_process_killed_loses_and_doubles_nothing() {
    let rounds = campaign::rounds(8, 500);
    let seed = campaign::seed();
    println!("campaign any process: {rounds} rounds, {WRITERS} writers, PICASSO_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let servers = Servers::start(full_stack::SERVERS);
    let mut market = Market::start_full(&servers, &[]).await;
    let load = Load::begin(&market).await;
    let mut struck: BTreeMap<String, u32> = BTreeMap::new();
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_millis(rng.random_range(5..700))).await;
        // The servers first, each in turn, so that even a short run strikes all of them.
        let server = usize::try_from(round).ok();
        let server = server.filter(|round| *round < SERVER_STRIKES.len());
        let server = server.or_else(|| {
            let any = rng.random_range(0..SERVER_STRIKES.len() * 4);
            Some(any).filter(|any| *any < SERVER_STRIKES.len())
        });
        let name = match server.and_then(|server| SERVER_STRIKES.get(server)) {
            Some((name, signal)) => {
                servers.strike(name, signal);
                servers.revive();
                format!("{name} by SIG{signal}")
            }
            None => {
                let any = rng.random_range(0..market.processes().len());
                let process = &mut market.processes()[any];
                process.kill();
                process.start();
                process.name.clone()
            }
        };
        *struck.entry(name).or_default() += 1;
        market.supervise();
        if round % 25 == 24 {
            println!("  round {}: {} acknowledged", round + 1, load.done());
        }
    }
    println!("  struck: {struck:?}");
    market.supervise();
    market.ready().await;
    load.end(&mut market).await;
}

/// Waits until every read model has folded the whole log.
pub async fn caught_up(market: &Market) {
    let patience = Instant::now() + Duration::from_secs(120);
    loop {
        let status: serde_json::Value =
            serde_json::from_str(&market.says(&["--json", "status"])).expect("JSON");
        let projections = status["projections"].as_array().expect("projections");
        if projections.iter().all(|projection| projection["lag"] == 0) {
            return;
        }
        assert!(Instant::now() < patience, "not caught up: {projections:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Offsets are 1, 2, 3 …; every acknowledged request has exactly one event, where its receipt said.
fn check_log(market: &Market, acknowledged: &Acknowledged, uploads: usize) {
    let text = market.says(&["events", "export"]);
    let mut found: HashMap<String, (u64, u64)> = HashMap::new();
    let mut heads: HashMap<u64, u64> = HashMap::new();
    let mut pictures = 0;
    for line in text.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let number = |field: &str| event[field].as_u64().expect("a number");
        let (log, offset) = (number("log"), number("offset"));
        let before = heads.insert(log, offset).unwrap_or_default();
        assert_eq!(offset, before + 1, "the offsets of log {log} have a hole");
        pictures += usize::from(event["event_type"] == "PictureUploaded");
        if let Some(request_id) = event["metadata"]["request_id"].as_str() {
            let before = found.insert(request_id.to_owned(), (log, offset));
            assert_eq!(before, None, "request {request_id} was recorded twice");
        }
    }
    assert_eq!(pictures, uploads + WRITERS + 1, "pictures");
    for (request_id, position) in acknowledged {
        let place = (u64::from(position.log), position.offset);
        let found = found.get(request_id).copied();
        assert_eq!(found, Some(place), "acknowledged request {request_id}");
    }
}

/// Every document of every read model equals a fresh fold of the log, and every file an event names is there.
fn check_models(market: &Market) {
    for check in [["projections", "verify"].as_slice(), ["doctor"].as_slice()] {
        let output = market.command(check).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{check:?}: {said}\n{complained}");
    }
}
