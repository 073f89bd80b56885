//! Starting, cancelling and refunding purchases on behalf of people. What follows from the payment provider's
//! answers is [`Checkout`]'s work.

use std::sync::Arc;

use picasso_domain::{
    Picture, Purchase, Timestamp,
    picture::{Listing, PictureCommand, PictureError},
    purchase::{Closure, PurchaseCommand, PurchaseError, Stage, Terms},
    values::{FeeRate, PictureId, Price, PurchaseId, UserId},
};

use crate::{
    Checkout, CommandError, Context, Executor, Receipt,
    accounts::require_registered,
    bridge::Unit,
    checkout::give_back,
    executor::{Ask, Reply},
    ports::{Clock, PaymentError},
};

/// How often one person may try to buy one picture.
const MAX_PURCHASE_ATTEMPTS: u32 = 1_000;

#[derive(Debug, Clone, Copy)]
pub struct StartCheckout {
    pub picture_id: PictureId,
    /// What the buyer saw and agrees to; a lower price is passed on, a higher one asks again.
    pub shown_price: Price,
}

/// A checkout page the buyer can be sent to.
#[derive(Debug, Clone)]
pub struct CheckoutStarted {
    pub purchase_id: PurchaseId,
    pub checkout_url: String,
    /// Frozen.
    pub price: Price,
    pub expires_at: Timestamp,
    pub receipt: Receipt,
}

/// Commands about purchases.
#[derive(Clone)]
pub struct Purchases {
    executor: Executor,
    checkout: Checkout,
    clock: Arc<dyn Clock>,
    checkout_ttl: jiff::SignedDuration,
    fee_rate: FeeRate,
}

impl Purchases {
    /// `checkout_ttl` is how long a checkout page stays open; `fee_rate` is what Picasso keeps of purchases that
    /// start from now on.
    #[must_use]
    pub fn new(
        executor: Executor,
        checkout: Checkout,
        clock: Arc<dyn Clock>,
        checkout_ttl: jiff::SignedDuration,
        fee_rate: FeeRate,
    ) -> Self {
        Self {
            executor,
            checkout,
            clock,
            checkout_ttl,
            fee_rate,
        }
    }

    /// Freezes the terms (reserving an exclusive picture in the same commit) and opens the checkout page.
    ///
    /// A buyer whose purchase of this picture is still open is sent back to that one.
    ///
    /// # Errors
    /// [`CommandError::PriceRisen`], [`CommandError::AlreadyOwned`], [`CommandError::Picture`]; and
    /// [`CommandError::Payment`] when the page could not be opened yet: the same request again tries again.
    pub async fn start_checkout(
        &self,
        context: &Context,
        command: StartCheckout,
    ) -> Result<CheckoutStarted, CommandError> {
        require_registered(&self.executor, &context.actor).await?;
        let partition = command.picture_id.to_string();
        let content = (command.picture_id, command.shown_price);
        let ask = Ask::new(context, &partition, "StartCheckout", &content)?;
        if let Some((purchase_id, receipt)) = self.executor.answered(&ask).await? {
            return self.answer_again(purchase_id, receipt).await;
        }
        self.bring_up_to_date(context, command).await?;
        let conditions = Conditions {
            expires_at: self.clock.now() + self.checkout_ttl,
            fee_rate: self.fee_rate,
        };
        let (purchase_id, receipt) = self
            .executor
            .run(&ask, &|unit| {
                Box::pin(async move { start(&unit, context, command, conditions).await })
            })
            .await?;
        let opened = self.checkout.advance(&purchase_id).await?;
        match opened.stage {
            Stage::Granted => Err(CommandError::AlreadyOwned),
            _ => answer(purchase_id, opened, receipt),
        }
    }

    /// The page that was answered before, whatever has become of it; made now, if it could not be then.
    async fn answer_again(
        &self,
        purchase_id: PurchaseId,
        receipt: Receipt,
    ) -> Result<CheckoutStarted, CommandError> {
        let mut purchase: Purchase = self.executor.load(&purchase_id.to_string()).await?;
        if purchase.stage == Stage::Started {
            purchase = self.checkout.advance(&purchase_id).await?;
        }
        answer(purchase_id, purchase, receipt)
    }

