//! Bad links between the processes and each server: what goes on, what is refused, that all heals by itself, and that
//! nobody makes things worse by trying again and again.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use picasso_api::proto::{
    commands::v1::{
        FinishUploadResponse, LikePictureRequest, LikePictureResponse, StartCheckoutRequest,
        StartCheckoutResponse, StartUploadRequest, StartUploadResponse, UnlikePictureRequest,
        UnlikePictureResponse,
    },
    queries::v1::{GetPictureRequest, GetPictureResponse},
    types::v1::Edition,
};
use sha2::{Digest, Sha256};
use tonic::Code;

use crate::support::{
    campaign,
    grpc_web::CallError,
    market::{Links, Market},
    person::{Person, eur, request_id},
    photograph,
    servers::Servers,
    toxiproxy::{Fault, Link},
};

/// What people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Like,
    Look,
    Upload,
    Checkout,
}

const DEEDS: [Deed; 4] = [Deed::Like, Deed::Look, Deed::Upload, Deed::Checkout];

/// What is refused while a link is bad; everything else works.
const REFUSED: &[(&str, Fault, &[Deed])] = &[
    ("postgres", Fault::Latency, &[]),
    ("postgres", Fault::Bandwidth, &[]),
    ("postgres", Fault::SlowClose, &[]),
    // Without the log nothing is promised; what is there already can be looked at.
    (
        "postgres",
        Fault::Reset,
        &[Deed::Like, Deed::Upload, Deed::Checkout],
    ),
    (
        "postgres",
        Fault::Cut,
        &[Deed::Like, Deed::Upload, Deed::Checkout],
    ),
    ("mongodb", Fault::Latency, &[]),
    ("mongodb", Fault::Bandwidth, &[]),
    ("mongodb", Fault::SlowClose, &[]),
    // Commands do not know the read models.
    ("mongodb", Fault::Reset, &[Deed::Look]),
    ("mongodb", Fault::Cut, &[Deed::Look]),
    // What the streams do not bring is read from the log.
    ("nats", Fault::Latency, &[]),
    ("nats", Fault::Bandwidth, &[]),
    ("nats", Fault::SlowClose, &[]),
    ("nats", Fault::Reset, &[]),
    ("nats", Fault::Cut, &[]),
    ("s3", Fault::Latency, &[]),
    ("s3", Fault::Bandwidth, &[]),
    ("s3", Fault::SlowClose, &[]),
    ("s3", Fault::Reset, &[Deed::Upload]),
    ("s3", Fault::Cut, &[Deed::Upload]),
    ("stripe", Fault::Latency, &[]),
    ("stripe", Fault::Bandwidth, &[]),
    ("stripe", Fault::SlowClose, &[]),
    ("stripe", Fault::Reset, &[Deed::Checkout]),
    ("stripe", Fault::Cut, &[Deed::Checkout]),
];

/// The longest anybody waits for an answer, good or bad: the deadline of a call, and the way there and back.
const ANSWER: Duration = Duration::from_secs(20);
/// How long somebody waits for a file to be taken.
const PUT: Duration = Duration::from_secs(10);
/// How long after a link is mended everything works again.
const HEALED: Duration = Duration::from_secs(20);
/// The most calls of a server while its link is bad, to what the same deeds and as much time take of it otherwise.
const STORM: f64 = 1.5;
/// So few calls, or so few a second, of ten processes together, are no storm, whatever they are compared with: a server
/// that is hardly called otherwise is tried again now and then.
const FEW: f64 = 50.0;
const FEW_PER_S: f64 = 5.0;
/// How long all links are watched while nobody does anything; longer than the time between heartbeats of any client.
const IDLE: Duration = Duration::from_secs(12);
/// How often each deed is done under a fault.
const TIMES: usize = 3;

struct People {
    artist: Person,
    visitor: Person,
    picture: String,
    file: Vec<u8>,
    liked: bool,
}

type Done = Result<(), CallError>;

impl People {
    async fn join(market: &Market) -> Self {
        let artist = Person::join(market, "artist").await;
        let visitor = Person::join(market, "visitor").await;
        let file = photograph("orientation-landscape-1.jpg");
        let picture = artist.publish(&file, "A walk", Edition::Open).await;
        Self {
            artist,
            visitor,
            picture: picture.picture_id,
            file,
            liked: false,
        }
    }

    async fn act(&mut self, deed: Deed) -> Done {
        match deed {
            Deed::Like => self.like().await,
            Deed::Look => self.look().await,
            Deed::Upload => self.upload().await,
            Deed::Checkout => self.checkout().await,
        }
    }

    /// Likes, or takes it back: each is one event.
    async fn like(&mut self) -> Done {
        let (request_id, picture_id) = (request_id(), self.picture.clone());
        let client = &self.visitor.client;
        if self.liked {
            let method = "picasso.commands.v1.ReactionCommandService/UnlikePicture";
            let request = UnlikePictureRequest {
                request_id,
                picture_id,
            };
            let _: UnlikePictureResponse = client.call(method, &request).await?;
        } else {
            let method = "picasso.commands.v1.ReactionCommandService/LikePicture";
            let request = LikePictureRequest {
                request_id,
                picture_id,
            };
            let _: LikePictureResponse = client.call(method, &request).await?;
        }
        self.liked = !self.liked;
        Ok(())
    }

