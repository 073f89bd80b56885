//! The fold of the ledger: whatever happens, it adds up to zero and to what the provider has.

use std::collections::BTreeMap;

use picasso_domain::{
    Aggregate, Purchase,
    purchase::{Closure, PurchaseCommand, PurchaseEvent, RefundReason, Stage},
    values::{
        Currency, DisputeId, Money, PayoutAccountId, Price, RefundId, ReversalId, SessionId,
        TransferId,
    },
};
use proptest::prelude::*;

use super::*;
use crate::samples::*;

survives_any_history!(Ledger);

type Documents = BTreeMap<String, LedgerDocument>;

fn fold_into(documents: &mut Documents, event: &Recorded) {
    for key in Ledger.keys(event) {
        let document = documents.entry(key.clone()).or_default();
        let folded = Ledger.fold(&key, document, event);
        folded.expect("a lawful event fits");
    }
}

fn folded(history: &[Recorded]) -> Documents {
    let mut documents = Documents::new();
    for event in history {
        fold_into(&mut documents, event);
        assert_eq!(
            total(&documents),
            BTreeMap::new(),
            "after {}",
            event.data.name()
        );
    }
    documents
}

fn accounts(documents: &Documents) -> impl Iterator<Item = (&str, Currency, Balance)> {
    documents.values().flat_map(|document| match document {
        LedgerDocument::Account { name, balances } => balances
            .iter()
            .map(|(currency, balance)| (name.as_str(), *currency, *balance))
            .collect(),
        LedgerDocument::Entry(_) | LedgerDocument::Absent => vec![],
    })
}

/// What all accounts come to; currencies that come to zero are left out.
fn total(documents: &Documents) -> BTreeMap<Currency, i64> {
    let mut total = BTreeMap::new();
    for (_, currency, balance) in accounts(documents) {
        *total.entry(currency).or_default() += balance.amount_minor;
    }
    total.retain(|_, sum| *sum != 0);
    total
}

/// One account in euros.
fn balance(documents: &Documents, account: &Account) -> Balance {
    let name = account.to_string();
    let mut found = accounts(documents)
        .filter(|(found, currency, _)| *found == name && *currency == Currency::Eur);
    found
        .next()
        .map_or(Balance::default(), |(_, _, balance)| balance)
}

fn amounts(documents: &Documents) -> [i64; 5] {
    let amount = |account| balance(documents, &account).amount_minor;
    [
        amount(Account::Provider),
        amount(Account::Buyers),
        amount(Account::Fees),
        amount(seller()),
        amount(Account::Disputed),
    ]
}

fn seller() -> Account {
    Account::Seller(user("ann"))
}

fn earnings(documents: &Documents) -> Earnings {
    balance(documents, &seller()).into()
}

#[test]
fn a_sale_is_parted_between_us_and_the_seller() {
    let sold = [paid(1, 1, "pi_1"), granted(2, 1)];
    assert_eq!(amounts(&folded(&sold)), [1_900, 0, -190, -1_710, 0]);
    let expected = Earnings {
        pending_minor: 1_710,
        ..Earnings::default()
    };
    assert_eq!(earnings(&folded(&sold)), expected);
}

#[test]
fn a_share_is_pending_then_available_then_paid() {
    let mut history = vec![paid(1, 1, "pi_1"), granted(2, 1), released(3, 1)];
    let available = Earnings {
        available_minor: 1_710,
        ..Earnings::default()
    };
    assert_eq!(earnings(&folded(&history)), available);
    history.push(seller_paid(4, 1));
    let paid = Earnings {
        paid_minor: 1_710,
        ..Earnings::default()
    };
    assert_eq!(earnings(&folded(&history)), paid);
    assert_eq!(amounts(&folded(&history)), [190, 0, -190, 0, 0]);
}

#[test]
fn a_refund_before_the_transfer_leaves_nothing() {
    let history = [
        paid(1, 1, "pi_1"),
        granted(2, 1),
        refund_requested(3, 1, "pi_1", RefundReason::Requested),
        revoked(4, 1),
    ];
    assert_eq!(amounts(&folded(&history)), [1_900, -1_900, 0, 0, 0]);
    let done = history.into_iter().chain([refunded(5, 1, "pi_1")]);
    let documents = folded(&done.collect::<Vec<_>>());
    assert_eq!(amounts(&documents), [0; 5]);
    assert_eq!(earnings(&documents), Earnings::default());
}

