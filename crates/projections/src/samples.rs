//! Recorded events for the tests of the folds: a small market with one artist, two buyers and one picture.

use std::sync::Arc;

use picasso_domain::{
    Account, Aggregate, DomainEvent, PayoutAccount, Picture, Purchase, Reaction, Timestamp,
    account::{AccountEvent, Notifications, Profile},
    payout_account::PayoutAccountEvent,
    picture::{Details, Edition, Licence, Listed, PictureEvent, Upload},
    purchase::{HeldShare, PurchaseEvent, RefundReason, RevocationCause, Terms},
    reaction::ReactionEvent,
    values::*,
};
use picasso_eventlog::{LogId, Metadata, Offset, RecordedEvent};
use serde_json::value::to_raw_value;

use crate::{Effect, FoldError, Projection, Recorded};

pub const PICTURE: &str = "0190c0de-0000-7000-8000-000000000001";

pub fn picture_id() -> PictureId {
    PictureId::parse(PICTURE).unwrap()
}

pub fn user(name: &str) -> UserId {
    UserId::parse(name).unwrap()
}

pub fn digest(byte: u8) -> Digest {
    Digest::new([byte; 32])
}

pub fn eur(amount_minor: i64) -> Price {
    Price::parse(amount_minor, "EUR").unwrap()
}

/// The time of the event at an offset: one second each.
pub fn at(offset: u64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + i64::try_from(offset).unwrap()).unwrap()
}

fn recorded(aggregate_type: &str, id: &str, offset: u64, data: DomainEvent) -> Recorded {
    let event = RecordedEvent {
        log: LogId(0),
        offset: Offset(offset),
        aggregate_type: aggregate_type.to_owned(),
        aggregate_id: id.to_owned(),
        sequence: offset,
        event_type: data.name().to_owned(),
        event_version: 1,
        payload: to_raw_value(&data).unwrap(),
        metadata: Metadata::default(),
        recorded_at: at(offset),
    };
    // Through the stored form, so that what is folded is what a log would hold.
    Recorded::decode(Arc::new(event)).unwrap()
}

pub fn picture(offset: u64, event: PictureEvent) -> Recorded {
    recorded(Picture::TYPE, PICTURE, offset, DomainEvent::Picture(event))
}

pub fn account(offset: u64, who: &str, event: AccountEvent) -> Recorded {
    recorded(Account::TYPE, who, offset, DomainEvent::Account(event))
}

pub fn purchase(offset: u64, attempt: u32, event: PurchaseEvent) -> Recorded {
    let id = purchase_id(attempt).to_string();
    recorded(Purchase::TYPE, &id, offset, DomainEvent::Purchase(event))
}

pub fn reaction(offset: u64, event: ReactionEvent) -> Recorded {
    let id = match &event {
        ReactionEvent::PictureLiked { user_id, .. }
        | ReactionEvent::PictureUnliked { user_id, .. } => Reaction::id(picture_id(), user_id),
    };
    recorded(Reaction::TYPE, &id, offset, DomainEvent::Reaction(event))
}

/// Bob's attempt to buy the picture.
pub fn purchase_id(attempt: u32) -> PurchaseId {
    PurchaseId::new(picture_id(), user("bob"), attempt)
}

pub fn details(title: &str, tags: &[&str]) -> Details {
    Details {
        title: Title::parse(title).unwrap(),
        tags: Tags::parse(tags).unwrap(),
        ..Details::default()
    }
}

pub fn upload(edition: Edition) -> Upload {
    let dimensions = Dimensions {
        width: 4000,
        height: 3000,
    };
    let derivative = |(index, kind): (u8, DerivativeKind)| Derivative {
        kind,
        digest: digest(10 + index),
        dimensions,
        size_bytes: 1_000,
    };
    let kinds = (0_u8..).zip(DerivativeKind::ALL);
    Upload {
        artist: user("ann"),
        original: Original {
            digest: digest(1),
            size_bytes: 5_000_000,
            media_type: MediaType::Jpeg,
            dimensions,
        },
        derivatives: kinds.map(derivative).collect(),
        thumbhash: ThumbHash("00ff".to_owned()),
        dominant_colour: Colour::rgb([1, 2, 3]),
        details: details("Quiet harbour", &["dawn", "sea"]),
        price: eur(1_900),
        edition,
        licence: Licence::Personal,
    }
}

