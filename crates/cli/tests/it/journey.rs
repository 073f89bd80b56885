//! Two people, one real photograph, gRPC-web and HTTP only: from sign-up to the downloaded original.

mod bad_input;
mod emulator;
mod full_disk;
pub mod letters;
mod metadata;
mod notices;
mod payouts;
mod secrets;
mod shop_window;
mod status;
mod watching;
mod web_app;
mod wrong_bucket;

use picasso_api::proto::{
    queries::v1::{
        GetDownloadLinkRequest, GetDownloadLinkResponse, GetOrderRequest, GetOrderResponse,
        GetPictureRequest, GetPictureResponse, GetSalesSummaryRequest, GetSalesSummaryResponse,
        ListLibraryRequest, ListLibraryResponse, ListPicturesRequest, ListPicturesResponse, Order,
        OrderStatus, PictureOrder,
    },
    types::v1::{Edition, Position},
};

use picasso_testing::{S3Server, TestBucket};

use crate::support::{
    market::Market,
    person::{Person, after},
    photograph,
};

pub const FAST: [(&str, &str); 3] = [
    ("REACTORS__POLL_MS", "50"),
    ("REACTORS__FIRST_LOOK_S", "1"),
    ("REACTORS__LOOK_AGAIN_S", "1"),
];

/// Waits until an order is granted; answers from where on every read model tells so.
pub async fn granted(person: &Person, purchase_id: &str) -> Vec<Position> {
    let method = "picasso.queries.v1.OrderQueryService/GetOrder";
    let request = GetOrderRequest {
        purchase_id: purchase_id.to_owned(),
        min_position: vec![],
    };
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let answer: Result<GetOrderResponse, _> = person.client.call(method, &request).await;
        let order = answer.ok().and_then(|answer| answer.order);
        let stage = order.as_ref().map(Order::status);
        if stage == Some(OrderStatus::Granted) {
            let position = order.and_then(|order| order.position);
            return vec![position.expect("an order names its position")];
        }
        assert!(
            std::time::Instant::now() < patience,
            "the order stays {stage:?}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn two_people_trade_a_photograph_and_the_download_equals_the_upload() {
    trade(&Market::start_with(&FAST).await).await;
}

/// Uploads, previews and downloads go to the bucket and come from it, past our own server.
#[tokio::test]
async fn two_people_trade_a_photograph_that_is_kept_in_a_bucket() {
    let bucket = TestBucket::make(S3Server::shared()).await;
    bucket.open_derivatives().await;
    let cdn = format!("{}/derivatives", bucket.url());
    let mut settings = bucket.settings();
    settings.push(("BLOBS__PUBLIC_BASE_URL", cdn.as_str()));
    let market = Market::start_with(&[&FAST[..], &settings].concat()).await;
    trade(&market).await;
    assert!(!market.data().join("blobs").exists(), "no file is here");
    market.says(&["doctor"]);
    drop(market);
    bucket.remove().await;
}

async fn trade(market: &Market) {
    let ann = Person::join(market, "ann").await;
    let bob = Person::join(market, "bob").await;
    let original = photograph("phone-nokia.jpg");
    let published = ann.publish(&original, "Nokia street", Edition::Open).await;

    // Bob explores without having done anything himself: everybody's pictures, newest first.
    let list = ListPicturesRequest {
        order: PictureOrder::Newest.into(),
        min_position: published.position.clone(),
        ..Default::default()
    };
    let method = "picasso.queries.v1.GalleryQueryService/ListPictures";
    let listed: ListPicturesResponse = bob.client.get(method, &list).await;
    let picture = listed
        .pictures
        .first()
        .and_then(|viewed| viewed.picture.as_ref());
    let picture = picture.expect("ann's picture");
    assert_eq!(picture.picture_id, published.picture_id);
    let preview = picture.preview.as_ref().expect("a preview");
    let answer = bob
        .client
        .http()
        .get(&preview.url)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.headers()["content-type"], "image/jpeg");

    // He likes it and sees at once that he did.
    let liked = bob.like(&published.picture_id).await;
    let get = GetPictureRequest {
        picture_id: published.picture_id.clone(),
        min_position: after(liked.receipt.as_ref()),
    };
    let method = "picasso.queries.v1.GalleryQueryService/GetPicture";
    let seen: GetPictureResponse = bob.client.get(method, &get).await;
    let seen = seen.picture.expect("a picture");
    assert!(seen.liked);
    assert_eq!(seen.picture.expect("a picture").likes, 1);

    // Before he pays he gets no link; afterwards he gets the very bytes.
    let mut link = GetDownloadLinkRequest {
        picture_id: published.picture_id.clone(),
        min_position: vec![],
    };
    let method = "picasso.queries.v1.LibraryQueryService/GetDownloadLink";
    let refusal = bob.client.refused(method, &link).await;
    assert_eq!(refusal.reason, "NO_RIGHT_TO_DOWNLOAD");
    let checkout = bob.start_checkout(&published.picture_id, 1_500).await;
    bob.pay(&checkout.checkout_url).await;
    let told = granted(&bob, &checkout.purchase_id).await;
    link.min_position = told.clone();
    let link: GetDownloadLinkResponse = bob.client.get(method, &link).await;
    let answer = bob
        .client
        .http()
        .get(&link.url)
        .send()
        .await
        .expect("an answer");
    assert!(
        answer.status().is_success(),
        "download: {}",
        answer.status()
    );
    assert_eq!(answer.bytes().await.expect("the file"), original);

    // It stands in his library, and in her sales.
    let method = "picasso.queries.v1.LibraryQueryService/ListLibrary";
    let list = ListLibraryRequest {
        min_position: told.clone(),
        ..Default::default()
    };
    let library: ListLibraryResponse = bob.client.get(method, &list).await;
    assert_eq!(library.entries.len(), 1);
    let method = "picasso.queries.v1.SalesQueryService/GetSalesSummary";
    let sum = GetSalesSummaryRequest { min_position: told };
    let sales: GetSalesSummaryResponse = ann.client.get(method, &sum).await;
    let revenue = sales
        .figures
        .first()
        .and_then(|figures| figures.gross.clone());
    assert_eq!(revenue.expect("a revenue").amount_minor, 1_500);
}
