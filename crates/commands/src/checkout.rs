//! The purchase process manager: brings a purchase to where the payment provider says it stands.
//!
//! There is one way forward, [`Checkout::advance`], whoever calls it: the buyer's own request, a webhook, or
//! the sweeper. It asks the provider for the truth instead of trusting the order of messages, decides under
//! the log's optimistic lock, and every call to the provider carries a key stored before. So it may run
//! twice, late, out of order or never by webhook, and ends in the same place.
//! Keeps true: paid and granted, or unpaid (or refunded) and not granted; never charged twice.

use std::sync::Arc;

use jiff::SignedDuration;
use picasso_domain::{
    Picture, Purchase, Timestamp,
    picture::{Edition, PictureCommand},
    purchase::{Closure, PurchaseCommand, PurchaseError, Stage, Terms},
    values::{Money, PaymentId, PurchaseId, SessionId},
};

use crate::{
    CommandError, Executor,
    bridge::Unit,
    ports::{
        CheckoutRequest, CheckoutSession, CheckoutStatus, Clock, DisputeReport, DisputeStatus,
        OnboardingUrls, PaymentError, PaymentReport, Payments, RefundRequest,
    },
};

/// More steps than any purchase needs; a purchase that takes them all is put off to the sweeper.
const MAX_STEPS: u32 = 8;

/// Where the provider sends buyers back to.
#[derive(Debug, Clone)]
pub struct ReturnUrls {
    /// The web app's address, without a trailing slash.
    pub public_base_url: String,
}

impl ReturnUrls {
    fn of(&self, purchase_id: &PurchaseId, outcome: &str) -> String {
        let base = &self.public_base_url;
        format!("{base}/orders/{purchase_id}?checkout={outcome}")
    }

    /// Where sellers come back to from the provider's pages.
    #[must_use]
    pub fn onboarding(&self) -> OnboardingUrls {
        let base = &self.public_base_url;
        OnboardingUrls {
            return_url: format!("{base}/payouts?onboarding=returned"),
            refresh_url: format!("{base}/payouts?onboarding=again"),
        }
    }
}

/// The purchase process manager.
#[derive(Clone)]
pub struct Checkout {
    executor: Executor,
    payments: Arc<dyn Payments>,
    clock: Arc<dyn Clock>,
    urls: ReturnUrls,
    payout_hold: SignedDuration,
}

impl Checkout {
    /// `payout_hold` is how long the seller's share is held after a grant.
    #[must_use]
    pub fn new(
        executor: Executor,
        payments: Arc<dyn Payments>,
        clock: Arc<dyn Clock>,
        urls: ReturnUrls,
        payout_hold: SignedDuration,
    ) -> Self {
        Self {
            executor,
            payments,
            clock,
            urls,
            payout_hold,
        }
    }

    /// Brings a purchase as far as the provider's answers allow and returns it as it then stands.
    ///
    /// # Errors
    /// [`CommandError::Payment`] when the provider does not answer: nothing is lost, the sweeper comes back.
    pub async fn advance(&self, id: &PurchaseId) -> Result<Purchase, CommandError> {
        self.drive(id, None).await
    }