pub fn uploaded(offset: u64, edition: Edition) -> Recorded {
    let upload = Box::new(upload(edition));
    picture(offset, PictureEvent::PictureUploaded(upload))
}

/// What the picture is found under.
pub fn listed() -> Listed {
    Listed {
        artist: user("ann"),
        tags: details("Quiet harbour", &["dawn", "sea"]).tags,
    }
}

pub fn published(offset: u64) -> Recorded {
    picture(offset, PictureEvent::PicturePublished(listed()))
}

pub fn terms() -> Terms {
    terms_at(eur(1_900))
}

pub fn terms_at(price: Price) -> Terms {
    Terms {
        picture_id: picture_id(),
        buyer: user("bob"),
        seller: user("ann"),
        title: Title::parse("Lake").expect("a valid title"),
        price,
        fee_rate: FeeRate::from_bps(1_000).unwrap(),
        edition: Edition::Open,
        licence: Licence::Personal,
        original: digest(1),
        expires_at: at(5_000),
    }
}

pub fn payment_id(id: &str) -> PaymentId {
    PaymentId(id.to_owned())
}

pub fn started(offset: u64, attempt: u32) -> Recorded {
    purchase(
        offset,
        attempt,
        PurchaseEvent::PurchaseStarted(Box::new(terms())),
    )
}

pub fn opened(offset: u64, attempt: u32) -> Recorded {
    let event = PurchaseEvent::CheckoutOpened {
        session_id: SessionId("cs_1".to_owned()),
        url: "http://127.0.0.1/pay".to_owned(),
    };
    purchase(offset, attempt, event)
}

pub fn paid(offset: u64, attempt: u32, payment: &str) -> Recorded {
    let event = PurchaseEvent::PaymentReceived {
        payment_id: payment_id(payment),
        amount: eur(1_900).money(),
    };
    purchase(offset, attempt, event)
}

pub fn granted(offset: u64, attempt: u32) -> Recorded {
    granted_at(offset, attempt, eur(1_900))
}

pub fn granted_at(offset: u64, attempt: u32, price: Price) -> Recorded {
    let event = PurchaseEvent::PurchaseGranted {
        payment_id: payment_id("pi_1"),
        terms: Box::new(terms_at(price)),
        payable_at: at(offset + 600),
    };
    purchase(offset, attempt, event)
}

pub fn revoked(offset: u64, attempt: u32) -> Recorded {
    taken_away(offset, attempt, false, false)
}

pub fn revoked_after_release(offset: u64, attempt: u32) -> Recorded {
    taken_away(offset, attempt, true, false)
}

pub fn revoked_while_held(offset: u64, attempt: u32) -> Recorded {
    taken_away(offset, attempt, false, true)
}

fn taken_away(offset: u64, attempt: u32, released: bool, held: bool) -> Recorded {
    let event = PurchaseEvent::PurchaseRevoked {
        terms: Box::new(terms()),
        cause: RevocationCause::Refund,
        released,
        held,
    };
    purchase(offset, attempt, event)
}

pub fn refund_requested(
    offset: u64,
    attempt: u32,
    payment: &str,
    reason: RefundReason,
) -> Recorded {
    let event = PurchaseEvent::RefundRequested {
        payment_id: payment_id(payment),
        key: format!("refund-{payment}"),
        reason,
    };
    purchase(offset, attempt, event)
}

pub fn refunded(offset: u64, attempt: u32, payment: &str) -> Recorded {
    let event = PurchaseEvent::PaymentRefunded {
        payment_id: payment_id(payment),
        refund_id: RefundId("re_1".to_owned()),
        amount: eur(1_900).money(),
    };
    purchase(offset, attempt, event)
}

/// The seller's part of 1900 cents.
pub fn share() -> Money {
    terms().split().share
}

pub fn released(offset: u64, attempt: u32) -> Recorded {
    let event = PurchaseEvent::EarningsReleased {
        seller: user("ann"),
        amount: share(),
    };
    purchase(offset, attempt, event)
}

pub fn seller_paid(offset: u64, attempt: u32) -> Recorded {
    let event = PurchaseEvent::SellerPaid {
        transfer_id: TransferId("tr_1".to_owned()),
        seller: user("ann"),
        amount: share(),
    };
    purchase(offset, attempt, event)
}

