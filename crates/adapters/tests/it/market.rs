//! A market in a read store: events are folded by the real projections, then asked for by the real queries.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use picasso_adapters::sqlite::read_store::SqliteReadStore;
use picasso_domain::{
    Account, Aggregate, DomainEvent, HandleClaim, PayoutAccount, Picture, Purchase, Reaction,
    Timestamp,
    account::{AccountEvent, Profile},
    payout_account::PayoutAccountEvent,
    picture::{Details, Edition, Licence, Listed, PictureEvent, Upload},
    purchase::{PurchaseEvent, RevocationCause, Terms},
    reaction::ReactionEvent,
    values::{
        Bio, Colour, Derivative, DerivativeKind, Digest, Dimensions, DisplayName, FeeRate, Handle,
        MediaType, Original, PaymentId, Personal, PictureId, Price, PurchaseId, SessionId, Tags,
        ThumbHash, Title, UserId,
    },
};
use picasso_eventlog::{Epoch, LogId, Metadata, Offset, RecordedEvent};
use picasso_projections::{
    Effect, Live, Projection, Recorded,
    blobs::Blobs,
    gallery::Gallery,
    ledger::Ledger,
    library::Library,
    orders::Orders,
    payouts::Payouts,
    ports::{DocumentWrite, MAX_DOCUMENTS, Offsets, ReadStore},
    profiles::Profiles,
    provenance::Provenance,
    query::{PageTokens, Queries},
    reactions::Reactions,
    sales::Sales,
    suggestions::Suggesting,
};
use serde_json::value::to_raw_value;
use tempfile::TempDir;
use uuid::Uuid;

/// What happens, and to which aggregate.
pub type News = (String, DomainEvent);

pub struct Market {
    store: Arc<dyn ReadStore>,
    live: Arc<Live>,
    pub queries: Queries,
    past: Vec<Recorded>,
    _folder: TempDir,
}

impl Market {
    pub async fn open() -> Self {
        let market = Self::unbuilt();
        market.rebuild().await;
        market
    }

    /// Before any projection has run.
    pub fn unbuilt() -> Self {
        let folder = TempDir::new().expect("a folder");
        let store = open(&folder.path().join("read.db"));
        let live = Live::new(Arc::clone(&store));
        let queries = Queries::new(&live, &PageTokens::new([7; 32]));
        Self {
            store,
            live,
            queries,
            past: vec![],
            _folder: folder,
        }
    }

    /// A new generation of every projection, with everything that has happened, in place of the old one.
    pub async fn rebuild(&self) {
        self.build(&Gallery).await;
        self.build(&Profiles).await;
        self.build(&Suggesting).await;
        self.build(&Provenance).await;
        self.build(&Library).await;
        self.build(&Orders).await;
        self.build(&Sales).await;
        self.build(&Payouts).await;
        self.build(&Ledger).await;
        self.build(&Reactions).await;
        self.build(&Blobs).await;
    }

    pub async fn happens(&mut self, news: impl IntoIterator<Item = News>) {
        let begin = self.past.len();
        for (id, data) in news {
            let event = self.record(&id, data);
            self.past.push(event);
        }
        let news = &self.past[begin..];
        self.fold(&Gallery, news).await;
        self.fold(&Profiles, news).await;
        self.fold(&Suggesting, news).await;
        self.fold(&Provenance, news).await;
        self.fold(&Library, news).await;
        self.fold(&Orders, news).await;
        self.fold(&Sales, news).await;
        self.fold(&Payouts, news).await;
        self.fold(&Ledger, news).await;
        self.fold(&Reactions, news).await;
        self.fold(&Blobs, news).await;
    }

    fn record(&self, id: &str, data: DomainEvent) -> Recorded {
        let aggregate_type = match &data {
            DomainEvent::Account(_) => Account::TYPE,
            DomainEvent::Handle(_) => HandleClaim::TYPE,
            DomainEvent::PayoutAccount(_) => PayoutAccount::TYPE,
            DomainEvent::Picture(_) => Picture::TYPE,
            DomainEvent::Purchase(_) => Purchase::TYPE,
            DomainEvent::Reaction(_) => Reaction::TYPE,
        };
        let offset = self.past.len() as u64 + 1;
        let event = RecordedEvent {
            log: LogId(0),
            offset: Offset(offset),
            aggregate_type: aggregate_type.to_owned(),
            aggregate_id: id.to_owned(),
            sequence: offset,
            event_type: data.name().to_owned(),
            event_version: 1,
            payload: to_raw_value(&data).expect("an event is JSON"),
            metadata: Metadata::default(),
            recorded_at: at(offset),
        };
        Recorded::decode(Arc::new(event)).expect("it reads back")
    }

