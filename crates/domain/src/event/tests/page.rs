//! `docs/events.md` is made from the events and their golden files; `PICASSO_BLESS=1` writes it anew.
//!
//! A new event has no meaning yet, so this file does not compile until somebody has written one.

use std::{env, fmt::Write, fs, path::Path};

use super::{read_golden, samples};
use crate::{
    DomainEvent, account::AccountEvent, handle::HandleEvent, payout_account::PayoutAccountEvent,
    picture::PictureEvent, purchase::PurchaseEvent, reaction::ReactionEvent,
};

const INTRODUCTION: &str = "\
# Events

<!-- Generated from crates/domain/src/event/tests/page.rs and the golden files by `make docs`; do not edit. -->

Every event a log can hold, with the payload of its golden file. The files in `crates/domain/testdata/events`
are what a log in the field contains, so a released payload is never changed: a new shape gets a new version.

Around the payload the log keeps the position (log and offset), the aggregate's type and id, the sequence within
the aggregate, the event's name and version, the time it was recorded, and metadata: the actor, the request id,
the correlation id, the event that caused it, and a W3C `traceparent` if there was one.

`picasso.events.v1.EventStreamService.ReplayEvents` streams them; `picasso events export` writes them as JSON lines.
";

#[test]
fn generated_events_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/events.md");
    let page = page();
    if env::var_os("PICASSO_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &page).expect("a writable page");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "`make docs` writes {} anew", path.display());
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut last = "";
    for (aggregate, event) in samples() {
        if aggregate != last {
            page += &format!("\n## {aggregate}\n\n{}\n", about(&event));
            last = aggregate;
        }
        let (name, version) = (event.name(), event.version());
        let (meaning, payload) = (meaning(&event), read_golden(&event));
        write!(
            page,
            "\n### {name}, version {version}\n\n{meaning}\n\n```json\n{payload}```\n"
        )
        .expect("writing to a string");
    }
    page
}

/// What the aggregate's id is, and which log holds it.
fn about(event: &DomainEvent) -> &'static str {
    match event {
        DomainEvent::Account(_) => {
            "A person's public account. The id is the user id given by the identity provider."
        }
        DomainEvent::Handle(_) => {
            "One small aggregate per handle keeps handles unique. The id is the handle."
        }
        DomainEvent::PayoutAccount(_) => {
            "Where a seller is paid. The id is the user id, as for an account."
        }
        DomainEvent::Picture(_) => "A picture for sale. The id is a UUIDv7.",
        DomainEvent::Purchase(_) => {
            "One attempt of one person to buy one picture. The id is `<picture>.<buyer>.<attempt>`, so that a purchase\n\
             lives in the log of its picture."
        }
        DomainEvent::Reaction(_) => {
            "What one person thinks of one picture. The id is `<picture>.<user>`."
        }
    }
}

fn meaning(event: &DomainEvent) -> &'static str {
    match event {
        DomainEvent::Account(event) => account(event),
        DomainEvent::Handle(event) => handle(event),
        DomainEvent::PayoutAccount(event) => payout_account(event),
        DomainEvent::Picture(event) => picture(event),
        DomainEvent::Purchase(event) => purchase(event),
        DomainEvent::Reaction(event) => reaction(event),
    }
}

fn account(event: &AccountEvent) -> &'static str {
    match event {
        AccountEvent::AccountRegistered { .. } => {
            "A person takes part from now on, under a handle that never changes."
        }
        AccountEvent::ProfileChanged { .. } => "The person says something else of themselves now.",
        AccountEvent::NotificationsChosen { .. } => {
            "The person chose which letters they get, all of them until then. Receipts and refunds always come."
        }
    }
}

fn handle(event: &HandleEvent) -> &'static str {
    match event {
        HandleEvent::HandleClaimed { .. } => {
            "The handle is kept for this person: for ten minutes, and for good once they are registered under it."
        }
    }
}