#[test]
fn a_seller_owes_what_was_taken_back_until_it_has_come_back() {
    let history = [
        paid(1, 1, "pi_1"),
        granted(2, 1),
        released(3, 1),
        seller_paid(4, 1),
        revoked_after_release(5, 1),
        refunded(6, 1, "pi_1"),
    ];
    let owes = Earnings {
        available_minor: -1_710,
        paid_minor: 1_710,
        ..Earnings::default()
    };
    assert_eq!(earnings(&folded(&history)), owes);
    assert_eq!(amounts(&folded(&history)), [-1_710, 0, 0, 1_710, 0]);
    let back = history.into_iter().chain([reversed(7, 1)]);
    let documents = folded(&back.collect::<Vec<_>>());
    assert_eq!(amounts(&documents), [0; 5]);
    assert_eq!(earnings(&documents), Earnings::default());
}

#[test]
fn disputed_money_is_with_the_bank_until_it_is_decided() {
    let disputed = [paid(1, 1, "pi_1"), granted(2, 1), disputed(3, 1)];
    assert_eq!(amounts(&folded(&disputed)), [0, 0, -190, -1_710, 1_900]);
    let held = Earnings {
        held_minor: 1_710,
        ..Earnings::default()
    };
    assert_eq!(earnings(&folded(&disputed)), held);
    let won = disputed.clone().into_iter().chain([dispute_won(4, 1)]);
    let won = folded(&won.collect::<Vec<_>>());
    assert_eq!(amounts(&won), [1_900, 0, -190, -1_710, 0]);
    let lost = [revoked_while_held(4, 1), dispute_lost(5, 1)];
    let lost = disputed.into_iter().chain(lost).collect::<Vec<_>>();
    assert_eq!(amounts(&folded(&lost)), [0; 5]);
    assert_eq!(earnings(&folded(&lost)), Earnings::default());
}

#[test]
fn currencies_are_never_added() {
    let yen = Price::parse(1_900, "JPY").expect("a price");
    let documents = folded(&[granted(1, 1), granted_at(2, 2, yen)]);
    assert_eq!(balance(&documents, &Account::Fees).amount_minor, -190);
    assert_eq!(accounts(&documents).count(), 6);
}

#[test]
fn an_entry_stands_with_each_of_its_accounts_and_with_all() {
    let event = paid(1, 1, "pi_1");
    let documents = folded(std::slice::from_ref(&event));
    let entry_of = &documents[&entry_key(&event)];
    let mut prefixes: Vec<String> = Ledger
        .index("", entry_of)
        .into_iter()
        .map(|place| place.prefix)
        .collect();
    prefixes.sort();
    assert_eq!(prefixes, ["", "buyers", "provider"]);
}

#[test]
fn an_entry_is_made_once() {
    let event = paid(1, 1, "pi_1");
    let mut documents = folded(std::slice::from_ref(&event));
    let key = entry_key(&event);
    let entry = documents.get_mut(&key).expect("an entry");
    let before = entry.clone();
    assert!(Ledger.fold(&key, entry, &event).is_err());
    assert_eq!(*entry, before);
}

#[test]
fn a_balance_too_large_is_refused_and_not_wrapped() {
    let full = Balance {
        amount_minor: i64::MAX - 1,
        ..Balance::default()
    };
    let mut document = LedgerDocument::Account {
        name: "provider".to_owned(),
        balances: [(Currency::Eur, full)].into(),
    };
    let before = document.clone();
    let key = account_key(&Account::Provider);
    let refused = Ledger.fold(&key, &mut document, &paid(1, 1, "pi_1"));
    assert!(refused.is_err());
    assert_eq!(document, before);
}

#[test]
fn every_account_is_read_by_its_name() {
    for account in [
        Account::Provider,
        Account::Disputed,
        Account::Buyers,
        Account::Fees,
        Account::Seller(user("a/b")),
    ] {
        assert_eq!(Account::parse(&account.to_string()), Ok(account));
    }
    assert!(Account::parse("till").is_err());
    assert!(Account::parse("seller/").is_err());
}

const PAYMENTS: [&str; 2] = ["pi_1", "pi_2"];
/// More commands than any purchase gets.
const LONGEST: usize = 40;

fn any_payment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(PAYMENTS.to_vec())
}

fn any_amount() -> impl Strategy<Value = Money> {
    let yen = Money {
        amount_minor: 1_900,
        currency: Currency::Jpy,
    };
    prop_oneof![
        6 => Just(eur(1_900).money()),
        1 => Just(eur(1_901).money()),
        1 => Just(yen),
    ]
}

