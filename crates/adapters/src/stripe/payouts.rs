//! Connect: Express accounts of sellers, and separate transfers to them
//! (<https://docs.stripe.com/connect/separate-charges-and-transfers>).
//!
//! Keeps true: a transfer or reversal is looked for by our key before it is made, because Stripe forgets
//! idempotency keys after a day and metadata never.

use std::collections::HashMap;

use picasso_commands::ports::{OnboardingUrls, PaymentError, ReversalRequest, TransferRequest};
use picasso_domain::values::{PayoutAccountId, ReversalId, TransferId, UserId};
use stripe::{Client, StripeError, StripeRequest};
use stripe_connect::{
    account::{
        CreateAccount, CreateAccountCapabilities, CreateAccountCapabilitiesTransfers,
        CreateAccountType, RetrieveAccount,
    },
    account_link::{CreateAccountLink, CreateAccountLinkType},
    transfer::{CreateTransfer, ListTransfer},
    transfer_reversal::{CreateIdTransferReversal, ListIdTransferReversal},
};
use stripe_shared::{Account, AccountCapabilitiesStatus};

use super::{
    checkout::{idempotent, path_segment},
    error::{Unclear, port_error},
    money, payments,
    refund::REQUEST_KEY,
};

/// Where the seller's user id stands in the metadata of an account.
const USER_ID: &str = "user_id";
/// <https://docs.stripe.com/api/errors#errors-type>
const KEY_REUSED: &str = "idempotency_error";
/// More transfers than one purchase, and more reversals than one transfer of ours ever has.
const MAX_FOUND: i64 = 100;

type Metadata = HashMap<String, String>;

pub(super) async fn open_account(
    client: &Client,
    key: &str,
    user_id: &UserId,
) -> Result<PayoutAccountId, PaymentError> {
    let mut transfers = CreateAccountCapabilitiesTransfers::new();
    transfers.requested = Some(true);
    let mut capabilities = CreateAccountCapabilities::new();
    capabilities.transfers = Some(transfers);
    let create = CreateAccount::new()
        .type_(CreateAccountType::Express)
        .capabilities(capabilities)
        .metadata(Metadata::from([(USER_ID.to_owned(), user_id.to_string())]))
        .customize()
        .request_strategy(idempotent(key)?);
    let account = create.send(client).await.map_err(port_error)?;
    Ok(PayoutAccountId(account.id.to_string()))
}

/// Links are made anew each time: they are good once.
pub(super) async fn onboarding_link(
    client: &Client,
    account: &PayoutAccountId,
    urls: &OnboardingUrls,
) -> Result<String, PaymentError> {
    let create = CreateAccountLink::new(&account.0, CreateAccountLinkType::AccountOnboarding)
        .return_url(&urls.return_url)
        .refresh_url(&urls.refresh_url);
    let link = create.send(client).await.map_err(port_error)?;
    Ok(link.url)
}

pub(super) async fn can_be_paid(
    client: &Client,
    account: &PayoutAccountId,
) -> Result<bool, PaymentError> {
    let retrieve = RetrieveAccount::new(path_segment(&account.0)?);
    let account = retrieve.send(client).await.map_err(port_error)?;
    let capabilities = account.capabilities.as_ref();
    let transfers = capabilities.and_then(|capabilities| capabilities.transfers.as_ref());
    let takes_transfers = transfers == Some(&AccountCapabilitiesStatus::Active);
    Ok(takes_transfers && account.payouts_enabled == Some(true))
}

/// The seller of an account of ours.
pub(super) fn seller(account: &Account) -> Option<UserId> {
    let user_id = account.metadata.as_ref()?.get(USER_ID)?;
    UserId::parse(user_id).ok()
}

pub(super) async fn transfer(
    client: &Client,
    request: &TransferRequest,
) -> Result<TransferId, PaymentError> {
    let group = request.purchase_id.to_string();
    if let Some(found) = find_transfer(client, &group, &request.key).await? {
        return Ok(found);
    }
    let payment = payments::retrieve(client, &request.payment_id).await?;
    let charge = payment.latest_charge.as_ref().ok_or(Unclear::Incomplete {
        field: "latest_charge",
    })?;
    let currency = money::to_stripe(request.amount.currency);
    // Tied to its charge, a transfer waits for that money and does not depend on the rest of our balance.
    let create = CreateTransfer::new(currency, &request.account.0)
        .amount(request.amount.amount_minor)
        .source_transaction(charge.id().to_string())
        .transfer_group(&group)
        .metadata(key_of(&request.key))
        .customize()
        .request_strategy(idempotent(&request.key)?);
    let transfer = create.send(client).await.map_err(moving_error)?;
    Ok(TransferId(transfer.id.to_string()))
}

async fn find_transfer(
    client: &Client,
    group: &str,
    key: &str,
) -> Result<Option<TransferId>, PaymentError> {
    let list = ListTransfer::new().transfer_group(group).limit(MAX_FOUND);
    let found = list.send(client).await.map_err(looking_error)?.data;
    let ours = found
        .iter()
        .find(|transfer| has_key(&transfer.metadata, key));
    Ok(ours.map(|transfer| TransferId(transfer.id.to_string())))
}

pub(super) async fn reverse(
    client: &Client,
    request: &ReversalRequest,
) -> Result<ReversalId, PaymentError> {
    let transfer = path_segment(&request.transfer_id.0)?;
    if let Some(found) = find_reversal(client, transfer, &request.key).await? {
        return Ok(found);
    }
    let create = CreateIdTransferReversal::new(transfer)
        .amount(request.amount.amount_minor)
        .metadata(key_of(&request.key))
        .customize()
        .request_strategy(idempotent(&request.key)?);
    let reversal = create.send(client).await.map_err(moving_error)?;
    Ok(ReversalId(reversal.id.to_string()))
}

async fn find_reversal(
    client: &Client,
    transfer: &str,
    key: &str,
) -> Result<Option<ReversalId>, PaymentError> {
    let list = ListIdTransferReversal::new(transfer).limit(MAX_FOUND);
    let found = list.send(client).await.map_err(port_error)?.data;
    let is_ours = |metadata: Option<&Metadata>| metadata.is_some_and(|it| has_key(it, key));
    let ours = found.iter().find(|it| is_ours(it.metadata.as_ref()));
    Ok(ours.map(|reversal| ReversalId(reversal.id.to_string())))
}

/// One entry: a map has no order, and the same key wants the very same request.
fn key_of(key: &str) -> Metadata {
    Metadata::from([(REQUEST_KEY.to_owned(), key.to_owned())])
}

/// That we may not look says nothing about whether money has moved.
fn looking_error(error: StripeError) -> PaymentError {
    match port_error(error) {
        PaymentError::Refused { code } => Unclear::Status { status: 400, code }.into(),
        error => error,
    }
}

/// That a key was used for another request says nothing about whether money has moved under it.
fn moving_error(error: StripeError) -> PaymentError {
    match port_error(error) {
        PaymentError::Refused { code } if code == KEY_REUSED => {
            Unclear::Status { status: 400, code }.into()
        }
        error => error,
    }
}

fn has_key(metadata: &Metadata, key: &str) -> bool {
    metadata.get(REQUEST_KEY).is_some_and(|found| found == key)
}
