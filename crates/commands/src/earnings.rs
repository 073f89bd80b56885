//! The process manager of what the seller earns: holds it, hands it on, takes it back.
//!
//! There is one way forward, [`Earnings::advance`], whoever calls it and however often: it asks the provider
//! whether the payment is still ours before anything moves, and every transfer and reversal carries a key stored
//! before. Keeps true: a share is transferred once, after its holding time, for a grant that stands; a transfer for
//! a grant that is gone comes back.

use std::sync::Arc;

use jiff::SignedDuration;
use picasso_domain::{
    Purchase, Timestamp,
    purchase::{Payout, PurchaseCommand, PurchaseError, Reversal, Stage},
    values::{Money, PayoutAccountId, PurchaseId, TransferId},
};

use crate::{
    Checkout, CommandError, Executor, Onboarding,
    ports::{Clock, PaymentError, Payouts, ReversalRequest, TransferRequest},
};

/// More steps than any purchase needs.
const MAX_STEPS: u32 = 8;
/// How long until what waits for somebody else, a seller or a bank, is looked at again. Longer than the provider
/// remembers what it answered to a key.
const PATIENCE: SignedDuration = SignedDuration::from_hours(25);
/// How long between two looks at a purchase that is paid out, in case the buyer's bank takes the money back.
const WATCH_EVERY: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Buyers may dispute for 120 days, and some longer (<https://docs.stripe.com/disputes/how-disputes-work>).
const WATCH_FOR: SignedDuration = SignedDuration::from_hours(180 * 24);

/// When a purchase has to be looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextLook {
    Never,
    At(Timestamp),
}

/// The process manager of the sellers' shares.
#[derive(Clone)]
pub struct Earnings {
    executor: Executor,
    payouts: Arc<dyn Payouts>,
    checkout: Checkout,
    onboarding: Onboarding,
    clock: Arc<dyn Clock>,
}

/// What one step has come to.
enum Step {
    Moved,
    Wait(NextLook),
}