fn payout_account(event: &PayoutAccountEvent) -> &'static str {
    match event {
        PayoutAccountEvent::PayoutAccountRequested { .. } => {
            "The seller wants to be paid. The idempotency key is stored before the provider is asked."
        }
        PayoutAccountEvent::PayoutAccountOpened { .. } => {
            "The payment provider has opened an account; it asks the seller for the rest itself."
        }
        PayoutAccountEvent::PayoutAwaited { .. } => {
            "The seller's share of a purchase is due and waits for the account."
        }
        PayoutAccountEvent::PayoutsEnabled { .. } => {
            "The account can be paid from now on. Up to a hundred purchases that have waited are named."
        }
        PayoutAccountEvent::PayoutsDisabled {} => {
            "The provider pays the account no more until the seller has done what it asks for."
        }
    }
}

fn picture(event: &PictureEvent) -> &'static str {
    match event {
        PictureEvent::PictureUploaded(_) => {
            "The original was received, checked and stored, and its public derivatives were made. Not yet visible."
        }
        PictureEvent::PicturePublished(_) => "The picture is for sale.",
        PictureEvent::PictureRepriced { .. } => {
            "The picture has another price; purchases that have started keep theirs."
        }
        PictureEvent::PictureDetailsChanged { .. } => {
            "The artist describes the picture differently."
        }
        PictureEvent::PictureWithdrawn(_) => {
            "The picture is no longer for sale; who bought it keeps it."
        }
        PictureEvent::PictureReserved { .. } => {
            "An exclusive picture is held for a buyer who is paying."
        }
        PictureEvent::PictureReservationReleased { .. } => {
            "The purchase ended unpaid; others may buy the picture."
        }
        PictureEvent::PictureSold { .. } => "An exclusive picture belongs to its buyer now.",
        PictureEvent::PictureReturned { .. } => {
            "After a refund the exclusive picture is its artist's again, withdrawn until published."
        }
    }
}

fn purchase(event: &PurchaseEvent) -> &'static str {
    match event {
        PurchaseEvent::PurchaseStarted(_) => {
            "Picture, seller, price, licence and expiry are frozen."
        }
        PurchaseEvent::CheckoutOpened { .. } => "The payment provider has made the checkout page.",
        PurchaseEvent::PaymentDeclined { .. } => "A card was declined; the page stays open.",
        PurchaseEvent::PaymentReceived { .. } => {
            "Money has arrived. Whether it is kept, the next events say."
        }
        PurchaseEvent::PurchaseGranted { .. } => {
            "Paid: the buyer may download from now on. The seller may have their share from `payable_at` on."
        }
        PurchaseEvent::PurchaseRevoked { .. } => {
            "The buyer may not download any more, because the payment goes back."
        }
        PurchaseEvent::PurchaseClosed { .. } => {
            "The purchase ended without a grant: cancelled, expired, or its payment was unusable."
        }
        PurchaseEvent::RefundRequested { .. } => {
            "A payment must go back. The idempotency key is stored before the provider is asked."
        }
        PurchaseEvent::PaymentRefunded { .. } => {
            "The provider has given the payment back, because we or somebody at the provider asked for it."
        }
        PurchaseEvent::PurchaseDisputed { .. } => {
            "The buyer's bank wants a payment back; the provider has taken it until that is decided."
        }
        PurchaseEvent::DisputeWon { .. } => "The payment is ours again.",
        PurchaseEvent::DisputeLost { .. } => "The payment is the buyer's again, for good.",
        PurchaseEvent::EarningsReleased { .. } => {
            "The holding time is over: the seller's share, the price less our fee, may be transferred."
        }
        PurchaseEvent::TransferRequested { .. } => {
            "The share shall go to the seller. The idempotency key is stored before the provider is asked."
        }
        PurchaseEvent::TransferRefused { .. } => {
            "The provider refused: nothing was moved. It is tried again, under another key."
        }
        PurchaseEvent::SellerPaid { .. } => "The seller's share is in their account.",
        PurchaseEvent::ReversalRequested { .. } => {
            "The share must come back from the seller. The idempotency key is stored before the provider is asked."
        }
        PurchaseEvent::TransferReversed { .. } => "The share has come back from the seller.",
    }
}

fn reaction(event: &ReactionEvent) -> &'static str {
    match event {
        ReactionEvent::PictureLiked { .. } => "The person likes the picture.",
        ReactionEvent::PictureUnliked { .. } => "The person took the like back.",
    }
}
