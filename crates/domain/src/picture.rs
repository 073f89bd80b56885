//! A picture for sale: uploaded, published, withdrawn, and, as an exclusive edition, reserved and sold once.
//!
//! Keeps true: only its owner changes it; an exclusive picture has at most one reservation and one buyer.

mod command;
mod error;
mod event;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::{
    command::{Details, Edition, Licence, PictureCommand, Upload},
    error::PictureError,
    event::{Listed, PictureEvent},
};
use crate::{
    Aggregate,
    values::{Original, Price, PurchaseId, UserId},
};

/// Where a picture stands between upload and sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Unpublished,
    Published,
    Withdrawn,
    Sold,
}

/// What is known of a picture once it has been uploaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// Who uploaded it.
    pub artist: UserId,
    /// The artist, or whoever has bought it exclusively.
    pub owner: UserId,
    pub original: Original,
    pub details: Details,
    pub price: Price,
    pub edition: Edition,
    pub licence: Licence,
    pub stage: Stage,
    pub reserved_for: Option<PurchaseId>,
    pub sold_by: Option<PurchaseId>,
}

impl Listing {
    fn listed(&self) -> Listed {
        Listed {
            artist: self.artist.clone(),
            tags: self.details.tags.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Picture {
    listing: Option<Listing>,
}

impl Picture {
    #[must_use]
    pub fn listing(&self) -> Option<&Listing> {
        self.listing.as_ref()
    }

    /// Whether anyone may buy or like it now.
    ///
    /// # Errors
    /// The reason why not.
    pub fn available(&self) -> Result<&Listing, PictureError> {
        let listing = self.uploaded()?;
        match listing.stage {
            Stage::Unpublished => Err(PictureError::NotPublished),
            Stage::Withdrawn => Err(PictureError::Withdrawn),
            Stage::Sold => Err(PictureError::Sold),
            Stage::Published if listing.reserved_for.is_some() => Err(PictureError::Reserved),
            Stage::Published => Ok(listing),
        }
    }

    fn uploaded(&self) -> Result<&Listing, PictureError> {
        self.listing.as_ref().ok_or(PictureError::Unknown)
    }

    fn owned_by(&self, actor: &UserId) -> Result<&Listing, PictureError> {
        let listing = self.uploaded()?;
        if listing.owner == *actor {
            Ok(listing)
        } else {
            Err(PictureError::NotOwner)
        }
    }

    /// The owner's picture, as long as nobody has bought it; a purchase under way keeps its own frozen terms.
    fn changeable_by(&self, actor: &UserId) -> Result<&Listing, PictureError> {
        let listing = self.owned_by(actor)?;
        match listing.stage {
            Stage::Sold => Err(PictureError::Sold),
            Stage::Unpublished | Stage::Published | Stage::Withdrawn => Ok(listing),
        }
    }

    fn upload(&self, upload: Upload) -> Result<Vec<PictureEvent>, PictureError> {
        match &self.listing {
            None => Ok(vec![PictureEvent::PictureUploaded(Box::new(upload))]),
            Some(listing)
                if listing.artist == upload.artist
                    && listing.original.digest == upload.original.digest =>
            {
                Ok(vec![])
            }
            Some(_) => Err(PictureError::AlreadyUploaded),
        }
    }

    fn publish(&self, actor: &UserId) -> Result<Vec<PictureEvent>, PictureError> {
        let listing = self.owned_by(actor)?;
        match listing.stage {
            Stage::Unpublished | Stage::Withdrawn => {
                Ok(vec![PictureEvent::PicturePublished(listing.listed())])
            }
            Stage::Published => Ok(vec![]),
            Stage::Sold => Err(PictureError::Sold),
        }
    }

    fn reprice(&self, actor: &UserId, price: Price) -> Result<Vec<PictureEvent>, PictureError> {
        let listing = self.changeable_by(actor)?;
        if listing.price.money().currency != price.money().currency {
            return Err(PictureError::CurrencyChange);
        }
        let news = listing.price != price;
        Ok(only_if(news, PictureEvent::PictureRepriced { price }))
    }

    fn change_details(
        &self,
        actor: &UserId,
        details: Details,
    ) -> Result<Vec<PictureEvent>, PictureError> {
        let listing = self.changeable_by(actor)?;
        let news = listing.details != details;
        let is_listed = listing.stage == Stage::Published;
        let changed = PictureEvent::PictureDetailsChanged {
            details,
            listed_under: is_listed.then(|| listing.details.tags.clone()),
        };
        Ok(only_if(news, changed))
    }

    fn withdraw(&self, actor: &UserId) -> Result<Vec<PictureEvent>, PictureError> {
        let listing = self.owned_by(actor)?;
        match listing.stage {
            // A draft is visible to nobody, so there is nothing to withdraw it from.
            Stage::Unpublished => Err(PictureError::NotPublished),
            Stage::Published if listing.reserved_for.is_some() => Err(PictureError::Reserved),
            Stage::Published => Ok(vec![PictureEvent::PictureWithdrawn(listing.listed())]),
            Stage::Withdrawn => Ok(vec![]),
            Stage::Sold => Err(PictureError::Sold),
        }
    }

    fn reserve(
        &self,
        purchase_id: PurchaseId,
        buyer: &UserId,
    ) -> Result<Vec<PictureEvent>, PictureError> {
        let listing = self.uploaded()?;
        if listing.reserved_for.as_ref() == Some(&purchase_id) {
            return Ok(vec![]);
        }
        let listing = self.available()?;
        if [buyer, purchase_id.buyer()].contains(&&listing.owner) {
            return Err(PictureError::OwnPicture);
        }
        match listing.edition {
            Edition::Open => Ok(vec![]),
            Edition::Exclusive => Ok(vec![PictureEvent::PictureReserved { purchase_id }]),
        }
    }

    fn sell(
        &self,
        purchase_id: PurchaseId,
        buyer: UserId,
    ) -> Result<Vec<PictureEvent>, PictureError> {
        let listing = self.uploaded()?;
        if listing.edition == Edition::Open || listing.sold_by.as_ref() == Some(&purchase_id) {
            return Ok(vec![]);
        }
        let is_holder = listing.reserved_for.as_ref() == Some(&purchase_id);
        if is_holder && *purchase_id.buyer() == buyer {
            Ok(vec![PictureEvent::PictureSold {
                purchase_id,
                buyer,
                listed: listing.listed(),
            }])
        } else {
            Err(PictureError::NotReserved)
        }
    }

    fn release(&self, purchase_id: PurchaseId) -> Result<Vec<PictureEvent>, PictureError> {
        let is_holder = self.uploaded()?.reserved_for.as_ref() == Some(&purchase_id);
        let released = PictureEvent::PictureReservationReleased { purchase_id };
        Ok(only_if(is_holder, released))
    }

    /// A buyer cannot sell on, so whoever uploaded the picture is the one it was bought from.
    fn give_back(
        &self,
        purchase_id: PurchaseId,
        to: UserId,
    ) -> Result<Vec<PictureEvent>, PictureError> {
        let listing = self.uploaded()?;
        if listing.sold_by.as_ref() != Some(&purchase_id) {
            return Ok(vec![]);
        }
        if listing.artist != to {
            return Err(PictureError::NotOwner);
        }
        Ok(vec![PictureEvent::PictureReturned { purchase_id, to }])
    }
}

/// Nothing new is no event: that is what makes deciding twice quiet.
fn only_if(news: bool, event: PictureEvent) -> Vec<PictureEvent> {
    if news { vec![event] } else { vec![] }
}

impl Aggregate for Picture {
    const TYPE: &'static str = "picture";
    type Command = PictureCommand;
    type Event = PictureEvent;
    type Error = PictureError;

    fn decide(&self, command: PictureCommand) -> Result<Vec<PictureEvent>, PictureError> {
        match command {
            PictureCommand::Upload(upload) => self.upload(*upload),
            PictureCommand::Publish { actor } => self.publish(&actor),
            PictureCommand::Reprice { actor, price } => self.reprice(&actor, price),
            PictureCommand::ChangeDetails { actor, details } => {
                self.change_details(&actor, details)
            }
            PictureCommand::Withdraw { actor } => self.withdraw(&actor),
            PictureCommand::Reserve { purchase_id, buyer } => self.reserve(purchase_id, &buyer),
            PictureCommand::Release { purchase_id } => self.release(purchase_id),
            PictureCommand::Sell { purchase_id, buyer } => self.sell(purchase_id, buyer),
            PictureCommand::Return { purchase_id, to } => self.give_back(purchase_id, to),
        }
    }

    fn evolve(&mut self, event: &PictureEvent) {
        if let PictureEvent::PictureUploaded(upload) = event {
            self.listing = Some(Listing::from(upload.as_ref()));
        }
        let Some(listing) = &mut self.listing else {
            return;
        };
        match event {
            PictureEvent::PictureUploaded(_) => {}
            PictureEvent::PicturePublished(_) => listing.stage = Stage::Published,
            PictureEvent::PictureRepriced { price } => listing.price = *price,
            PictureEvent::PictureDetailsChanged { details, .. } => {
                listing.details = details.clone();
            }
            PictureEvent::PictureWithdrawn(_) => listing.stage = Stage::Withdrawn,
            PictureEvent::PictureReserved { purchase_id } => {
                listing.reserved_for = Some(purchase_id.clone());
            }
            PictureEvent::PictureReservationReleased { .. } => listing.reserved_for = None,
            PictureEvent::PictureSold {
                purchase_id, buyer, ..
            } => {
                listing.stage = Stage::Sold;
                listing.owner = buyer.clone();
                listing.reserved_for = None;
                listing.sold_by = Some(purchase_id.clone());
            }
            PictureEvent::PictureReturned { to, .. } => {
                listing.stage = Stage::Withdrawn;
                listing.owner = to.clone();
                listing.sold_by = None;
            }
        }
    }
}

impl From<&Upload> for Listing {
    fn from(upload: &Upload) -> Self {
        Self {
            artist: upload.artist.clone(),
            owner: upload.artist.clone(),
            original: upload.original,
            details: upload.details.clone(),
            price: upload.price,
            edition: upload.edition,
            licence: upload.licence,
            stage: Stage::Unpublished,
            reserved_for: None,
            sold_by: None,
        }
    }
}
