//! The golden files in `testdata/events`: what is in a log today must be readable for ever.
//!
//! `PICASSO_BLESS=1 cargo test -p picasso-domain golden` writes the files of new events. A changed file of a
//! released event means that logs in the field can no longer be read: raise its version and write an upcaster.

mod page;

use std::{collections::BTreeSet, fs, path::PathBuf, sync::Once};

use serde_json::Value;

use super::{DecodeError, DomainEvent};
use crate::{
    Account, Aggregate, HandleClaim, PayoutAccount, Picture, Purchase, Reaction,
    account::{AccountEvent, Notifications},
    handle::HandleEvent,
    payout_account::PayoutAccountEvent,
    picture::{Edition, Licence, PictureEvent},
    purchase::{Closure, HeldShare, PurchaseEvent, RefundReason, RevocationCause},
    reaction::ReactionEvent,
    samples::{
        ann, bob, bobs_purchase, details, eur, handle, listed, payable_at, payment, payout_account,
        picture_id, price, profile, refund, session, terms, upload,
    },
    values::{Currency, DerivativeKind, DisputeId, MediaType, ReversalId, TransferId},
};

/// Lists one sample per variant; a variant that has none does not compile.
macro_rules! samples {
    ($wrap:path: $($pattern:pat => $sample:expr,)+) => {{
        let has_a_sample = |event: &_| match event { $($pattern => true),+ };
        let events = vec![$($sample),+];
        assert!(events.iter().all(has_a_sample));
        // Each stands in the row of its own variant, so no variant is left to another's sample.
        $(assert!(matches!($sample, $pattern));)+
        events.into_iter().map($wrap).collect::<Vec<_>>()
    }};
}

fn samples() -> Vec<(&'static str, DomainEvent)> {
    let of = |aggregate_type, events: Vec<DomainEvent>| {
        events.into_iter().map(move |event| (aggregate_type, event))
    };
    of(Account::TYPE, account_samples())
        .chain(of(HandleClaim::TYPE, handle_samples()))
        .chain(of(PayoutAccount::TYPE, payout_account_samples()))
        .chain(of(Picture::TYPE, picture_samples()))
        .chain(of(Purchase::TYPE, purchase_samples()))
        .chain(of(Reaction::TYPE, reaction_samples()))
        .collect()
}

fn account_samples() -> Vec<DomainEvent> {
    use AccountEvent as E;
    samples! { DomainEvent::Account:
        E::AccountRegistered { .. } => E::AccountRegistered { handle: handle("ann"), profile: profile("Ann") },
        E::ProfileChanged { .. } => E::ProfileChanged { profile: profile("Ann B.") },
        E::NotificationsChosen { .. } => E::NotificationsChosen { notifications: Notifications { sales: true, likes: false } },
    }
}

fn handle_samples() -> Vec<DomainEvent> {
    use HandleEvent as E;
    samples! { DomainEvent::Handle:
        E::HandleClaimed { .. } => E::HandleClaimed { user_id: ann(), at: jiff::Timestamp::UNIX_EPOCH },
    }
}

fn payout_account_samples() -> Vec<DomainEvent> {
    use PayoutAccountEvent as E;
    let (key, purchase_id) = ("payout-account-ann", bobs_purchase);
    samples! { DomainEvent::PayoutAccount:
        E::PayoutAccountRequested { .. } => E::PayoutAccountRequested { key: key.to_owned() },
        E::PayoutAccountOpened { .. } => E::PayoutAccountOpened { account: payout_account("acct_1") },
        E::PayoutAwaited { .. } => E::PayoutAwaited { purchase_id: purchase_id() },
        E::PayoutsEnabled { .. } => E::PayoutsEnabled { waiting: [purchase_id()].into() },
        E::PayoutsDisabled {} => E::PayoutsDisabled {},
    }
}

fn picture_samples() -> Vec<DomainEvent> {
    use PictureEvent as E;
    let purchase_id = bobs_purchase;
    samples! { DomainEvent::Picture:
        E::PictureUploaded(_) => E::PictureUploaded(Box::new(upload(Edition::Exclusive))),
        E::PicturePublished(_) => E::PicturePublished(listed()),
        E::PictureRepriced { .. } => E::PictureRepriced { price: price(900) },
        E::PictureDetailsChanged { .. } => E::PictureDetailsChanged { details: details("Evening lake"), listed_under: Some(listed().tags) },
        E::PictureWithdrawn(_) => E::PictureWithdrawn(listed()),
        E::PictureReserved { .. } => E::PictureReserved { purchase_id: purchase_id() },
        E::PictureReservationReleased { .. } => E::PictureReservationReleased { purchase_id: purchase_id() },
        E::PictureSold { .. } => E::PictureSold { purchase_id: purchase_id(), buyer: bob(), listed: listed() },
        E::PictureReturned { .. } => E::PictureReturned { purchase_id: purchase_id(), to: ann() },
    }
}