pub fn reversed(offset: u64, attempt: u32) -> Recorded {
    let event = PurchaseEvent::TransferReversed {
        transfer_id: TransferId("tr_1".to_owned()),
        reversal_id: ReversalId("trr_1".to_owned()),
        seller: user("ann"),
        amount: share(),
    };
    purchase(offset, attempt, event)
}

/// The share of a sale within its holding time.
fn held() -> Option<HeldShare> {
    Some(HeldShare {
        seller: user("ann"),
        amount: share(),
        released: false,
    })
}

pub fn disputed(offset: u64, attempt: u32) -> Recorded {
    let event = PurchaseEvent::PurchaseDisputed {
        dispute_id: DisputeId("dp_1".to_owned()),
        payment_id: payment_id("pi_1"),
        amount: eur(1_900).money(),
        held: held(),
    };
    purchase(offset, attempt, event)
}

pub fn dispute_won(offset: u64, attempt: u32) -> Recorded {
    let event = PurchaseEvent::DisputeWon {
        dispute_id: DisputeId("dp_1".to_owned()),
        payment_id: payment_id("pi_1"),
        amount: eur(1_900).money(),
        held: held(),
    };
    purchase(offset, attempt, event)
}

pub fn dispute_lost(offset: u64, attempt: u32) -> Recorded {
    let event = PurchaseEvent::DisputeLost {
        dispute_id: DisputeId("dp_1".to_owned()),
        payment_id: payment_id("pi_1"),
        amount: eur(1_900).money(),
    };
    purchase(offset, attempt, event)
}

pub fn payout_account(offset: u64, event: PayoutAccountEvent) -> Recorded {
    let data = DomainEvent::PayoutAccount(event);
    recorded(PayoutAccount::TYPE, "ann", offset, data)
}

fn account_id() -> PayoutAccountId {
    PayoutAccountId("acct_1".to_owned())
}

/// What happens to ann's account at the provider.
fn onboarding(offset: u64) -> Vec<Recorded> {
    use PayoutAccountEvent as E;
    let events = [
        E::PayoutAccountRequested {
            key: "payout-account-ann".to_owned(),
        },
        E::PayoutAccountOpened {
            account: account_id(),
        },
        E::PayoutAwaited {
            purchase_id: purchase_id(1),
        },
        E::PayoutsEnabled {
            waiting: [purchase_id(1)].into(),
        },
        E::PayoutsDisabled {},
    ];
    (offset..)
        .zip(events)
        .map(|(offset, event)| payout_account(offset, event))
        .collect()
}

/// What happens to the share of a purchase that is only asked for.
fn requests(offset: u64) -> [Recorded; 3] {
    let key = || "transfer-pi_1".to_owned();
    let asked = PurchaseEvent::TransferRequested {
        key: key(),
        account: account_id(),
        seller: user("ann"),
        amount: share(),
    };
    let refused = PurchaseEvent::TransferRefused {
        key: key(),
        code: "account_invalid".to_owned(),
    };
    let back = PurchaseEvent::ReversalRequested {
        transfer_id: TransferId("tr_1".to_owned()),
        key: "reversal-tr_1".to_owned(),
    };
    [
        purchase(offset, 1, asked),
        purchase(offset + 1, 1, refused),
        purchase(offset + 2, 1, back),
    ]
}

pub fn liked(offset: u64, who: &str) -> Recorded {
    let (picture_id, user_id) = (picture_id(), user(who));
    reaction(
        offset,
        ReactionEvent::PictureLiked {
            picture_id,
            user_id,
        },
    )
}

pub fn unliked(offset: u64, who: &str) -> Recorded {
    let (picture_id, user_id) = (picture_id(), user(who));
    reaction(
        offset,
        ReactionEvent::PictureUnliked {
            picture_id,
            user_id,
        },
    )
}

pub fn registered(offset: u64, who: &str) -> Recorded {
    let event = AccountEvent::AccountRegistered {
        handle: Handle::parse(who).unwrap(),
        profile: Profile::default(),
    };
    account(offset, who, event)
}