fn any_command() -> impl Strategy<Value = PurchaseCommand> {
    let pay = (any_payment(), any_amount(), prop::bool::weighted(0.9)).prop_map(
        |(id, amount, picture_is_deliverable)| PurchaseCommand::ConfirmPayment {
            payment_id: payment_id(id),
            amount,
            picture_is_deliverable,
            payable_at: at(100),
        },
    );
    let refund_id = || RefundId("re_1".to_owned());
    let dispute_id = |id: &str| DisputeId(format!("dp_{id}"));
    let open = PurchaseCommand::OpenCheckout {
        session_id: SessionId("cs_1".to_owned()),
        url: "http://127.0.0.1/pay".to_owned(),
    };
    let transfer = PurchaseCommand::RequestTransfer {
        account: PayoutAccountId("acct_1".to_owned()),
    };
    prop_oneof![
        1 => Just(open),
        4 => pay,
        1 => Just(PurchaseCommand::Close { closure: Closure::Expired }),
        1 => Just(PurchaseCommand::RequestRefund),
        2 => any_payment().prop_map(move |id| PurchaseCommand::ConfirmRefund {
            payment_id: payment_id(id), refund_id: refund_id() }),
        1 => any_payment().prop_map(move |id| PurchaseCommand::NoteRefund {
            payment_id: payment_id(id), refund_id: refund_id() }),
        1 => (any_payment(), any_amount()).prop_map(move |(id, amount)| PurchaseCommand::NoteDispute {
            payment_id: payment_id(id), dispute_id: dispute_id(id), amount }),
        1 => (any_payment(), any::<bool>()).prop_map(move |(id, won)| PurchaseCommand::CloseDispute {
            dispute_id: dispute_id(id), won }),
        3 => Just(PurchaseCommand::ReleaseEarnings { now: at(100) }),
        3 => Just(transfer),
        3 => any_payment().prop_map(|id| PurchaseCommand::ConfirmTransfer {
            key: format!("transfer-{id}"), transfer_id: TransferId("tr_1".to_owned()) }),
        1 => any_payment().prop_map(|id| PurchaseCommand::RefuseTransfer {
            key: format!("transfer-{id}"), code: "account_invalid".to_owned() }),
        2 => Just(PurchaseCommand::ConfirmReversal { reversal_id: ReversalId("trr_1".to_owned()) }),
    ]
}

/// What the provider holds for us in euros after an event, by an account kept beside the ledger.
fn held_after(event: &PurchaseEvent) -> i64 {
    let euros = |amount: &Money| match amount.currency {
        Currency::Eur => amount.amount_minor,
        _ => 0,
    };
    match event {
        PurchaseEvent::PaymentReceived { amount, .. }
        | PurchaseEvent::DisputeWon { amount, .. }
        | PurchaseEvent::TransferReversed { amount, .. } => euros(amount),
        PurchaseEvent::PaymentRefunded { amount, .. }
        | PurchaseEvent::PurchaseDisputed { amount, .. }
        | PurchaseEvent::SellerPaid { amount, .. } => -euros(amount),
        _ => 0,
    }
}

/// What the seller is owed, by what the purchase itself knows.
fn owed(purchase: &Purchase, history: &[PurchaseEvent]) -> i64 {
    let moved = |name: &str| {
        let events = history.iter();
        let is_named = |event: &&PurchaseEvent| picasso_domain::EventData::name(*event) == name;
        i64::try_from(events.filter(is_named).count()).expect("few")
    };
    let earned = i64::from(purchase.stage == Stage::Granted);
    share().amount_minor * (earned - moved("SellerPaid") + moved("TransferReversed"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_ledger_adds_up_to_zero_after_every_event(
        commands in prop::collection::vec(any_command(), 0..LONGEST),
    ) {
        let (mut purchase, mut documents) = (Purchase::default(), Documents::new());
        let (mut history, mut held, mut offset) = (Vec::new(), 0, 0);
        let start = PurchaseCommand::Start(Box::new(terms()));
        for command in std::iter::once(start).chain(commands) {
            for event in purchase.decide(command).unwrap_or_default() {
                purchase.evolve(&event);
                offset += 1;
                held += held_after(&event);
                history.push(event.clone());
                fold_into(&mut documents, &super::super::samples::purchase(offset, 1, event));
                prop_assert_eq!(total(&documents), BTreeMap::new());
                prop_assert_eq!(balance(&documents, &Account::Provider).amount_minor, held);
            }
            let amount_minor = balance(&documents, &seller()).amount_minor;
            prop_assert_eq!(-amount_minor, owed(&purchase, &history));
            let is_pending = purchase.stage == Stage::Granted && !purchase.payout.is_released();
            let disputed = purchase.grant_is_disputed();
            let pending = if is_pending && !disputed { share().amount_minor } else { 0 };
            let earnings = earnings(&documents);
            prop_assert_eq!(earnings.pending_minor, pending);
            let is_with_us = purchase.stage == Stage::Granted && purchase.payout.is_with_us();
            let can_be_held = disputed && is_with_us;
            prop_assert!(earnings.held_minor == 0 || can_be_held, "{:?}", earnings);
            let all = earnings.pending_minor + earnings.held_minor + earnings.available_minor;
            prop_assert_eq!(all, -amount_minor);
        }
    }
}
