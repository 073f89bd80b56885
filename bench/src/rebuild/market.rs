//! A believable market written straight into a log: a picture in twelve events is new, most events are likes
//! that go to few pictures, and some pictures are sold.

use anyhow::{Result, bail};
use jiff::Timestamp;
use picasso_domain::{
    Aggregate, EventData, Picture, Purchase, Reaction,
    picture::{Details, Edition, Licence, Listed, PictureEvent, Upload},
    purchase::{PurchaseEvent, Terms},
    reaction::ReactionEvent,
    values::{
        AltText, Colour, Derivative, DerivativeKind, Description, Digest, Dimensions, FeeRate,
        MediaType, Original, PaymentId, PictureId, Price, PurchaseId, SessionId, Tags, ThumbHash,
        Title, UserId,
    },
};
use picasso_eventlog::{Appended, Commit, EventLog, LogId, Metadata, NewEvent, StreamAppend};
use uuid::Uuid;

/// Likes for each picture that is uploaded.
const LIKES: u64 = 9;
/// One picture in so many is bought, each time another one comes.
const SOLD: u64 = 3;
const ARTISTS: u64 = 2_000;
const WORDS: [&str; 12] = [
    "quiet", "harbour", "dawn", "glass", "city", "snow", "field", "river", "night", "market",
    "stone", "light",
];

/// Writes at least `wanted` events.
pub async fn fill(log: &dyn EventLog, wanted: u64) -> Result<()> {
    let mut market = Market::default();
    while market.events < wanted {
        let commit = market.next_commit()?;
        match log.append(commit).await? {
            Appended::Recorded { .. } => {}
            Appended::Repeated(_) => bail!("a commit without a request was taken for a repeat"),
        }
    }
    Ok(())
}

/// What has happened so far.
#[derive(Default)]
struct Market {
    pictures: u64,
    /// Likes of each picture; the liker's number, so that nobody likes twice.
    likes: Vec<u64>,
    /// Purchases of each picture; likewise.
    sales: Vec<u64>,
    dice: u64,
    events: u64,
}

impl Market {
    /// Some pictures, and what happens around them.
    fn next_commit(&mut self) -> Result<Commit> {
        let mut streams = vec![];
        for _ in 0..40 {
            streams.push(self.upload()?);
            for _ in 0..LIKES {
                let picture = self.favourite();
                streams.push(self.like(picture)?);
            }
            if self.pictures.is_multiple_of(SOLD) {
                let picture = self.favourite();
                streams.push(self.sell(picture)?);
            }
        }
        self.events += streams.iter().map(|s| s.events.len() as u64).sum::<u64>();
        Ok(Commit {
            log: LogId(0),
            streams,
            metadata: Metadata {
                actor: "user00042".to_owned(),
                request_id: Some(Uuid::from_u128(self.events.into())),
                correlation_id: Some(Uuid::from_u128(self.events.into())),
                ..Metadata::default()
            },
            request: None,
        })
    }

    /// SplitMix64 (Steele, Lea and Flood, 2014): the same market in every run.
    fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A picture, the sooner the more it is liked already: the lesser of two rolls.
    fn favourite(&mut self) -> u64 {
        let (one, other) = (self.roll(), self.roll());
        (one % self.pictures).min(other % self.pictures)
    }

    fn upload(&mut self) -> Result<StreamAppend> {
        let number = self.pictures;
        self.pictures += 1;
        self.likes.push(0);
        self.sales.push(0);
        let upload = self.describe(number)?;
        let listed = Listed {
            artist: upload.artist.clone(),
            tags: upload.details.tags.clone(),
        };
        let events = [
            PictureEvent::PictureUploaded(Box::new(upload)),
            PictureEvent::PicturePublished(listed),
        ];
        stream(Picture::TYPE, picture(number).to_string(), 0, &events)
    }

