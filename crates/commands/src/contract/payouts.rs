//! The contract of [`Payouts`], kept over whatever the provider and the way to it do; a broken rule panics.
//!
//! Each rule wants a provider that has seen nothing yet.

use async_trait::async_trait;
use picasso_domain::values::{
    Money, PaymentId, PayoutAccountId, PurchaseId, ReversalId, TransferId, UserId,
};

use super::payments::{PRICE, Trouble, assert_may_be_repeated, purchase};
use crate::ports::{
    OnboardingUrls, PaymentError, Payouts, ReversalRequest, TransferRequest, WebhookNotice,
};

/// A call to the provider that can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    OpenAccount,
    Link,
    ReadAccount,
    Transfer,
    Reverse,
}

/// What the sellers of a purchase have, in minor units, according to the provider's own books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Books {
    pub transfers: u64,
    pub transferred: i64,
    pub reversed: i64,
}

/// The provider's side: what people do on its pages, what goes wrong, and what its books say.
#[async_trait]
pub trait Provider: Send + Sync {
    fn payouts(&self) -> &dyn Payouts;

    /// A buyer pays 12.50 EUR for a purchase.
    async fn sell(&self, purchase_id: &PurchaseId) -> PaymentId;

    /// The owner of an account tells everything on the page of a link.
    async fn finish(&self, link: &str);

    /// The provider is not content with an account any more.
    async fn restrict(&self, account: &PayoutAccountId);

    /// The next such call goes wrong.
    async fn spoil(&self, call: Call, trouble: Trouble);

    /// The provider forgets all idempotency keys, as after a day.
    async fn forget_keys(&self);

    async fn books(&self, purchase_id: &PurchaseId) -> Books;

    /// How many accounts were opened.
    async fn accounts(&self) -> u64;

    /// The notice of the latest of so many webhooks.
    async fn last_notice(&self, count: usize) -> WebhookNotice;
}

const KEY: &str = "payout-account-ann";
const SHARE: Money = Money {
    amount_minor: 1_125,
    ..PRICE
};
const ONCE: Books = Books {
    transfers: 1,
    transferred: SHARE.amount_minor,
    reversed: 0,
};

fn seller() -> UserId {
    UserId::parse("Ann.the-seller").expect("a user id")
}

fn urls() -> OnboardingUrls {
    OnboardingUrls {
        return_url: "http://127.0.0.1/payouts?onboarding=returned".into(),
        refresh_url: "http://127.0.0.1/payouts?onboarding=again".into(),
    }
}

async fn opened(provider: &dyn Provider) -> PayoutAccountId {
    let opened = provider.payouts().open_account(KEY, &seller()).await;
    opened.expect("an account")
}

/// Opens an account and tells everything.
async fn onboarded(provider: &dyn Provider) -> PayoutAccountId {
    let account = opened(provider).await;
    let link = provider.payouts().onboarding_link(&account, &urls()).await;
    provider.finish(&link.expect("a link")).await;
    account
}

async fn can_be_paid(provider: &dyn Provider, account: &PayoutAccountId) -> bool {
    let standing = provider.payouts().can_be_paid(account).await;
    standing.expect("a standing")
}

async fn share_for(provider: &dyn Provider, account: PayoutAccountId) -> TransferRequest {
    TransferRequest {
        key: "transfer-1".into(),
        purchase_id: purchase(),
        payment_id: provider.sell(&purchase()).await,
        account,
        amount: SHARE,
    }
}

/// Sells, and hands the share on to a seller who can be paid.
async fn transferred(provider: &dyn Provider) -> TransferId {
    let account = onboarded(provider).await;
    let request = share_for(provider, account).await;
    let transfer = provider.payouts().transfer(&request).await;
    transfer.expect("a transfer")
}

fn back(transfer_id: &TransferId) -> ReversalRequest {
    ReversalRequest {
        key: "reversal-1".into(),
        transfer_id: transfer_id.clone(),
        amount: SHARE,
    }
}

async fn reverse(
    provider: &dyn Provider,
    request: &ReversalRequest,
) -> Result<ReversalId, PaymentError> {
    provider.payouts().reverse(request).await
}

fn assert_refused<T: std::fmt::Debug>(answer: &Result<T, PaymentError>) {
    let refused = matches!(answer, Err(PaymentError::Refused { .. }));
    assert!(refused, "{answer:?}");
}

pub async fn the_same_key_opens_one_account(provider: &dyn Provider) {
    let first = opened(provider).await;
    assert_eq!(opened(provider).await, first);
    assert_eq!(provider.accounts().await, 1);
}

pub async fn an_account_opened_in_any_trouble_is_found_again(
    provider: &dyn Provider,
    trouble: Trouble,
) {
    provider.spoil(Call::OpenAccount, trouble).await;
    let lost = provider.payouts().open_account(KEY, &seller()).await;
    assert_may_be_repeated(&lost.expect_err("trouble"), trouble);
    opened(provider).await;
    assert_eq!(provider.accounts().await, 1);
}

pub async fn an_account_can_be_paid_once_its_owner_has_told_everything(provider: &dyn Provider) {
    let account = opened(provider).await;
    assert!(!can_be_paid(provider, &account).await);
    let account = onboarded(provider).await;
    assert!(can_be_paid(provider, &account).await);
    provider.restrict(&account).await;
    assert!(!can_be_paid(provider, &account).await);
}

pub async fn each_link_is_another(provider: &dyn Provider) {
    let account = opened(provider).await;
    let link = async || {
        let link = provider.payouts().onboarding_link(&account, &urls()).await;
        link.expect("a link")
    };
    let first = link().await;
    assert!(first.starts_with("http"), "{first}");
    assert_ne!(link().await, first, "a link is good once");
}

