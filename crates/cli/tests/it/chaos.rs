//! Kill -9 of the whole process at random moments under sixteen writers: what was acknowledged is there, once.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
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
use tonic::Code;

use crate::support::{
    campaign,
    grpc_web::{CallError, Refusal},
    market::Market,
    person::{Person, eur, request_id},
    photograph,
};

const WRITERS: usize = 16;
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
            let put = person
                .client
                .http()
                .put(&started.upload_url)
                .body(file.clone())
                .send();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaign_kill_nine_loses_and_doubles_nothing() {
    let rounds = campaign::size(4, 300);
    let seed = campaign::seed();
    println!("campaign kill -9: {rounds} rounds, {WRITERS} writers, PICASSO_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut market = Market::start().await;
    let artist = Person::join(&market, "artist").await;
    let file = photograph("orientation-landscape-1.jpg");
    let shared = artist
        .publish(&file, "Shared", Edition::Open)
        .await
        .picture_id;
    let (over, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..WRITERS {
        let person = Person::join(&market, &format!("writer{number}")).await;
        let own_picture = person.publish(&file, "Own", Edition::Open).await.picture_id;
        let writer = Writer {
            person,
            own_picture,
            shared_picture: shared.clone(),
            over: Arc::clone(&over),
            done: Arc::clone(&done),
            acknowledged: Acknowledged::new(),
        };
        writers.spawn(writer.run());
    }
    let uploader = Person::join(&market, "uploader").await;
    let uploads = tokio::spawn(upload_again_and_again(uploader, Arc::clone(&over)));
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_millis(rng.random_range(5..700))).await;
        market.kill();
        market.boot();
        market.ready().await;
        if round % 25 == 24 {
            println!(
                "  round {}: {} acknowledged",
                round + 1,
                done.load(Ordering::Relaxed)
            );
        }
    }
    over.store(true, Ordering::Relaxed);
    let acknowledged: Acknowledged = writers.join_all().await.into_iter().flatten().collect();
    let uploads = uploads.await.expect("the uploader ended");
    let (code, _) = market.terminate();
    assert_eq!(code, Some(0), "a clean stop");
    check_log(&market, &acknowledged, uploads);
    check_models(&market);
    println!(
        "campaign kill -9: {} acknowledged commands and {uploads} uploads, all there, none twice",
        acknowledged.len()
    );
}

/// Offsets are 1, 2, 3 …; every acknowledged request has exactly one event, where its receipt said.
fn check_log(market: &Market, acknowledged: &Acknowledged, uploads: usize) {
    let text = market.says(&["events", "export"]);
    let mut found: HashMap<String, u64> = HashMap::new();
    let mut pictures = 0;
    for (line, expected_offset) in text.lines().zip(1_u64..) {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let offset = event["offset"].as_u64().expect("an offset");
        assert_eq!(offset, expected_offset, "offsets have a hole");
        pictures += usize::from(event["event_type"] == "PictureUploaded");
        if let Some(request_id) = event["metadata"]["request_id"].as_str() {
            let before = found.insert(request_id.to_owned(), offset);
            assert_eq!(before, None, "request {request_id} was recorded twice");
        }
    }
    assert_eq!(pictures, uploads + WRITERS + 1, "pictures");
    for (request_id, position) in acknowledged {
        let offset = found.get(request_id).copied();
        assert_eq!(
            offset,
            Some(position.offset),
            "acknowledged request {request_id}"
        );
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
