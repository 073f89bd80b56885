//! What people do at a market stall: register, upload, buy, press buttons on the checkout page.

use std::{io::Cursor, sync::LazyLock};

use bytes::Bytes;
use futures::{StreamExt, stream};
use image::{ImageFormat, Rgb, RgbImage};
use picasso_commands::{
    CheckoutStarted, CommandError, Context, FinishUpload, RegisterAccount, StartCheckout,
    StartUpload, UploadTicket, ports::ByteStream,
};
use picasso_domain::{
    Picture, Purchase,
    account::Profile,
    picture::{Details, Edition, Licence, Listing},
    values::{Digest, DisplayName, Handle, Personal, PictureId, Price, PurchaseId, Title, UserId},
};
use reqwest::StatusCode;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::fixture::Market;

/// A small photograph.
pub static FILE: LazyLock<Bytes> = LazyLock::new(|| photograph(0));

/// Another for each number.
pub fn photograph(number: u8) -> Bytes {
    let pixels = RgbImage::from_fn(48, 32, |x, y| Rgb([x as u8 * 5, y as u8 * 7, number]));
    let mut file = Cursor::new(Vec::new());
    let written = pixels.write_to(&mut file, ImageFormat::Jpeg);
    written.expect("a picture in memory is written");
    file.into_inner().into()
}

pub fn eur(amount_minor: i64) -> Price {
    Price::parse(amount_minor, "EUR").expect("a price")
}

pub fn user(name: &str) -> UserId {
    UserId::parse(name).expect("a user id")
}

/// A new request of a person.
pub fn by(person: &UserId) -> Context {
    Context::new(person.clone(), Uuid::now_v7())
}

pub fn handle(name: &str) -> Handle {
    Handle::parse(name).expect("a handle")
}

pub fn profile(name: &str) -> Profile {
    Profile {
        display_name: Personal(DisplayName::parse(name).expect("a name")),
        ..Profile::default()
    }
}

pub fn registration(name: &str) -> RegisterAccount {
    RegisterAccount {
        handle: handle(name),
        profile: profile(name),
        email: Some(format!("{name}@example.org")),
    }
}

pub fn details(title: &str) -> Details {
    Details {
        title: Title::parse(title).expect("a title"),
        ..Details::default()
    }
}

pub fn digest_of(file: &[u8]) -> Digest {
    Digest::new(Sha256::digest(file).into())
}

pub fn announce(file: &[u8]) -> StartUpload {
    StartUpload {
        size_bytes: file.len() as u64,
        digest: digest_of(file),
    }
}

pub fn finish(upload_token: &str, edition: Edition) -> FinishUpload {
    FinishUpload {
        upload_token: upload_token.to_owned(),
        details: details("Harbour"),
        price: eur(1_200),
        edition,
        licence: Licence::Personal,
    }
}

pub fn body(file: &Bytes) -> ByteStream {
    stream::iter([Ok(file.clone())]).boxed()
}

pub fn at(picture_id: PictureId, shown_price: Price) -> StartCheckout {
    StartCheckout {
        picture_id,
        shown_price,
    }
}

impl Market {
    pub async fn person(&self, name: &str) -> UserId {
        let person = user(name);
        let registered = self
            .accounts
            .register(&by(&person), registration(name))
            .await;
        registered.expect("registers");
        person
    }

    pub async fn send(&self, owner: &UserId, file: &Bytes) -> UploadTicket {
        let started = self.pictures.start_upload(&by(owner), announce(file)).await;
        let ticket = started.expect("an upload starts");
        self.put(&ticket, file).await;
        ticket
    }

    pub async fn put(&self, ticket: &UploadTicket, file: &Bytes) {
        let now = picasso_domain::Timestamp::MIN;
        let grant = self.links.open_upload(&ticket.upload_token, now);
        let grant = grant.expect("a grant");
        let received = self.blobs.receive(&grant, body(file)).await;
        received.expect("the file is taken");
    }

    pub async fn draft(&self, owner: &UserId, edition: Edition) -> PictureId {
        let ticket = self.send(owner, &FILE).await;
        let finish = finish(&ticket.upload_token, edition);
        let finished = self.pictures.finish_upload(&by(owner), finish).await;
        finished.expect("an upload is finished").0
    }

    /// A published picture of 12.00 EUR.
    pub async fn picture(&self, owner: &UserId, edition: Edition) -> PictureId {
        let picture_id = self.draft(owner, edition).await;
        let published = self.pictures.publish(&by(owner), picture_id).await;
        published.expect("publishes");
        picture_id
    }

    pub async fn listing(&self, picture_id: PictureId) -> Listing {
        let picture: Picture = self.load(&picture_id.to_string()).await;
        picture.listing().expect("it is uploaded").clone()
    }

    pub async fn purchase(&self, id: &PurchaseId) -> Purchase {
        self.load(&id.to_string()).await
    }

    /// Starts a checkout at the price of every picture here.
    pub async fn try_to_buy(
        &self,
        buyer: &UserId,
        picture_id: PictureId,
    ) -> Result<CheckoutStarted, CommandError> {
        let command = at(picture_id, eur(1_200));
        self.purchases.start_checkout(&by(buyer), command).await
    }

    pub async fn buy(&self, buyer: &UserId, picture_id: PictureId) -> CheckoutStarted {
        let started = self.try_to_buy(buyer, picture_id).await;
        started.expect("a checkout starts")
    }

    /// Presses a button of the checkout page; `None` when the connection broke.
    pub async fn press(&self, page: &CheckoutStarted, button: &str) -> Option<StatusCode> {
        let url = format!("{}/{button}", page.checkout_url);
        let answer = self.http.post(url).send().await;
        answer.ok().map(|answer| answer.status())
    }

    /// Pays and waits until everything has followed from it.
    pub async fn pay(&self, page: &CheckoutStarted) {
        assert_eq!(self.press(page, "pay").await, Some(StatusCode::SEE_OTHER));
        self.settle().await;
    }
}