/// One of every event there is: what no fold may choke on.
pub fn every_event() -> Vec<Recorded> {
    let buyer = user("bob");
    let id = || purchase_id(1);
    let claimed = picasso_domain::handle::HandleEvent::HandleClaimed {
        user_id: user("ann"),
        at: at(1),
    };
    let mut events = vec![
        recorded("handle", "ann", 1, DomainEvent::Handle(claimed)),
        registered(2, "ann"),
        account(
            3,
            "ann",
            AccountEvent::ProfileChanged {
                profile: Profile::default(),
            },
        ),
        uploaded(4, Edition::Exclusive),
        published(5),
        picture(6, PictureEvent::PictureRepriced { price: eur(900) }),
        picture(
            7,
            PictureEvent::PictureDetailsChanged {
                details: details("New", &["sea"]),
                listed_under: Some(listed().tags),
            },
        ),
        picture(8, PictureEvent::PictureReserved { purchase_id: id() }),
        picture(
            9,
            PictureEvent::PictureReservationReleased { purchase_id: id() },
        ),
        picture(
            10,
            PictureEvent::PictureSold {
                purchase_id: id(),
                buyer,
                listed: listed(),
            },
        ),
        picture(
            11,
            PictureEvent::PictureReturned {
                purchase_id: id(),
                to: user("ann"),
            },
        ),
        picture(12, PictureEvent::PictureWithdrawn(listed())),
        liked(13, "bob"),
        unliked(14, "bob"),
        started(15, 1),
        opened(16, 1),
        purchase(
            17,
            1,
            PurchaseEvent::PaymentDeclined {
                code: "card_declined".to_owned(),
            },
        ),
        paid(18, 1, "pi_1"),
        granted(19, 1),
        refund_requested(20, 1, "pi_1", RefundReason::Requested),
        revoked(21, 1),
        refunded(22, 1, "pi_1"),
        purchase(
            23,
            2,
            PurchaseEvent::PurchaseClosed {
                closure: picasso_domain::purchase::Closure::Expired,
            },
        ),
        account(
            24,
            "ann",
            AccountEvent::NotificationsChosen {
                notifications: Notifications::default(),
            },
        ),
        disputed(25, 1),
        dispute_won(26, 1),
        dispute_lost(27, 1),
        released(28, 1),
        seller_paid(29, 1),
        reversed(30, 1),
    ];
    events.extend(requests(31));
    events.extend(onboarding(34));
    events
}

/// What the fold of a history leaves under one key, the way the runtime folds it: a deleted document begins anew.
pub fn fold<P: Projection>(
    projection: &P,
    key: &str,
    history: &[Recorded],
) -> Result<P::Document, FoldError> {
    let mut document = P::Document::default();
    for event in history {
        if !projection.keys(event).iter().any(|touched| touched == key) {
            continue;
        }
        if projection.fold(key, &mut document, event)? == Effect::Delete {
            document = P::Document::default();
        }
    }
    Ok(document)
}

/// Any order of any events, repeated or missing: a fold answers, and a refused event changes nothing.
pub fn check_any_history<P: Projection>(projection: &P, order: &[prop_index::Index]) {
    let events = every_event();
    let mut documents = std::collections::BTreeMap::<String, P::Document>::new();
    for index in order {
        let event = index.get(&events);
        for key in projection.keys(event) {
            let document = documents.entry(key.clone()).or_default();
            let before = serde_json::to_string(document).unwrap();
            match projection.fold(&key, document, event) {
                Ok(Effect::Keep) => {}
                Ok(Effect::Delete) => *document = P::Document::default(),
                Err(error) => {
                    assert!(error.reason.contains("does not fit"), "{error}");
                    assert_eq!(before, serde_json::to_string(document).unwrap());
                }
            }
            check_entries(projection, &key, document);
            let stored = serde_json::to_string(document).unwrap();
            let read: P::Document = serde_json::from_str(&stored).unwrap();
            assert_eq!(stored, serde_json::to_string(&read).unwrap());
        }
    }
}

/// Only declared indexes, no place taken twice.
fn check_entries<P: Projection>(projection: &P, key: &str, document: &P::Document) {
    let mut entries = projection.index(key, document);
    let declared = |name| P::INDEXES.iter().any(|index| index.name == name);
    assert!(entries.iter().all(|entry| declared(entry.index)));
    let all = entries.len();
    entries.sort();
    entries.dedup();
    assert_eq!(all, entries.len());
}

pub use proptest::sample as prop_index;

/// The test each projection makes of [`check_any_history`].
macro_rules! survives_any_history {
    ($projection:expr) => {
        proptest::proptest! {
            #[test]
            fn any_history_is_folded_or_refused_whole(
                order in proptest::collection::vec(proptest::prelude::any::<proptest::sample::Index>(), 0..60)
            ) {
                crate::samples::check_any_history(&$projection, &order);
            }
        }
    };
}
pub(crate) use survives_any_history;
