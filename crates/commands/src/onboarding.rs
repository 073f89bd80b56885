//! How sellers come to be paid: an account of theirs at the provider, which asks them for the rest itself.
//!
//! Keeps true: a seller has one account, opened under a key stored before; whether it can be paid is what the
//! provider says, whoever asks.

use std::sync::Arc;

use picasso_domain::{
    PayoutAccount,
    payout_account::{PayoutAccountCommand, PayoutAccountError},
    values::{PayoutAccountId, PurchaseId, UserId},
};

use crate::{
    CommandError, Context, Executor, Receipt, ReturnUrls,
    accounts::require_registered,
    executor::{Ask, Reply},
    ports::Payouts,
};

/// Where a seller goes on.
#[derive(Debug, Clone)]
pub struct OnboardingStarted {
    /// The provider's page; `None` when nothing is left to be told.
    pub url: Option<String>,
    pub receipt: Receipt,
}

/// Opens accounts for sellers and follows how they stand.
#[derive(Clone)]
pub struct Onboarding {
    executor: Executor,
    payouts: Arc<dyn Payouts>,
    urls: ReturnUrls,
}

impl Onboarding {
    #[must_use]
    pub fn new(executor: Executor, payouts: Arc<dyn Payouts>, urls: ReturnUrls) -> Self {
        Self {
            executor,
            payouts,
            urls,
        }
    }

    /// Opens the caller's account, once, and answers the page on which the provider asks for the rest. The same
    /// request again gets a page that is still good.
    ///
    /// # Errors
    /// [`CommandError::NotRegistered`]; [`CommandError::Payment`] when the provider does not answer: the same
    /// request again goes on from there.
    pub async fn start(&self, context: &Context) -> Result<OnboardingStarted, CommandError> {
        let user_id = &context.actor;
        require_registered(&self.executor, user_id).await?;
        let receipt = self.request(context).await?;
        let account = self.refresh(user_id).await?;
        let id = account.account().ok_or(PayoutAccountError::NotOpened)?;
        let url = match account.ready() {
            Some(_) => None,
            None => Some(
                self.payouts
                    .onboarding_link(id, &self.urls.onboarding())
                    .await?,
            ),
        };
        Ok(OnboardingStarted { url, receipt })
    }

    async fn request(&self, context: &Context) -> Result<Receipt, CommandError> {
        let id = context.actor.as_str();
        let ask = Ask::new(context, id, "StartPayoutOnboarding", &())?;
        let ((), receipt) = self
            .executor
            .run(&ask, &|unit| {
                Box::pin(async move {
                    let request = PayoutAccountCommand::Request {
                        user_id: context.actor.clone(),
                    };
                    unit.execute::<PayoutAccount>(id, request).await?;
                    Ok(Reply::of::<PayoutAccount>(&unit, id, ()))
                })
            })
            .await?;
        Ok(receipt)
    }

    /// Opens an account that was asked for, if that is still to be done, and records what the provider says of it.
    ///
    /// # Errors
    /// [`CommandError::Payment`] when the provider does not answer.
    pub async fn refresh(&self, user_id: &UserId) -> Result<PayoutAccount, CommandError> {
        let id = user_id.as_str();
        let account: PayoutAccount = self.executor.load(id).await?;
        let Some(key) = account.key() else {
            return Ok(account);
        };
        let opened = match account.account() {
            Some(opened) => opened.clone(),
            None => self.open(key, user_id).await?,
        };
        let can_be_paid = self.payouts.can_be_paid(&opened).await?;
        self.decide(id, PayoutAccountCommand::NoteStanding { can_be_paid })
            .await?;
        self.executor.load(id).await
    }

    /// The account that counts: another one, should two have been opened at once, stays empty.
    async fn open(&self, key: &str, user_id: &UserId) -> Result<PayoutAccountId, CommandError> {
        let id = user_id.as_str();
        let account = self.payouts.open_account(key, user_id).await?;
        self.decide(id, PayoutAccountCommand::NoteOpened { account })
            .await?;
        let account: PayoutAccount = self.executor.load(id).await?;
        let opened = account.account().cloned();
        Ok(opened.ok_or(PayoutAccountError::NotOpened)?)
    }

    /// The seller's account, if it can be paid; otherwise the purchase is named once it can. The provider is asked
    /// when what we know is `doubtful`.
    pub(crate) async fn ready_for(
        &self,
        seller: &UserId,
        purchase_id: &PurchaseId,
        doubtful: bool,
    ) -> Result<Option<PayoutAccountId>, CommandError> {
        let id = seller.as_str();
        let mut account: PayoutAccount = self.executor.load(id).await?;
        if doubtful {
            account = self.refresh(seller).await?;
        }
        if account.ready().is_none() {
            let purchase_id = purchase_id.clone();
            self.decide(id, PayoutAccountCommand::Await { purchase_id })
                .await?;
            // It may have become ready meanwhile, without naming this purchase.
            account = self.executor.load(id).await?;
        }
        Ok(account.ready().cloned())
    }

    async fn decide(&self, id: &str, command: PayoutAccountCommand) -> Result<(), CommandError> {
        let command = &command;
        self.executor
            .run_system::<PayoutAccount>("payouts", id, &|unit| {
                Box::pin(
                    async move { Ok(unit.execute::<PayoutAccount>(id, command.clone()).await?) },
                )
            })
            .await
    }
}
