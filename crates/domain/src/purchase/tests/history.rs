//! What no sequence of commands can bring about: money kept without a grant, or more than the price kept.

use proptest::prelude::*;

use super::{close, disputes, note_decline, open, pay, payouts, refunds, start};
use crate::{
    EventData as _, laws,
    purchase::{Closure, Purchase, PurchaseCommand, PurchaseEvent, Refund, Stage, Terms},
    samples::{eur, payable_at, payment, price, refund, terms},
    values::{Currency, Money, PaymentId},
};

const PAYMENTS: [&str; 3] = ["pi_1", "pi_2", "pi_3"];

fn amount() -> impl Strategy<Value = Money> {
    let yen = Money {
        amount_minor: 1200,
        currency: Currency::Jpy,
    };
    let odd = prop::sample::select(vec![eur(0), eur(-1200), eur(1199), eur(i64::MAX), yen]);
    prop_oneof![3 => Just(eur(1200)), 1 => odd]
}

fn any_payment() -> impl Strategy<Value = PurchaseCommand> {
    let id = prop::sample::select(PAYMENTS.to_vec());
    (id, amount(), prop::bool::weighted(0.8)).prop_map(|(id, amount, picture_is_deliverable)| {
        PurchaseCommand::ConfirmPayment {
            payment_id: payment(id),
            amount,
            picture_is_deliverable,
            payable_at: payable_at(),
        }
    })
}

fn any_refund() -> impl Strategy<Value = PurchaseCommand> {
    let id = prop::sample::select(PAYMENTS.to_vec());
    id.prop_map(|id| PurchaseCommand::ConfirmRefund {
        payment_id: payment(id),
        refund_id: refund(&format!("re_{id}")),
    })
}

fn any_command() -> impl Strategy<Value = PurchaseCommand> {
    let closures = vec![
        Closure::CancelledByBuyer,
        Closure::Expired,
        Closure::CheckoutRefused,
    ];
    let closure = prop::sample::select(closures);
    prop_oneof![
        1 => (1199..1201_i64).prop_map(|amount| start(Terms { price: price(amount), ..terms() })),
        1 => prop::sample::select(vec!["cs_1", "cs_2"]).prop_map(open),
        1 => prop::sample::select(vec!["card_declined", "expired_card"]).prop_map(note_decline),
        4 => any_payment(),
        1 => closure.prop_map(close),
        1 => Just(PurchaseCommand::RequestRefund),
        2 => any_refund(),
        1 => prop::sample::select(PAYMENTS.to_vec()).prop_map(|id| refunds::note(id, &format!("re_{id}"))),
        2 => any_dispute(),
        4 => any_payout(),
    ]
}

fn any_dispute() -> impl Strategy<Value = PurchaseCommand> {
    let note = prop::sample::select(PAYMENTS.to_vec())
        .prop_map(|id| disputes::note(id, &format!("dp_{id}")));
    let end = (prop::sample::select(PAYMENTS.to_vec()), any::<bool>())
        .prop_map(|(id, won)| disputes::close(&format!("dp_{id}"), won));
    prop_oneof![note, end]
}

/// The keys of a first and of a second transfer of each payment that a grant can rest on.
fn any_payout() -> impl Strategy<Value = PurchaseCommand> {
    let keys: Vec<String> = PAYMENTS
        .iter()
        .flat_map(|id| [format!("transfer-{id}"), format!("transfer-{id}-2")])
        .collect();
    let key = prop::sample::select(keys);
    let early = PurchaseCommand::ReleaseEarnings {
        now: crate::Timestamp::UNIX_EPOCH,
    };
    prop_oneof![
        2 => Just(payouts::release()),
        1 => Just(early),
        2 => Just(payouts::request()),
        3 => key.clone().prop_map(|key| payouts::confirm(&key, &format!("tr_{key}"))),
        1 => key.prop_map(|key| payouts::refuse(&key)),
        1 => Just(payouts::confirm_reversal()),
    ]
}

/// The payments that are neither refunded nor on their way back.
fn kept(purchase: &Purchase) -> Vec<(&PaymentId, Money)> {
    let payments = purchase.payments.iter();
    let kept = payments.filter(|(_, payment)| payment.refund == Refund::NotDue);
    kept.map(|(id, payment)| (id, payment.amount)).collect()
}

fn money_is_kept_for_a_grant_alone(purchase: &Purchase, history: &[PurchaseEvent]) {
    let Some(terms) = &purchase.terms else {
        assert!(history.is_empty());
        return;
    };
    let granted_by = purchase.granted_by.as_ref();
    if purchase.stage == Stage::Granted {
        let grant = granted_by.expect("a grant rests on a payment");
        assert_eq!(kept(purchase), [(grant, terms.price.money())]);
    } else {
        assert_eq!(kept(purchase), [], "money is kept, but nothing is granted");
    }
    let grants: Vec<_> = history.iter().filter_map(grant).collect();
    assert!(grants.len() <= 1, "granted twice");
    assert_eq!(grants.first().copied(), granted_by.map(|id| (id, terms)));
}