    fn describe(&mut self, number: u64) -> Result<Upload> {
        let mut word = || WORDS[usize::try_from(self.roll() % 12).unwrap_or(0)];
        let title = format!("{} {} {number}", word(), word());
        let tags = [word(), word(), word()];
        let original = Original {
            digest: digest(number),
            size_bytes: 4_000_000 + number,
            media_type: MediaType::Jpeg,
            dimensions: Dimensions {
                width: 4_000,
                height: 3_000,
            },
        };
        let derivative = |kind: DerivativeKind| Derivative {
            kind,
            digest: digest(number.wrapping_mul(31)),
            dimensions: Dimensions {
                width: kind.longest_side(),
                height: kind.longest_side() / 4 * 3,
            },
            size_bytes: 90_000,
        };
        Ok(Upload {
            artist: UserId::parse(&format!("user{:05}", number % ARTISTS))?,
            original,
            derivatives: DerivativeKind::ALL.map(derivative).to_vec(),
            thumbhash: ThumbHash("3OcRJYB4d3h/iIeHeEh3eIhw+j2w".to_owned()),
            dominant_colour: Colour::rgb([90, 120, 150]),
            details: Details {
                title: Title::parse(&title)?,
                description: Description::parse("Taken on a walk before the others were up.")?,
                alt_text: AltText::parse("A landscape without people")?,
                tags: Tags::parse(tags)?,
            },
            price: price()?,
            edition: Edition::Open,
            licence: Licence::Personal,
        })
    }

    fn like(&mut self, number: u64) -> Result<StreamAppend> {
        let likes = &mut self.likes[usize::try_from(number)?];
        let user_id = UserId::parse(&format!("user{likes:05}"))?;
        *likes += 1;
        let picture_id = picture(number);
        let id = Reaction::id(picture_id, &user_id);
        let liked = ReactionEvent::PictureLiked {
            picture_id,
            user_id,
        };
        stream(Reaction::TYPE, id, 0, &[liked])
    }

    fn sell(&mut self, number: u64) -> Result<StreamAppend> {
        let sales = &mut self.sales[usize::try_from(number)?];
        let buyer = UserId::parse(&format!("user{sales:05}"))?;
        *sales += 1;
        let id = PurchaseId::new(picture(number), buyer.clone(), 1);
        let terms = Box::new(Terms {
            picture_id: picture(number),
            title: Title::parse("Quiet harbour")?,
            buyer,
            seller: UserId::parse(&format!("user{:05}", number % ARTISTS))?,
            price: price()?,
            fee_rate: FeeRate::from_bps(1_000)?,
            edition: Edition::Open,
            licence: Licence::Personal,
            original: digest(number),
            expires_at: Timestamp::from_second(1_800_000_000)?,
        });
        let payment_id = PaymentId(format!("pi_{number}_{sales}"));
        let events = [
            PurchaseEvent::PurchaseStarted(terms.clone()),
            PurchaseEvent::CheckoutOpened {
                session_id: SessionId(format!("cs_{number}_{sales}")),
                url: format!("https://checkout.stripe.com/c/pay/cs_{number}_{sales}"),
            },
            PurchaseEvent::PaymentReceived {
                payment_id: payment_id.clone(),
                amount: terms.price.money(),
            },
            PurchaseEvent::PurchaseGranted {
                payment_id,
                terms,
                payable_at: Timestamp::from_second(1_800_600_000)?,
            },
        ];
        stream(Purchase::TYPE, id.to_string(), 0, &events)
    }
}

fn stream<E: EventData>(
    aggregate_type: &str,
    aggregate_id: String,
    expected_sequence: u64,
    events: &[E],
) -> Result<StreamAppend> {
    let event = |event: &E| -> Result<NewEvent> {
        Ok(NewEvent {
            event_type: event.name().to_owned(),
            event_version: event.version(),
            payload: serde_json::value::to_raw_value(event)?,
        })
    };
    Ok(StreamAppend {
        aggregate_type: aggregate_type.to_owned(),
        aggregate_id,
        expected_sequence,
        events: events.iter().map(event).collect::<Result<_>>()?,
    })
}

fn picture(number: u64) -> PictureId {
    // As time-ordered as a UUIDv7.
    PictureId::new(Uuid::from_u128(
        0x0190_c0de_0000_7000_8000_0000_0000_0000 + u128::from(number),
    ))
}

fn digest(number: u64) -> Digest {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Digest::new(bytes)
}

fn price() -> Result<Price> {
    Ok(Price::parse(1_900, "EUR")?)
}