fn purchase_samples() -> Vec<DomainEvent> {
    use PurchaseEvent as E;
    let (payment_id, terms) = (|| payment("pi_1"), || Box::new(terms()));
    let (url, key) = ("http://127.0.0.1/pay/cs_1", "refund-pi_1");
    let reason = RefundReason::PaidTwice;
    let dispute_id = || DisputeId("dp_1".to_owned());
    let held = || {
        Some(HeldShare {
            seller: ann(),
            amount: eur(1080),
            released: true,
        })
    };
    let transfer_id = || TransferId("tr_1".to_owned());
    let transfer = || "transfer-pi_1".to_owned();
    samples! { DomainEvent::Purchase:
        E::PurchaseStarted(_) => E::PurchaseStarted(terms()),
        E::CheckoutOpened { .. } => E::CheckoutOpened { session_id: session("cs_1"), url: url.to_owned() },
        E::PaymentDeclined { .. } => E::PaymentDeclined { code: "card_declined".to_owned() },
        E::PaymentReceived { .. } => E::PaymentReceived { payment_id: payment_id(), amount: eur(1200) },
        E::PurchaseGranted { .. } => E::PurchaseGranted { payment_id: payment_id(), terms: terms(), payable_at: payable_at() },
        E::PurchaseRevoked { .. } => E::PurchaseRevoked { terms: terms(), cause: RevocationCause::Refund, released: true, held: false },
        E::PurchaseClosed { .. } => E::PurchaseClosed { closure: Closure::CancelledByBuyer },
        E::RefundRequested { .. } => E::RefundRequested { payment_id: payment_id(), key: key.to_owned(), reason },
        E::PaymentRefunded { .. } => E::PaymentRefunded { payment_id: payment_id(), refund_id: refund("re_1"), amount: eur(1200) },
        E::PurchaseDisputed { .. } => E::PurchaseDisputed { dispute_id: dispute_id(), payment_id: payment_id(), amount: eur(1200), held: held() },
        E::DisputeWon { .. } => E::DisputeWon { dispute_id: dispute_id(), payment_id: payment_id(), amount: eur(1200), held: held() },
        E::DisputeLost { .. } => E::DisputeLost { dispute_id: dispute_id(), payment_id: payment_id(), amount: eur(1200) },
        E::EarningsReleased { .. } => E::EarningsReleased { seller: ann(), amount: eur(1080) },
        E::TransferRequested { .. } => E::TransferRequested { key: transfer(), account: payout_account("acct_1"), seller: ann(), amount: eur(1080) },
        E::TransferRefused { .. } => E::TransferRefused { key: transfer(), code: "account_invalid".to_owned() },
        E::SellerPaid { .. } => E::SellerPaid { transfer_id: transfer_id(), seller: ann(), amount: eur(1080) },
        E::ReversalRequested { .. } => E::ReversalRequested { transfer_id: transfer_id(), key: "reversal-tr_1".to_owned() },
        E::TransferReversed { .. } => E::TransferReversed { transfer_id: transfer_id(), reversal_id: ReversalId("trr_1".to_owned()), seller: ann(), amount: eur(1080) },
    }
}