    /// Looks at how the buyer's latest purchase of the picture stands, so that a page that has closed, or is
    /// paid, is not taken for open; and gives it up when it costs more than the buyer now agrees to.
    async fn bring_up_to_date(
        &self,
        context: &Context,
        command: StartCheckout,
    ) -> Result<(), CommandError> {
        let unit = self.executor.begin(&command.picture_id.to_string());
        let attempts = Attempts::new(&unit, &context.actor, command.picture_id);
        let Some((id, purchase)) = attempts.latest().await? else {
            return Ok(());
        };
        let Some(terms) = purchase.terms.filter(|_| is_under_way(purchase.stage)) else {
            return Ok(());
        };
        if terms.price.is_covered_by(command.shown_price) {
            self.checkout.advance(&id).await?;
        } else {
            let closure = Closure::CancelledByBuyer;
            self.checkout.close(&id, closure).await?;
        }
        Ok(())
    }

    /// Closes the checkout page; the purchase ends unless it was paid first.
    ///
    /// # Errors
    /// [`PurchaseError::AlreadyPaid`] when the payment came first.
    pub async fn cancel_checkout(
        &self,
        context: &Context,
        purchase_id: &PurchaseId,
    ) -> Result<Receipt, CommandError> {
        let id = purchase_id.to_string();
        let ask = Ask::new(context, &id, "CancelCheckout", purchase_id)?;
        if let Some(((), receipt)) = self.executor.answered(&ask).await? {
            return Ok(receipt);
        }
        let purchase: Purchase = self.executor.load(&id).await?;
        let terms = purchase.terms.as_ref().ok_or(PurchaseError::Unknown)?;
        if terms.buyer != context.actor {
            return Err(CommandError::NotParty);
        }
        let closure = Closure::CancelledByBuyer;
        let ended = self.checkout.close(purchase_id, closure).await?;
        match ended.stage {
            Stage::Granted => Err(PurchaseError::AlreadyPaid.into()),
            // The provider has agreed to a payment that is still on its way.
            stage if is_under_way(stage) => Err(PaymentError::Busy.into()),
            _ => self.executor.remember::<Purchase>(&ask, &id).await,
        }
    }

    /// Gives the money of a granted purchase back; the buyer's right to download ends at once.
    ///
    /// # Errors
    /// [`CommandError::NotParty`] unless the caller is the seller, or acts as an operator.
    pub async fn refund(
        &self,
        context: &Context,
        purchase_id: &PurchaseId,
        as_operator: bool,
    ) -> Result<Receipt, CommandError> {
        let id = purchase_id.to_string();
        let id = id.as_str();
        let ask = Ask::new(context, id, "RefundPurchase", purchase_id)?;
        let ((), receipt) = self
            .executor
            .run(&ask, &|unit| {
                Box::pin(async move {
                    let purchase: Purchase = unit.load(id).await?;
                    let terms = purchase.terms.ok_or(PurchaseError::Unknown)?;
                    if terms.seller != context.actor && !as_operator {
                        return Err(CommandError::NotParty);
                    }
                    unit.execute::<Purchase>(id, PurchaseCommand::RequestRefund)
                        .await?;
                    give_back(&unit, purchase_id, id).await?;
                    Ok(Reply::of::<Purchase>(&unit, id, ()))
                })
            })
            .await?;
        // The refund is recorded; that the provider is slow is not the caller's error.
        if let Err(error) = self.checkout.advance(purchase_id).await {
            tracing::warn!(%purchase_id, %error, "the refund is carried out by the sweeper");
        }
        Ok(receipt)
    }

    /// Whether a person has bought a picture and may still download it.
    ///
    /// # Errors
    /// [`CommandError::Log`].
    pub async fn has_bought(
        &self,
        buyer: &UserId,
        picture_id: PictureId,
    ) -> Result<bool, CommandError> {
        let unit = self.executor.begin(&picture_id.to_string());
        let latest = Attempts::new(&unit, buyer, picture_id).latest().await?;
        Ok(latest.is_some_and(|(_, purchase)| purchase.stage == Stage::Granted))
    }
}

fn is_under_way(stage: Stage) -> bool {
    matches!(stage, Stage::Started | Stage::Open)
}

/// The page of a purchase that has, or had, one.
fn answer(
    purchase_id: PurchaseId,
    purchase: Purchase,
    receipt: Receipt,
) -> Result<CheckoutStarted, CommandError> {
    let terms = purchase.terms.ok_or(PurchaseError::Unknown)?;
    match purchase.checkout_url {
        Some(checkout_url) => Ok(CheckoutStarted {
            purchase_id,
            checkout_url,
            price: terms.price,
            expires_at: terms.expires_at,
            receipt,
        }),
        None if purchase.stage == Stage::Started => Err(PaymentError::Busy.into()),
        // It has ended without ever having a page.
        None => Err(PurchaseError::Closed.into()),
    }
}