impl Earnings {
    #[must_use]
    pub fn new(
        executor: Executor,
        payouts: Arc<dyn Payouts>,
        checkout: Checkout,
        onboarding: Onboarding,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            executor,
            payouts,
            checkout,
            onboarding,
            clock,
        }
    }

    /// Brings the seller's share as far as it may go now.
    ///
    /// # Errors
    /// [`CommandError::Payment`] when the provider does not answer: nothing is lost, the next look goes on.
    pub async fn advance(&self, id: &PurchaseId) -> Result<NextLook, CommandError> {
        let text = id.to_string();
        for _ in 0..MAX_STEPS {
            let purchase: Purchase = self.executor.load(&text).await?;
            match self.step(id, &purchase).await? {
                Step::Moved => {}
                Step::Wait(next) => return Ok(next),
            }
        }
        Ok(NextLook::At(self.clock.now()))
    }

    async fn step(&self, id: &PurchaseId, purchase: &Purchase) -> Result<Step, CommandError> {
        let is_granted = purchase.stage == Stage::Granted;
        match &purchase.payout {
            Payout::Requested {
                key,
                account,
                amount,
            } => self.transfer(id, purchase, key, account, *amount).await,
            Payout::Paid {
                transfer_id,
                amount,
                reversal: Reversal::Due { key },
            } => self.reverse(id, key, transfer_id, *amount).await,
            Payout::Paid { .. } if is_granted => self.watch(id, purchase).await,
            Payout::Held if is_granted => self.release(id, purchase).await,
            Payout::Released if is_granted => self.hand_on(id, purchase).await,
            Payout::Held | Payout::Released | Payout::Paid { .. } => {
                Ok(Step::Wait(NextLook::Never))
            }
        }
    }

    async fn release(&self, id: &PurchaseId, purchase: &Purchase) -> Result<Step, CommandError> {
        let now = self.clock.now();
        if let Some(payable_at) = purchase.payable_at.filter(|payable_at| now < *payable_at) {
            return Ok(Step::Wait(NextLook::At(payable_at)));
        }
        if purchase.grant_is_disputed() {
            return self.wait_for_the_bank(id, purchase).await;
        }
        self.decide(id, PurchaseCommand::ReleaseEarnings { now })
            .await?;
        Ok(Step::Moved)
    }

    async fn hand_on(&self, id: &PurchaseId, purchase: &Purchase) -> Result<Step, CommandError> {
        if purchase.grant_is_disputed() {
            return self.wait_for_the_bank(id, purchase).await;
        }
        let doubtful = purchase.transfers_refused > 0;
        let Some(account) = self.account_for(id, purchase, doubtful).await? else {
            return Ok(self.later());
        };
        // Once the money is with the seller, it is hard to get back.
        if self.is_still(id, purchase).await? {
            self.decide(id, PurchaseCommand::RequestTransfer { account })
                .await?;
        }
        Ok(Step::Moved)
    }

    async fn wait_for_the_bank(
        &self,
        id: &PurchaseId,
        purchase: &Purchase,
    ) -> Result<Step, CommandError> {
        match self.is_still(id, purchase).await? {
            true => Ok(self.later()),
            false => Ok(Step::Moved),
        }
    }

    /// In case the buyer's bank takes the money back and nobody tells us.
    async fn watch(&self, id: &PurchaseId, purchase: &Purchase) -> Result<Step, CommandError> {
        match self.is_still(id, purchase).await? {
            true => Ok(self.next_watch(purchase)),
            false => Ok(Step::Moved),
        }
    }

    fn next_watch(&self, purchase: &Purchase) -> Step {
        let next = self.clock.now() + WATCH_EVERY;
        let end = purchase.payable_at.map(|payable_at| payable_at + WATCH_FOR);
        Step::Wait(match end {
            Some(end) if next <= end => NextLook::At(next),
            _ => NextLook::Never,
        })
    }

    /// Asks the provider what has become of the payment of a grant; answers whether we knew it.
    async fn is_still(&self, id: &PurchaseId, purchase: &Purchase) -> Result<bool, CommandError> {
        if let Some(payment_id) = &purchase.granted_by {
            self.checkout.look_at_payment(id, payment_id).await?;
        }
        let now: Purchase = self.executor.load(&id.to_string()).await?;
        Ok(now == *purchase)
    }

    async fn account_for(
        &self,
        id: &PurchaseId,
        purchase: &Purchase,
        doubtful: bool,
    ) -> Result<Option<PayoutAccountId>, CommandError> {
        let terms = purchase.terms.as_ref().ok_or(PurchaseError::Unknown)?;
        let ready = self.onboarding.ready_for(&terms.seller, id, doubtful);
        ready.await
    }

    async fn transfer(
        &self,
        id: &PurchaseId,
        purchase: &Purchase,
        key: &str,
        account: &PayoutAccountId,
        amount: Money,
    ) -> Result<Step, CommandError> {
        let request = TransferRequest {
            key: key.to_owned(),
            purchase_id: id.clone(),
            payment_id: purchase.granted_by.clone().unwrap_or_default(),
            account: account.clone(),
            amount,
        };
        let key = request.key.clone();
        match self.payouts.transfer(&request).await {
            Ok(transfer_id) => {
                self.decide(id, PurchaseCommand::ConfirmTransfer { key, transfer_id })
                    .await?;
                // If the grant has gone meanwhile, `ReversalRequested` brings us back at once.
                Ok(self.next_watch(purchase))
            }
            Err(PaymentError::Refused { code }) => {
                tracing::warn!(purchase_id = %id, code, "the provider refused to pay a seller");
                self.decide(id, PurchaseCommand::RefuseTransfer { key, code })
                    .await?;
                // Mostly because the account cannot be paid any more, and nobody has told us.
                self.account_for(id, purchase, true).await?;
                Ok(self.later())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn reverse(
        &self,
        id: &PurchaseId,
        key: &str,
        transfer_id: &TransferId,
        amount: Money,
    ) -> Result<Step, CommandError> {
        let request = ReversalRequest {
            key: key.to_owned(),
            transfer_id: transfer_id.clone(),
            amount,
        };
        match self.payouts.reverse(&request).await {
            Ok(reversal_id) => {
                self.decide(id, PurchaseCommand::ConfirmReversal { reversal_id })
                    .await?;
                Ok(Step::Moved)
            }
            // Mostly because the seller has spent the money: their balance shows that they owe it.
            Err(PaymentError::Refused { code }) => {
                tracing::error!(purchase_id = %id, code, "the provider refused to take a share back");
                Ok(self.later())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn later(&self) -> Step {
        Step::Wait(NextLook::At(self.clock.now() + PATIENCE))
    }

    async fn decide(&self, id: &PurchaseId, command: PurchaseCommand) -> Result<(), CommandError> {
        let text = id.to_string();
        let (text, command) = (text.as_str(), &command);
        self.executor
            .run_system::<Purchase>("payouts", text, &|unit| {
                Box::pin(async move { Ok(unit.execute::<Purchase>(text, command.clone()).await?) })
            })
            .await
    }
}