fn reaction_samples() -> Vec<DomainEvent> {
    use ReactionEvent as E;
    let (picture_id, user_id) = (picture_id(), bob);
    samples! { DomainEvent::Reaction:
        E::PictureLiked { .. } => E::PictureLiked { picture_id, user_id: user_id() },
        E::PictureUnliked { .. } => E::PictureUnliked { picture_id, user_id: user_id() },
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/events")
}

fn file_name(event: &DomainEvent) -> String {
    format!("{}.v{}.json", event.name(), event.version())
}

/// Writes the golden files if asked to; once, because tests run side by side.
fn bless() {
    static BLESS: Once = Once::new();
    BLESS.call_once(|| {
        if std::env::var_os("PICASSO_BLESS").is_none_or(|value| value != "1") {
            return;
        }
        for (_, event) in samples() {
            let text = serde_json::to_string_pretty(&event).expect("it encodes") + "\n";
            fs::write(folder().join(file_name(&event)), text).expect("a writable folder");
        }
    });
}

fn read_golden(event: &DomainEvent) -> String {
    bless();
    let path = folder().join(file_name(event));
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; PICASSO_BLESS=1 writes it", path.display()))
}

/// The name under which serde stores a variant.
fn serde_tag(payload: &Value) -> Option<&str> {
    match payload {
        Value::Object(map) => map.keys().next().map(String::as_str),
        _ => None,
    }
}

#[test]
fn every_golden_file_decodes_into_the_event_it_was_written_from() {
    for (aggregate_type, event) in samples() {
        let golden = read_golden(&event);
        let decoded = DomainEvent::decode(aggregate_type, event.name(), event.version(), &golden)
            .unwrap_or_else(|error| panic!("{}: {error:?}", file_name(&event)));
        assert_eq!(decoded, event);
    }
}

#[test]
fn every_event_encodes_to_its_golden_file() {
    for (_, event) in samples() {
        let golden: Value = serde_json::from_str(&read_golden(&event)).expect("it is JSON");
        let encoded = serde_json::to_value(&event).expect("it encodes");
        assert_eq!(encoded, golden, "{}", file_name(&event));
    }
}

#[test]
fn the_name_of_an_event_is_the_tag_of_its_golden_file() {
    for (_, event) in samples() {
        let golden: Value = serde_json::from_str(&read_golden(&event)).expect("it is JSON");
        assert_eq!(serde_tag(&golden), Some(event.name()));
    }
}

#[test]
fn every_golden_file_belongs_to_an_event_of_its_own() {
    bless();
    let expected: Vec<_> = samples()
        .iter()
        .map(|(_, event)| file_name(event))
        .collect();
    let distinct: BTreeSet<_> = expected.iter().cloned().collect();
    assert_eq!(distinct.len(), expected.len(), "two events share a name");
    let found: BTreeSet<_> = fs::read_dir(folder())
        .expect("the folder of golden files")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    assert_eq!(found, distinct);
}

#[test]
fn an_event_of_an_unknown_aggregate_is_refused() {
    let refused = DomainEvent::decode("auction", "AuctionOpened", 1, "{}");
    assert!(matches!(refused, Err(DecodeError::UnknownAggregate(name)) if name == "auction"));
}

#[test]
fn an_event_of_a_newer_version_is_refused() {
    let refused = DomainEvent::decode(
        "picture",
        "PicturePublished",
        2,
        r#"{"PicturePublished":{"artist":"ann","tags":[]}}"#,
    );
    assert!(matches!(
        refused,
        Err(DecodeError::NewerVersion { found: 2, .. })
    ));
}

#[test]
fn an_event_stored_under_another_name_is_refused() {
    let refused = DomainEvent::decode(
        "picture",
        "PicturePublished",
        1,
        r#"{"PictureWithdrawn":{"artist":"ann","tags":[]}}"#,
    );
    assert!(matches!(
        refused,
        Err(DecodeError::OtherEvent {
            found: "PictureWithdrawn",
            ..
        })
    ));
}

#[test]
fn a_payload_without_its_shape_is_refused() {
    for payload in [
        "",
        "{",
        "null",
        r#"{"PictureGilded":{}}"#,
        r#"{"PictureRepriced":{}}"#,
    ] {
        let refused = DomainEvent::decode("picture", "PictureRepriced", 1, payload);
        assert!(
            matches!(refused, Err(DecodeError::Payload { .. })),
            "{payload}"
        );
    }
}

/// Checks the stored word of every variant; a variant that has no row does not compile.
macro_rules! words {
    ($name:ident: $($variant:ident => $word:literal,)+) => {
        for value in [$($name::$variant),+] {
            let word = match value { $($name::$variant => $word),+ };
            assert_eq!(serde_json::to_value(value).expect("it encodes"), word);
        }
    };
}

#[test]
fn the_words_inside_events_stay_as_they_are() {
    words! { Closure:
        CancelledByBuyer => "cancelled_by_buyer",
        Expired => "expired",
        CheckoutRefused => "checkout_refused",
        PaymentUnusable => "payment_unusable",
    }
    words! { RefundReason:
        Requested => "requested",
        PaidTwice => "paid_twice",
        PaidTooLate => "paid_too_late",
        WrongAmount => "wrong_amount",
        PictureUnavailable => "picture_unavailable",
    }
    words! { Edition: Open => "open", Exclusive => "exclusive", }
    words! { Licence: Personal => "personal", Commercial => "commercial", }
    words! { MediaType: Jpeg => "jpeg", Png => "png", Webp => "webp", }
    words! { DerivativeKind:
        Preview => "preview",
        PreviewSmall => "preview_small",
        ThumbnailLarge => "thumbnail_large",
        ThumbnailSmall => "thumbnail_small",
    }
    words! { Currency: Chf => "CHF", Eur => "EUR", Gbp => "GBP", Jpy => "JPY", Usd => "USD", }
}