    async fn build<P: Projection>(&self, projection: &P) {
        let epoch = Epoch(Uuid::nil());
        let made = self
            .store
            .create_generation(P::NAME, P::VERSION, epoch, P::INDEXES);
        let generation = made.await.expect("a generation").id;
        self.store.make_live(&generation).await.expect("it is live");
        self.live.refresh(P::NAME).await.expect("it is known");
        self.fold(projection, &self.past).await;
    }

    async fn fold<P: Projection>(&self, projection: &P, news: &[Recorded]) {
        let generation = self.live.get(P::NAME).await.expect("a live generation").id;
        let keys: Vec<String> = news
            .iter()
            .flat_map(|event| projection.keys(event))
            .collect();
        let mut documents = BTreeMap::new();
        for keys in keys.chunks(MAX_DOCUMENTS) {
            let stored = self
                .store
                .get_many(&generation, keys)
                .await
                .expect("documents");
            for it in stored {
                let body = it.body.map(|body| serde_json::from_str(body.get()));
                let document: P::Document =
                    body.transpose().expect("a document").unwrap_or_default();
                documents.insert(it.key, (it.revision, document, Effect::Keep));
            }
        }
        for event in news {
            for key in projection.keys(event) {
                let held = documents.entry(key.clone());
                let held = held.or_insert((0, P::Document::default(), Effect::Keep));
                held.2 = projection.fold(&key, &mut held.1, event).expect("it fits");
                if held.2 == Effect::Delete {
                    held.1 = P::Document::default();
                }
            }
        }
        let writes = documents
            .into_iter()
            .map(|(key, (loaded_revision, document, effect))| {
                let kept = effect == Effect::Keep;
                let body = kept.then(|| to_raw_value(&document).expect("a document is JSON"));
                let entries = if kept {
                    projection.index(&key, &document)
                } else {
                    vec![]
                };
                DocumentWrite {
                    key,
                    loaded_revision,
                    folded: Offsets::new(),
                    body,
                    entries,
                }
            });
        let writes: Vec<DocumentWrite> = writes.collect();
        for writes in writes.chunks(MAX_DOCUMENTS) {
            let missed = self
                .store
                .write(&generation, writes.to_vec())
                .await
                .expect("written");
            assert_eq!(missed, Vec::<String>::new());
        }
    }
}

fn open(path: &Path) -> Arc<dyn ReadStore> {
    Arc::new(SqliteReadStore::open(path).expect("the read store opens"))
}

/// One second for each offset.
pub fn at(offset: u64) -> Timestamp {
    let second = 1_800_000_000 + i64::try_from(offset).expect("a small offset");
    Timestamp::from_second(second).expect("within range")
}

pub fn user(name: &str) -> UserId {
    UserId::parse(name).expect("a user id")
}

pub fn picture_id(number: u16) -> PictureId {
    PictureId::new(Uuid::from_u128(
        0x0190_c0de << 96 | 7 << 76 | u128::from(number),
    ))
}

pub fn digest(number: u16) -> Digest {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    Digest::new(bytes)
}

pub fn eur(amount_minor: i64) -> Price {
    Price::parse(amount_minor, "EUR").expect("a price")
}

pub fn registers(name: &str) -> News {
    let profile = Profile {
        display_name: Personal(DisplayName::parse(&name.to_uppercase()).expect("a name")),
        bio: Personal(Bio::default()),
    };
    let handle = Handle::parse(name).expect("a handle");
    let event = AccountEvent::AccountRegistered { handle, profile };
    (name.to_owned(), DomainEvent::Account(event))
}

/// What a picture is uploaded with.
pub struct Sheet<'a> {
    pub number: u16,
    pub artist: &'a str,
    pub title: &'a str,
    pub tags: &'a [&'a str],
    pub edition: Edition,
}

