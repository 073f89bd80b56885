//! The letters people get: what they say, and to whom nothing is sent.
//!
//! Keeps true: a letter tells its reader nothing personal of anybody else; what people wrote is escaped in HTML; each
//! letter that can be ended says how.

mod frame;
#[cfg(test)]
mod tests;

use picasso_domain::{
    account::Topic,
    picture::{Edition, Licence},
    purchase::Terms,
    values::{Title, UserId},
};
use serde::{Deserialize, Serialize};

use self::frame::Content;
pub use self::frame::Written;

/// A letter to be written: kept on the agenda until it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    pub to: UserId,
    pub occasion: Occasion,
}

/// Why somebody is written to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// To the buyer, who may download from now on.
    Receipt(Box<Terms>),
    /// To the seller.
    Sale(Box<Terms>),
    /// To the buyer, whose payment goes back.
    Refund(Box<Terms>),
    /// To the buyer, whose bank has taken the payment back.
    Chargeback(Box<Terms>),
    /// To whoever owns the pictures, for some hours at once.
    Likes(Vec<LikedPicture>),
}

/// How many people have come to like a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikedPicture {
    pub title: Title,
    pub people: u64,
}

impl Occasion {
    /// What the letter is, in one stable word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Receipt(_) => "receipt",
            Self::Sale(_) => "sale",
            Self::Refund(_) => "refund",
            Self::Chargeback(_) => "chargeback",
            Self::Likes(_) => "likes",
        }
    }

    /// What a person can choose not to be written about; receipts and refunds always come.
    #[must_use]
    pub fn topic(&self) -> Option<Topic> {
        match self {
            Self::Receipt(_) | Self::Refund(_) | Self::Chargeback(_) => None,
            Self::Sale(_) => Some(Topic::Sales),
            Self::Likes(_) => Some(Topic::Likes),
        }
    }

    /// Writes the letter. `home` is how people reach the marketplace, `opt_out_url` where such letters are ended.
    #[must_use]
    pub fn write(&self, home: &str, opt_out_url: Option<&str>) -> Written {
        let content = match self {
            Self::Receipt(terms) => receipt(terms, home),
            Self::Sale(terms) => sale(terms, home),
            Self::Refund(terms) => refund(terms, home),
            Self::Chargeback(terms) => chargeback(terms, home),
            Self::Likes(pictures) => likes(pictures, home),
        };
        content.write(opt_out_url)
    }
}

fn receipt(terms: &Terms, home: &str) -> Content {
    let (title, price) = (terms.title.as_str(), terms.price);
    let licence = match terms.licence {
        Licence::Personal => "for personal use",
        Licence::Commercial => "for commercial use",
    };
    let edition = match terms.edition {
        Edition::Open => "Others may buy it, too.",
        Edition::Exclusive => "It is yours alone from now on.",
    };
    Content {
        subject: format!("Your picture: {title}"),
        heading: "Thank you for your purchase".to_owned(),
        paragraphs: vec![
            format!("You bought “{title}” for {price}, {licence}. {edition}"),
            "The original is in your library, to be downloaded whenever you like.".to_owned(),
        ],
        link: ("Go to your library", home.to_owned()),
    }
}

fn sale(terms: &Terms, home: &str) -> Content {
    let (title, price) = (terms.title.as_str(), terms.price);
    Content {
        subject: format!("Sold: {title}"),
        heading: "You sold a picture".to_owned(),
        paragraphs: vec![format!("“{title}” was bought for {price}.")],
        link: ("See your sales", home.to_owned()),
    }
}

fn refund(terms: &Terms, home: &str) -> Content {
    let (title, price) = (terms.title.as_str(), terms.price);
    Content {
        subject: format!("Refunded: {title}"),
        heading: "Your payment goes back".to_owned(),
        paragraphs: vec![
            format!("Your payment of {price} for “{title}” goes back to you."),
            "It can take some days to arrive. The picture is no longer in your library.".to_owned(),
        ],
        link: ("See your orders", home.to_owned()),
    }
}

fn chargeback(terms: &Terms, home: &str) -> Content {
    let (title, price) = (terms.title.as_str(), terms.price);
    Content {
        subject: format!("Taken back by your bank: {title}"),
        heading: "Your bank has taken your payment back".to_owned(),
        paragraphs: vec![
            format!(
                "Your bank took back your payment of {price} for “{title}”; when you see it there is up to your bank."
            ),
            "The picture is no longer in your library.".to_owned(),
        ],
        link: ("See your orders", home.to_owned()),
    }
}

fn likes(pictures: &[LikedPicture], home: &str) -> Content {
    let line = |picture: &LikedPicture| {
        let (title, people) = (picture.title.as_str(), people(picture.people));
        format!("{people} “{title}”.")
    };
    let subject = match pictures {
        [picture] => format!("{} {}", people(picture.people), picture.title.as_str()),
        _ => format!("People like {} of your pictures", pictures.len()),
    };
    Content {
        subject,
        heading: "People like your pictures".to_owned(),
        paragraphs: pictures.iter().map(line).collect(),
        link: ("See your pictures", home.to_owned()),
    }
}

fn people(count: u64) -> String {
    match count {
        1 => "1 person likes".to_owned(),
        more => format!("{more} people like"),
    }
}