    async fn look(&self) -> Done {
        let method = "picasso.queries.v1.GalleryQueryService/GetPicture";
        let request = GetPictureRequest {
            picture_id: self.picture.clone(),
            min_position: vec![],
        };
        let _: GetPictureResponse = self.visitor.client.call(method, &request).await?;
        Ok(())
    }

    async fn upload(&self) -> Done {
        let method = "picasso.commands.v1.PictureCommandService/StartUpload";
        let start = StartUploadRequest {
            request_id: request_id(),
            size_bytes: self.file.len() as u64,
            sha256: hex::encode(Sha256::digest(&self.file)),
        };
        let started: StartUploadResponse = self.artist.client.call(method, &start).await?;
        let put = self.artist.put_request(&started, &self.file).timeout(PUT);
        let put = put
            .send()
            .await
            .and_then(reqwest::Response::error_for_status);
        put.map_err(|error| CallError::Broken(error.to_string()))?;
        let finish = Person::finish(&started.upload_token, "A walk", eur(900), Edition::Open);
        let method = "picasso.commands.v1.PictureCommandService/FinishUpload";
        let _: FinishUploadResponse = self.artist.client.call(method, &finish).await?;
        Ok(())
    }

    async fn checkout(&self) -> Done {
        let method = "picasso.commands.v1.PurchaseCommandService/StartCheckout";
        let start = StartCheckoutRequest {
            request_id: request_id(),
            picture_id: self.picture.clone(),
            shown_price: eur(1_500),
        };
        let _: StartCheckoutResponse = self.visitor.client.call(method, &start).await?;
        Ok(())
    }
}

/// A refusal that says: try again.
fn passes(error: &CallError) -> bool {
    match error {
        CallError::Broken(_) => true,
        CallError::Refused(refusal) => matches!(
            refusal.code,
            Code::Unavailable | Code::DeadlineExceeded | Code::Aborted
        ),
    }
}

/// Does each deed a few times; answers what went wrong with what was expected of it.
async fn try_all(people: &mut People, refused: &[Deed]) -> Vec<String> {
    let mut surprises = vec![];
    for deed in DEEDS {
        for _ in 0..TIMES {
            let began = Instant::now();
            let done = people.act(deed).await;
            let took = began.elapsed();
            let expected = match &done {
                Ok(()) => !refused.contains(&deed),
                Err(error) => refused.contains(&deed) && passes(error),
            };
            if !expected || took > ANSWER {
                surprises.push(format!("{deed:?} after {} ms: {done:?}", took.as_millis()));
            }
        }
    }
    surprises
}

/// Waits until everything works.
async fn healed(people: &mut People) -> Duration {
    let began = Instant::now();
    loop {
        let mut failed = None;
        for deed in DEEDS {
            if let Err(error) = people.act(deed).await {
                failed = Some((deed, error));
            }
        }
        match failed {
            None => return began.elapsed(),
            Some(failed) => assert!(began.elapsed() < HEALED, "not healed: {failed:?}"),
        }
    }
}

/// How often each server is called in a second in which nobody does anything.
#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
async fn idle_rates(links: &Links) -> HashMap<&'static str, f64> {
    let before: Vec<_> = links.all().map(Link::calls).collect();
    tokio::time::sleep(IDLE).await;
    let rate = |(link, before): (&Link, u64)| {
        let calls = (link.calls() - before) as f64;
        (link.name, calls / IDLE.as_secs_f64())
    };
    links.all().zip(before).map(rate).collect()
}

/// How often a server is called while `work` is done, and how many seconds it takes.
#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
async fn asked(link: &Link, work: impl Future<Output = ()>) -> (f64, f64) {
    let (before, began) = (link.calls(), Instant::now());
    work.await;
    (
        (link.calls() - before) as f64,
        began.elapsed().as_secs_f64(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaign_bad_links_refuse_what_they_must_and_heal_by_themselves() {
    let servers = Servers::given();
    let (market, links) = Market::start_linked(&servers, &[("PAYMENTS__TIMEOUT_S", "3")]).await;
    let mut people = People::join(&market).await;
    healed(&mut people).await;
    let idle = idle_rates(&links).await;
    let full = campaign::size(0, 1) == 1;
    // PICASSO_LINK=s3 repeats one link.
    let only = std::env::var("PICASSO_LINK").ok();
    for (name, fault, refused) in REFUSED {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        // A short run cuts each link; a full one does everything to each.
        if !full && *fault != Fault::Cut {
            continue;
        }
        let link = links.to(name);
        let idle_per_s = idle[name];
        let calm = asked(link, async { drop(try_all(&mut people, &[]).await) });
        let (calm, took) = calm.await;
        let deeds = (calm - idle_per_s * took).max(0.0);
        link.break_by(*fault).await;
        let mut surprises = vec![];
        let bad = asked(link, async {
            surprises = try_all(&mut people, refused).await;
        });
        let (bad, took_bad) = bad.await;
        link.mend(*fault).await;
        // To what the same deeds, and as much time, ask otherwise.
        let expected = deeds + idle_per_s * took_bad;
        let ratio = bad / expected.max(1.0);
        let took = healed(&mut people).await;
        println!(
            "  {name} {fault:?}: refused {refused:?}, healed after {} ms, \
             {bad} calls to {expected:.0} in peace: {ratio:.2}",
            took.as_millis()
        );
        assert!(surprises.is_empty(), "{name} {fault:?}: {surprises:#?}");
        assert!(
            ratio <= STORM || bad <= FEW.max(FEW_PER_S * took_bad),
            "{name} {fault:?}: {bad} calls to {expected:.0} in peace"
        );
    }
}