async fn start(
    unit: &Unit,
    context: &Context,
    command: StartCheckout,
    conditions: Conditions,
) -> Result<Reply<PurchaseId>, CommandError> {
    let buyer = &context.actor;
    let picture_id = command.picture_id.to_string();
    let picture: Picture = unit.load(&picture_id).await?;
    let listing = picture.listing().ok_or(PictureError::Unknown)?;
    if listing.owner == *buyer {
        return Err(PictureError::OwnPicture.into());
    }
    let attempts = Attempts::new(unit, buyer, command.picture_id);
    let latest = attempts.latest().await?;
    let latest_attempt = latest.as_ref().map_or(0, |(id, _)| id.attempt());
    match latest {
        Some((_, purchase)) if purchase.stage == Stage::Granted => {
            return Err(CommandError::AlreadyOwned);
        }
        Some((id, purchase)) if is_under_way(purchase.stage) => {
            return resume(unit, id, &purchase, command.shown_price);
        }
        _ => {}
    }
    let purchase_id = attempts.next(latest_attempt)?;
    let listing = picture.available()?;
    agreed(listing.price, command.shown_price)?;
    let reserve = PictureCommand::Reserve {
        purchase_id: purchase_id.clone(),
        buyer: buyer.clone(),
    };
    unit.execute::<Picture>(&picture_id, reserve).await?;
    let terms = freeze(listing, &purchase_id, conditions);
    let id = purchase_id.to_string();
    unit.execute::<Purchase>(&id, PurchaseCommand::Start(Box::new(terms)))
        .await?;
    Ok(Reply::of::<Purchase>(unit, &id, purchase_id))
}

/// Sends the buyer back to a purchase that is under way.
fn resume(
    unit: &Unit,
    id: PurchaseId,
    purchase: &Purchase,
    shown: Price,
) -> Result<Reply<PurchaseId>, CommandError> {
    let terms = purchase.terms.as_ref().ok_or(PurchaseError::Unknown)?;
    agreed(terms.price, shown)?;
    let version = unit.loaded_version::<Purchase>(&id.to_string());
    Ok(Reply { value: id, version })
}

fn agreed(price: Price, shown: Price) -> Result<(), CommandError> {
    if price.is_covered_by(shown) {
        Ok(())
    } else {
        Err(CommandError::PriceRisen { current: price })
    }
}

/// What the house adds to the terms.
#[derive(Clone, Copy)]
struct Conditions {
    expires_at: Timestamp,
    fee_rate: FeeRate,
}

fn freeze(listing: &Listing, purchase_id: &PurchaseId, conditions: Conditions) -> Terms {
    Terms {
        picture_id: purchase_id.picture(),
        buyer: purchase_id.buyer().clone(),
        seller: listing.owner.clone(),
        title: listing.details.title.clone(),
        price: listing.price,
        fee_rate: conditions.fee_rate,
        edition: listing.edition,
        licence: listing.licence,
        original: listing.original.digest,
        expires_at: conditions.expires_at,
    }
}

/// The attempts of one buyer at one picture: numbered from 1 without holes.
struct Attempts<'a> {
    unit: &'a Unit,
    picture_id: PictureId,
    buyer: &'a UserId,
}

impl<'a> Attempts<'a> {
    fn new(unit: &'a Unit, buyer: &'a UserId, picture_id: PictureId) -> Self {
        Self {
            unit,
            picture_id,
            buyer,
        }
    }

    fn id(&self, attempt: u32) -> PurchaseId {
        PurchaseId::new(self.picture_id, self.buyer.clone(), attempt)
    }

    async fn load(&self, attempt: u32) -> Result<Option<Purchase>, CommandError> {
        let purchase: Purchase = self.unit.load(&self.id(attempt).to_string()).await?;
        Ok((purchase.stage != Stage::Absent).then_some(purchase))
    }

    /// The last attempt that exists: doubles until one is absent, then halves the gap.
    async fn latest(&self) -> Result<Option<(PurchaseId, Purchase)>, CommandError> {
        let (mut present, mut absent) = (0, 1);
        let mut latest = None;
        while let Some(purchase) = self.load(absent).await? {
            (present, latest) = (absent, Some(purchase));
            absent *= 2;
        }
        while absent - present > 1 {
            let middle = present + (absent - present) / 2;
            match self.load(middle).await? {
                None => absent = middle,
                Some(purchase) => (present, latest) = (middle, Some(purchase)),
            }
        }
        Ok(latest.map(|purchase| (self.id(present), purchase)))
    }

    fn next(&self, latest: u32) -> Result<PurchaseId, CommandError> {
        if latest >= MAX_PURCHASE_ATTEMPTS {
            let limit = MAX_PURCHASE_ATTEMPTS;
            return Err(CommandError::TooManyAttempts { limit });
        }
        Ok(self.id(latest + 1))
    }
}