    /// Like [`advance`](Self::advance), but closes the checkout page if it is not paid.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub async fn close(&self, id: &PurchaseId, closure: Closure) -> Result<Purchase, CommandError> {
        self.drive(id, Some(closure)).await
    }

    /// Asks the provider for every payment of a purchase, so that one whose webhook never came goes back too:
    /// the checkout page tells of one payment only, however often it was paid.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub async fn audit(&self, id: &PurchaseId) -> Result<Purchase, CommandError> {
        for (payment_id, amount) in self.payments.payments_of(id).await? {
            self.note_payment(id, &payment_id, amount).await?;
            self.look_at_payment(id, &payment_id).await?;
        }
        self.advance(id).await
    }

    /// Asks the provider whether somebody has taken a payment back: a refund made there, a dispute.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub async fn look_at_payment(
        &self,
        id: &PurchaseId,
        payment_id: &PaymentId,
    ) -> Result<(), CommandError> {
        let report = self.payments.payment(payment_id).await?;
        self.note_report(id, payment_id, report).await
    }

    /// The same for a payment of which only the provider knows what it was for; answers the purchase.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub async fn look_at_unknown_payment(
        &self,
        payment_id: &PaymentId,
    ) -> Result<Option<PurchaseId>, CommandError> {
        let report = self.payments.payment(payment_id).await?;
        let Some(id) = report.purchase_id.clone() else {
            return Ok(None);
        };
        self.note_report(&id, payment_id, report).await?;
        Ok(Some(id))
    }

    async fn note_report(
        &self,
        id: &PurchaseId,
        payment_id: &PaymentId,
        report: PaymentReport,
    ) -> Result<(), CommandError> {
        if let Some(amount) = report.received {
            self.note_payment(id, payment_id, amount).await?;
        }
        for dispute in report.disputes {
            self.note_dispute(id, payment_id, dispute).await?;
        }
        let Some(refund_id) = report.refunded else {
            return Ok(());
        };
        let refund = PurchaseCommand::NoteRefund {
            payment_id: payment_id.clone(),
            refund_id,
        };
        self.take_back(id, refund).await
    }

    async fn note_dispute(
        &self,
        id: &PurchaseId,
        payment_id: &PaymentId,
        dispute: DisputeReport,
    ) -> Result<(), CommandError> {
        let DisputeReport {
            dispute_id,
            amount,
            status,
        } = dispute;
        let begun = PurchaseCommand::NoteDispute {
            payment_id: payment_id.clone(),
            dispute_id: dispute_id.clone(),
            amount,
        };
        self.decide(id, begun).await?;
        let won = match status {
            DisputeStatus::Open => return Ok(()),
            DisputeStatus::Won => true,
            DisputeStatus::Lost => false,
        };
        self.take_back(id, PurchaseCommand::CloseDispute { dispute_id, won })
            .await
    }

    /// Records that money went back to the buyer and, in the same commit, what it means for the picture.
    async fn take_back(
        &self,
        id: &PurchaseId,
        command: PurchaseCommand,
    ) -> Result<(), CommandError> {
        let text = id.to_string();
        let (text, command) = (text.as_str(), &command);
        self.executor
            .run_system::<Purchase>("checkout", text, &|unit| {
                Box::pin(async move {
                    unit.execute::<Purchase>(text, command.clone()).await?;
                    give_back(&unit, id, text).await
                })
            })
            .await
    }

    /// Records a payment that a webhook reports; its signature has been checked.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn note_payment(
        &self,
        id: &PurchaseId,
        payment_id: &PaymentId,
        amount: Money,
    ) -> Result<(), CommandError> {
        let text = id.to_string();
        let text = text.as_str();
        let payable_at = self.clock.now() + self.payout_hold;
        self.executor
            .run_system::<Purchase>("checkout", text, &|unit| {
                Box::pin(async move {
                    let payment = (payment_id, amount);
                    confirm(&unit, id, text, payment, payable_at).await
                })
            })
            .await
    }

    async fn drive(
        &self,
        id: &PurchaseId,
        closing: Option<Closure>,
    ) -> Result<Purchase, CommandError> {
        let text = id.to_string();
        for _ in 0..MAX_STEPS {
            let purchase: Purchase = self.executor.load(&text).await?;
            let terms = purchase.terms.as_ref().ok_or(PurchaseError::Unknown)?;
            let expired = (self.clock.now() >= terms.expires_at).then_some(Closure::Expired);
            let closing = closing.or(expired);
            let moved = match (purchase.stage, &purchase.session_id) {
                (Stage::Started, _) => self.open(id, terms).await?,
                (Stage::Open, Some(session)) => self.settle(id, session, closing).await?,
                _ => self.refund_next(id, &purchase).await?,
            };
            if !moved {
                return Ok(purchase);
            }
        }
        self.executor.load(&text).await
    }

    /// Makes the checkout page. The key is the purchase itself, so a page that was made without our hearing
    /// of it is found again.
    async fn open(&self, id: &PurchaseId, terms: &Terms) -> Result<bool, CommandError> {
        let request = CheckoutRequest {
            key: format!("checkout-{id}"),
            purchase_id: id.clone(),
            title: terms.title.as_str().to_owned(),
            amount: terms.price.money(),
            success_url: self.urls.of(id, "success"),
            cancel_url: self.urls.of(id, "cancelled"),
            expires_at: terms.expires_at,
        };
        match self.payments.open_checkout(&request).await {
            Ok(session) => self.note_opened(id, session).await?,
            Err(PaymentError::Refused { code }) => {
                tracing::warn!(purchase_id = %id, code, "the provider refused to open a checkout");
                self.end(id, Closure::CheckoutRefused).await?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }

    async fn note_opened(
        &self,
        id: &PurchaseId,
        session: CheckoutSession,
    ) -> Result<(), CommandError> {
        let command = PurchaseCommand::OpenCheckout {
            session_id: session.session_id,
            url: session.url,
        };
        self.decide(id, command).await
    }

    /// Asks the provider how the page stands and records it; closes the page first if it is time.
    async fn settle(
        &self,
        id: &PurchaseId,
        session: &SessionId,
        closing: Option<Closure>,
    ) -> Result<bool, CommandError> {
        let status = match closing {
            None => self.payments.checkout(session).await?,
            Some(_) => self.payments.close_checkout(session).await?,
        };
        match status {
            CheckoutStatus::Open { declined, .. } => {
                if let Some(code) = declined {
                    self.decide(id, PurchaseCommand::NoteDecline { code })
                        .await?;
                }
                Ok(false)
            }
            CheckoutStatus::Paid { payment_id, amount } => {
                self.note_payment(id, &payment_id, amount).await?;
                Ok(true)
            }
            CheckoutStatus::Expired => {
                self.end(id, closing.unwrap_or(Closure::Expired)).await?;
                Ok(true)
            }
        }
    }

    /// Carries out one refund that is due.
    async fn refund_next(
        &self,
        id: &PurchaseId,
        purchase: &Purchase,
    ) -> Result<bool, CommandError> {
        let Some((payment_id, key, amount)) = purchase.refunds_due().next() else {
            return Ok(false);
        };
        let request = RefundRequest {
            key: key.to_owned(),
            payment_id: payment_id.clone(),
            amount,
        };
        let refund_id = self.payments.refund(&request).await?;
        let command = PurchaseCommand::ConfirmRefund {
            payment_id: request.payment_id,
            refund_id,
        };
        self.decide(id, command).await?;
        Ok(true)
    }

    /// Ends an unpaid purchase and lets go of its picture, in one commit.
    async fn end(&self, id: &PurchaseId, closure: Closure) -> Result<(), CommandError> {
        let text = id.to_string();
        let text = text.as_str();
        self.executor
            .run_system::<Purchase>("checkout", text, &|unit| {
                Box::pin(async move {
                    let close = PurchaseCommand::Close { closure };
                    match unit
                        .execute::<Purchase>(text, close)
                        .await
                        .map_err(CommandError::from)
                    {
                        // It was paid meanwhile: there is nothing to end.
                        Err(CommandError::Purchase(PurchaseError::AlreadyPaid)) => Ok(()),
                        Err(error) => Err(error),
                        Ok(()) => release(&unit, id).await,
                    }
                })
            })
            .await
    }

    async fn decide(&self, id: &PurchaseId, command: PurchaseCommand) -> Result<(), CommandError> {
        let text = id.to_string();
        let (text, command) = (text.as_str(), &command);
        self.executor
            .run_system::<Purchase>("checkout", text, &|unit| {
                Box::pin(async move { Ok(unit.execute::<Purchase>(text, command.clone()).await?) })
            })
            .await
    }
}

/// Records a payment and, in the same commit, what it means for the picture.
async fn confirm(
    unit: &Unit,
    id: &PurchaseId,
    text: &str,
    (payment_id, amount): (&PaymentId, Money),
    payable_at: Timestamp,
) -> Result<(), CommandError> {
    let picture_id = id.picture().to_string();
    let picture: Picture = unit.load(&picture_id).await?;
    let deliverable = picture.listing().is_some_and(|listing| {
        listing.edition == Edition::Open || listing.reserved_for.as_ref() == Some(id)
    });
    let confirm = PurchaseCommand::ConfirmPayment {
        payment_id: payment_id.clone(),
        amount,
        picture_is_deliverable: deliverable,
        payable_at,
    };
    unit.execute::<Purchase>(text, confirm).await?;
    if unit.is_quiet() {
        return Ok(());
    }
    let purchase: Purchase = unit.load(text).await?;
    match purchase.stage {
        Stage::Granted if purchase.granted_by.as_ref() == Some(payment_id) => {
            let sell = PictureCommand::Sell {
                purchase_id: id.clone(),
                buyer: id.buyer().clone(),
            };
            Ok(unit.execute::<Picture>(&picture_id, sell).await?)
        }
        Stage::Closed => release(unit, id).await,
        Stage::Absent | Stage::Started | Stage::Open | Stage::Granted | Stage::Refunded => Ok(()),
    }
}

async fn release(unit: &Unit, id: &PurchaseId) -> Result<(), CommandError> {
    let release = PictureCommand::Release {
        purchase_id: id.clone(),
    };
    let picture_id = id.picture().to_string();
    Ok(unit.execute::<Picture>(&picture_id, release).await?)
}

/// A picture whose sale was taken back is its artist's again.
pub(crate) async fn give_back(
    unit: &Unit,
    id: &PurchaseId,
    text: &str,
) -> Result<(), CommandError> {
    let purchase: Purchase = unit.load(text).await?;
    let Some(terms) = purchase.terms.filter(|_| purchase.stage == Stage::Refunded) else {
        return Ok(());
    };
    let give_back = PictureCommand::Return {
        purchase_id: id.clone(),
        to: terms.seller,
    };
    let picture_id = id.picture().to_string();
    Ok(unit.execute::<Picture>(&picture_id, give_back).await?)
}