pub async fn a_link_in_trouble_can_be_had_again(provider: &dyn Provider, trouble: Trouble) {
    let account = opened(provider).await;
    provider.spoil(Call::Link, trouble).await;
    let lost = provider.payouts().onboarding_link(&account, &urls()).await;
    assert_may_be_repeated(&lost.expect_err("trouble"), trouble);
    let link = provider.payouts().onboarding_link(&account, &urls()).await;
    provider.finish(&link.expect("a link")).await;
    assert!(can_be_paid(provider, &account).await);
}

pub async fn reading_an_account_in_trouble_claims_nothing(
    provider: &dyn Provider,
    trouble: Trouble,
) {
    let account = onboarded(provider).await;
    provider.spoil(Call::ReadAccount, trouble).await;
    let lost = provider.payouts().can_be_paid(&account).await;
    assert_may_be_repeated(&lost.expect_err("trouble"), trouble);
    assert!(can_be_paid(provider, &account).await);
}

pub async fn an_account_nobody_opened_is_refused(provider: &dyn Provider) {
    for id in ["acct_unknown", "../transfers", ""] {
        let account = PayoutAccountId(id.into());
        assert_refused(&provider.payouts().can_be_paid(&account).await);
    }
}

pub async fn an_account_that_changes_names_its_owner(provider: &dyn Provider) {
    onboarded(provider).await;
    let notice = provider.last_notice(1).await;
    assert_eq!(notice.seller, Some(seller()), "{notice:?}");
}

pub async fn the_same_key_transfers_once(provider: &dyn Provider) {
    let account = onboarded(provider).await;
    let request = share_for(provider, account).await;
    let first = provider.payouts().transfer(&request).await;
    let again = provider.payouts().transfer(&request).await;
    assert_eq!(again.expect("again"), first.expect("a transfer"));
    assert_eq!(provider.books(&purchase()).await, ONCE);
}

/// A small part, so that what is left of the payment would be enough for another.
pub async fn a_transfer_in_any_trouble_is_made_once(provider: &dyn Provider, trouble: Trouble) {
    let account = onboarded(provider).await;
    let request = TransferRequest {
        amount: Money {
            amount_minor: 100,
            ..SHARE
        },
        ..share_for(provider, account).await
    };
    provider.spoil(Call::Transfer, trouble).await;
    let lost = provider.payouts().transfer(&request).await;
    assert_may_be_repeated(&lost.expect_err("trouble"), trouble);
    for _ in 0..2 {
        provider.forget_keys().await;
        let transfer = provider.payouts().transfer(&request).await;
        transfer.expect("a transfer");
    }
    let books = provider.books(&purchase()).await;
    assert_eq!((books.transfers, books.transferred), (1, 100));
}

/// Or a transfer that was made would be taken for one that was not.
pub async fn a_key_used_for_something_else_is_no_refusal(provider: &dyn Provider) {
    let account = onboarded(provider).await;
    let request = TransferRequest {
        key: KEY.into(),
        ..share_for(provider, account).await
    };
    let answer = provider.payouts().transfer(&request).await;
    assert!(
        matches!(answer, Err(PaymentError::Unknown(_))),
        "{answer:?}"
    );
}

pub async fn an_account_that_is_not_ready_is_not_paid(provider: &dyn Provider) {
    let account = opened(provider).await;
    let request = share_for(provider, account).await;
    assert_refused(&provider.payouts().transfer(&request).await);
    let books = provider.books(&purchase()).await;
    assert_eq!(books, Books::default());
}

pub async fn no_more_than_the_payment_is_handed_on(provider: &dyn Provider) {
    let account = onboarded(provider).await;
    let request = TransferRequest {
        amount: Money {
            amount_minor: PRICE.amount_minor + 1,
            ..PRICE
        },
        ..share_for(provider, account).await
    };
    assert_refused(&provider.payouts().transfer(&request).await);
    let books = provider.books(&purchase()).await;
    assert_eq!(books, Books::default());
}

pub async fn the_same_key_reverses_once(provider: &dyn Provider) {
    let request = back(&transferred(provider).await);
    let first = reverse(provider, &request).await;
    provider.forget_keys().await;
    let again = reverse(provider, &request).await;
    assert_eq!(again.expect("again"), first.expect("a reversal"));
    let reversed = provider.books(&purchase()).await.reversed;
    assert_eq!(reversed, SHARE.amount_minor);
}

/// A small part, so that what is left of the transfer would be enough for another.
pub async fn a_reversal_in_any_trouble_is_made_once(provider: &dyn Provider, trouble: Trouble) {
    let transfer_id = transferred(provider).await;
    let request = ReversalRequest {
        amount: Money {
            amount_minor: 100,
            ..SHARE
        },
        ..back(&transfer_id)
    };
    provider.spoil(Call::Reverse, trouble).await;
    let lost = reverse(provider, &request).await;
    assert_may_be_repeated(&lost.expect_err("trouble"), trouble);
    for _ in 0..2 {
        provider.forget_keys().await;
        reverse(provider, &request).await.expect("a reversal");
    }
    assert_eq!(provider.books(&purchase()).await.reversed, 100);
}

pub async fn no_more_than_was_transferred_comes_back(provider: &dyn Provider) {
    let transfer_id = transferred(provider).await;
    let request = ReversalRequest {
        amount: PRICE,
        ..back(&transfer_id)
    };
    assert_refused(&reverse(provider, &request).await);
    assert_eq!(provider.books(&purchase()).await, ONCE);
}

pub async fn a_transfer_nobody_made_does_not_come_back(provider: &dyn Provider) {
    for id in ["tr_unknown", "../refunds", ""] {
        let request = back(&TransferId(id.into()));
        assert_refused(&reverse(provider, &request).await);
    }
}
