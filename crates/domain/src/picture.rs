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
    event::PictureEvent,
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

    /// The owner's picture, if nobody is buying it and nobody has bought it.
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
                if listing.owner == upload.artist
                    && listing.original.digest == upload.original.digest =>
            {
                Ok(vec![])
            }
            Some(_) => Err(PictureError::AlreadyUploaded),
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
        if listing.owner == *buyer {
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
        match (listing.edition, &listing.reserved_for) {
            (Edition::Open, _) => Ok(vec![]),
            (Edition::Exclusive, Some(holder)) if *holder == purchase_id => {
                Ok(vec![PictureEvent::PictureSold { purchase_id, buyer }])
            }
            (Edition::Exclusive, _) if listing.sold_by.as_ref() == Some(&purchase_id) => Ok(vec![]),
            (Edition::Exclusive, _) => Err(PictureError::NotReserved),
        }
    }
}

impl Aggregate for Picture {
    const TYPE: &'static str = "picture";
    type Command = PictureCommand;
    type Event = PictureEvent;
    type Error = PictureError;

    fn decide(&self, command: PictureCommand) -> Result<Vec<PictureEvent>, PictureError> {
        match command {
            PictureCommand::Upload(upload) => self.upload(*upload),
            PictureCommand::Publish { actor } => {
                let listing = self.changeable_by(&actor)?;
                Ok(match listing.stage {
                    Stage::Published => vec![],
                    Stage::Unpublished | Stage::Withdrawn | Stage::Sold => {
                        vec![PictureEvent::PicturePublished]
                    }
                })
            }
            PictureCommand::Reprice { actor, price } => {
                let listing = self.changeable_by(&actor)?;
                if listing.price.money().currency != price.money().currency {
                    return Err(PictureError::CurrencyChange);
                }
                Ok(if listing.price == price {
                    vec![]
                } else {
                    vec![PictureEvent::PictureRepriced { price }]
                })
            }
            PictureCommand::ChangeDetails { actor, details } => {
                let listing = self.changeable_by(&actor)?;
                Ok(if listing.details == details {
                    vec![]
                } else {
                    vec![PictureEvent::PictureDetailsChanged { details }]
                })
            }
            PictureCommand::Withdraw { actor } => {
                let listing = self.changeable_by(&actor)?;
                match listing.stage {
                    Stage::Withdrawn => Ok(vec![]),
                    Stage::Published if listing.reserved_for.is_some() => {
                        Err(PictureError::Reserved)
                    }
                    Stage::Published => Ok(vec![PictureEvent::PictureWithdrawn]),
                    Stage::Unpublished | Stage::Sold => Err(PictureError::NotPublished),
                }
            }
            PictureCommand::Reserve { purchase_id, buyer } => self.reserve(purchase_id, &buyer),
            PictureCommand::Release { purchase_id } => {
                let held = self.uploaded()?.reserved_for.as_ref() == Some(&purchase_id);
                Ok(if held {
                    vec![PictureEvent::PictureReservationReleased { purchase_id }]
                } else {
                    vec![]
                })
            }
            PictureCommand::Sell { purchase_id, buyer } => self.sell(purchase_id, buyer),
            PictureCommand::Return { purchase_id, to } => {
                let sold = self.uploaded()?.sold_by.as_ref() == Some(&purchase_id);
                Ok(if sold {
                    vec![PictureEvent::PictureReturned { purchase_id, to }]
                } else {
                    vec![]
                })
            }
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
            PictureEvent::PicturePublished => listing.stage = Stage::Published,
            PictureEvent::PictureRepriced { price } => listing.price = *price,
            PictureEvent::PictureDetailsChanged { details } => listing.details = details.clone(),
            PictureEvent::PictureWithdrawn => listing.stage = Stage::Withdrawn,
            PictureEvent::PictureReserved { purchase_id } => {
                listing.reserved_for = Some(purchase_id.clone());
            }
            PictureEvent::PictureReservationReleased { .. } => listing.reserved_for = None,
            PictureEvent::PictureSold { purchase_id, buyer } => {
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