impl Sheet<'_> {
    pub fn of(number: u16) -> Self {
        Self {
            number,
            artist: "ann",
            title: "Quiet harbour",
            tags: &["sea"],
            edition: Edition::Open,
        }
    }

    pub fn uploads(&self) -> News {
        let dimensions = Dimensions {
            width: 40,
            height: 30,
        };
        let upload = Upload {
            artist: user(self.artist),
            original: Original {
                digest: digest(self.number),
                size_bytes: 9,
                media_type: MediaType::Png,
                dimensions,
            },
            derivatives: vec![Derivative {
                kind: DerivativeKind::Preview,
                digest: digest(self.number + 10_000),
                dimensions,
                size_bytes: 9,
            }],
            thumbhash: ThumbHash::default(),
            dominant_colour: Colour::default(),
            details: Details {
                title: Title::parse(self.title).expect("a title"),
                tags: Tags::parse(self.tags).expect("tags"),
                ..Details::default()
            },
            price: eur(1_900),
            edition: self.edition,
            licence: Licence::Personal,
        };
        to_picture(self.number, PictureEvent::PictureUploaded(Box::new(upload)))
    }

    pub fn publishes(&self) -> News {
        to_picture(self.number, PictureEvent::PicturePublished(self.listed()))
    }

    pub fn withdraws(&self) -> News {
        to_picture(self.number, PictureEvent::PictureWithdrawn(self.listed()))
    }

    pub fn listed(&self) -> Listed {
        Listed {
            artist: user(self.artist),
            tags: Tags::parse(self.tags).expect("tags"),
        }
    }
}

pub fn to_picture(number: u16, event: PictureEvent) -> News {
    (picture_id(number).to_string(), DomainEvent::Picture(event))
}

/// As the sheet of this number says.
pub fn publishes(number: u16) -> News {
    Sheet::of(number).publishes()
}

pub fn withdraws(number: u16) -> News {
    Sheet::of(number).withdraws()
}

pub fn likes(name: &str, number: u16) -> News {
    let (picture_id, user_id) = (picture_id(number), user(name));
    let id = Reaction::id(picture_id, &user_id);
    let event = ReactionEvent::PictureLiked {
        picture_id,
        user_id,
    };
    (id, DomainEvent::Reaction(event))
}

pub fn purchase_id(buyer: &str, number: u16) -> PurchaseId {
    PurchaseId::new(picture_id(number), user(buyer), 1)
}

fn to_purchase(buyer: &str, number: u16, event: PurchaseEvent) -> News {
    let id = purchase_id(buyer, number).to_string();
    (id, DomainEvent::Purchase(event))
}

fn terms(buyer: &str, number: u16) -> Box<Terms> {
    Box::new(Terms {
        picture_id: picture_id(number),
        buyer: user(buyer),
        seller: user("ann"),
        title: Title::parse("Harbour at dawn").expect("a title"),
        price: eur(1_900),
        fee_rate: FeeRate::from_bps(1_000).expect("a fee"),
        edition: Edition::Open,
        licence: Licence::Personal,
        original: digest(number),
        expires_at: at(9_999),
    })
}

/// Checkout of one of ann's pictures, as far as the open page.
pub fn opens_checkout(buyer: &str, number: u16) -> [News; 2] {
    let opened = PurchaseEvent::CheckoutOpened {
        session_id: SessionId("cs".to_owned()),
        url: "http://127.0.0.1/pay".to_owned(),
    };
    let started = PurchaseEvent::PurchaseStarted(terms(buyer, number));
    [
        to_purchase(buyer, number, started),
        to_purchase(buyer, number, opened),
    ]
}

pub fn is_paid(buyer: &str, number: u16) -> News {
    let event = PurchaseEvent::PaymentReceived {
        payment_id: PaymentId("pi".to_owned()),
        amount: eur(1_900).money(),
    };
    to_purchase(buyer, number, event)
}

pub fn asks_to_be_paid(name: &str) -> News {
    let event = PayoutAccountEvent::PayoutAccountRequested {
        key: format!("payout-account-{name}"),
    };
    (name.to_owned(), DomainEvent::PayoutAccount(event))
}

pub fn is_granted(buyer: &str, number: u16) -> News {
    let event = PurchaseEvent::PurchaseGranted {
        payment_id: PaymentId("pi".to_owned()),
        terms: terms(buyer, number),
        payable_at: at(9_999),
    };
    to_purchase(buyer, number, event)
}

pub fn is_revoked(buyer: &str, number: u16) -> News {
    let terms = terms(buyer, number);
    to_purchase(
        buyer,
        number,
        PurchaseEvent::PurchaseRevoked {
            terms,
            cause: RevocationCause::Refund,
            released: false,
            held: false,
        },
    )
}