fn grant(event: &PurchaseEvent) -> Option<(&PaymentId, &Terms)> {
    if let PurchaseEvent::PurchaseGranted {
        payment_id, terms, ..
    } = event
    {
        Some((payment_id, terms))
    } else {
        None
    }
}

/// The seller is paid at most once, after the release, out of a grant; what they hold of a grant that is gone is on
/// its way back.
fn the_seller_is_paid_once_and_for_a_grant_alone(purchase: &Purchase, history: &[PurchaseEvent]) {
    let position = |name: &str| history.iter().position(|event| event.name() == name);
    let count = |name: &str| history.iter().filter(|event| event.name() == name).count();
    for once in [
        "EarningsReleased",
        "SellerPaid",
        "ReversalRequested",
        "TransferReversed",
    ] {
        assert!(count(once) <= 1, "{once} twice");
    }
    assert!(count("TransferRequested") <= count("TransferRefused") + 1);
    if let Some(asked) = position("TransferRequested") {
        assert!(position("EarningsReleased").is_some_and(|released| released < asked));
    }
    if let Some(revoked) = position("PurchaseRevoked") {
        let is_asked = |event: &PurchaseEvent| event.name() == "TransferRequested";
        assert!(!history[revoked..].iter().any(is_asked));
    }
    assert!(count("SellerPaid") <= count("TransferRequested"));
    let is_gone = count("PurchaseRevoked") == 1;
    assert_eq!(
        count("ReversalRequested") == 1,
        is_gone && count("SellerPaid") == 1,
        "{:?}",
        purchase.payout
    );
}

/// While the buyer's bank has the payment of the grant, its share is neither released nor transferred.
fn nothing_moves_while_a_bank_has_the_money(purchase: &Purchase, history: &[PurchaseEvent]) {
    let mut open = 0_i32;
    for event in history {
        match event {
            PurchaseEvent::PurchaseDisputed { payment_id, .. } => {
                open += i32::from(purchase.granted_by.as_ref() == Some(payment_id));
            }
            PurchaseEvent::DisputeWon { payment_id, .. }
            | PurchaseEvent::DisputeLost { payment_id, .. } => {
                open -= i32::from(purchase.granted_by.as_ref() == Some(payment_id));
            }
            moved => {
                let moves = ["EarningsReleased", "TransferRequested"].contains(&moved.name());
                assert!(!moves || open == 0, "{moved:?} while disputed");
            }
        }
    }
}

/// A refund asked for twice could be paid twice.
fn each_payment_goes_back_once(_: &Purchase, history: &[PurchaseEvent]) {
    let asked = |id: &str| {
        let of_payment = |event: &&PurchaseEvent| matches!(event, PurchaseEvent::RefundRequested { payment_id, .. } if payment_id.0 == id);
        history.iter().filter(of_payment).count()
    };
    assert!(PAYMENTS.into_iter().all(|id| asked(id) <= 1));
}

/// Whoever was told that nothing will be charged is not charged after all.
fn what_has_ended_is_never_granted(_: &Purchase, history: &[PurchaseEvent]) {
    let is_end = |event: &PurchaseEvent| {
        matches!(
            event,
            PurchaseEvent::PurchaseClosed { .. } | PurchaseEvent::PurchaseRevoked { .. }
        )
    };
    let after_end = history.iter().skip_while(|event| !is_end(event));
    assert_eq!(
        after_end.filter_map(grant).count(),
        0,
        "granted after its end"
    );
    let ends = history.iter().filter(|event| is_end(event));
    assert!(ends.count() <= 1, "ended twice");
}

fn invariants(purchase: &Purchase, history: &[PurchaseEvent]) {
    money_is_kept_for_a_grant_alone(purchase, history);
    each_payment_goes_back_once(purchase, history);
    what_has_ended_is_never_granted(purchase, history);
    the_seller_is_paid_once_and_for_a_grant_alone(purchase, history);
    nothing_moves_while_a_bank_has_the_money(purchase, history);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(laws::CASES))]

    #[test]
    fn money_is_kept_only_for_a_grant_and_never_more_than_the_price(
        commands in prop::collection::vec(any_command(), 0..laws::LONGEST),
    ) {
        let begun = std::iter::once(start(terms())).chain(commands);
        laws::hold::<Purchase>(begun.collect(), invariants);
    }

    /// Most random histories do not get as far as a transfer.
    #[test]
    fn a_share_ends_with_its_seller_or_back_with_us(
        progress in 2..5_usize,
        commands in prop::collection::vec(any_command(), 0..laws::LONGEST),
    ) {
        let asked = [
            start(terms()),
            pay("pi_1", eur(1200)),
            payouts::release(),
            payouts::request(),
        ];
        let begun = asked.into_iter().take(progress).chain(commands);
        laws::hold::<Purchase>(begun.collect(), invariants);
    }
}
