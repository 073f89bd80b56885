//! What bad input gets: a status with a stable reason, nothing stored, and a service that lives on.

use picasso_api::proto::{
    commands::v1::{
        FinishUploadRequest, LikePictureRequest, PublishPictureRequest, RegisterAccountRequest,
        RepricePictureRequest, StartCheckoutRequest, StartUploadRequest, UnlikePictureRequest,
        WithdrawPictureRequest, WithdrawPictureResponse,
    },
    queries::v1::{ListPicturesRequest, ListPicturesResponse, PictureOrder},
    types::v1::{Edition, Money},
};
use tonic::Code;
use uuid::Uuid;

use crate::support::{
    market::Market,
    person::{Person, eur, request_id},
    photograph,
};

const PICTURES: &str = "picasso.commands.v1.PictureCommandService";

fn total_events(market: &Market) -> usize {
    market.says(&["events", "export"]).lines().count()
}

fn register(handle: &str, display_name: &str) -> RegisterAccountRequest {
    RegisterAccountRequest {
        request_id: request_id(),
        handle: handle.to_owned(),
        display_name: display_name.to_owned(),
        bio: String::new(),
    }
}

#[tokio::test]
async fn bad_texts_prices_and_ids_are_refused_by_name_and_store_nothing() {
    let market = Market::start().await;
    let ann = Person::join(&market, "ann").await;
    let eve = Person::sign_up(&market, "eve").await;
    let before = total_events(&market);
    let accounts = "picasso.commands.v1.AccountCommandService/RegisterAccount";
    let long = "x".repeat(61);
    for (handle, name) in [
        ("", "Eve"),
        ("e", "Eve"),
        ("eve!", "Eve"),
        ("eve", ""),
        ("eve", long.as_str()),
        ("eve", "E\u{7}ve"),
    ] {
        let refusal = eve.client.refused(accounts, &register(handle, name)).await;
        assert_eq!(
            refusal.code,
            Code::InvalidArgument,
            "{handle:?} {name:?}: {refusal:?}"
        );
    }
    for request in ["", "7", "not-a-uuid"] {
        let mut bad = register("eve", "Eve");
        bad.request_id = request.to_owned();
        let refusal = eve.client.refused(accounts, &bad).await;
        assert_eq!(
            refusal.code,
            Code::InvalidArgument,
            "{request:?}: {refusal:?}"
        );
    }
    let unknown = Uuid::now_v7().to_string();
    for (amount, currency) in [
        (0, "EUR"),
        (-5, "EUR"),
        (100_000_000, "EUR"),
        (500, "XXX"),
        (500, "eur"),
        (i64::MIN, "EUR"),
    ] {
        let price = Some(Money {
            amount_minor: amount,
            currency: currency.to_owned(),
        });
        let reprice = RepricePictureRequest {
            request_id: request_id(),
            picture_id: unknown.clone(),
            price,
            etag: None,
        };
        let refusal = ann
            .client
            .refused(&format!("{PICTURES}/RepricePicture"), &reprice)
            .await;
        assert_eq!(
            refusal.code,
            Code::InvalidArgument,
            "{amount} {currency}: {refusal:?}"
        );
    }
    let publish = PublishPictureRequest {
        request_id: request_id(),
        picture_id: unknown,
        etag: None,
    };
    let refusal = ann
        .client
        .refused(&format!("{PICTURES}/PublishPicture"), &publish)
        .await;
    assert_eq!(refusal.code, Code::NotFound);
    let refusal = market
        .client()
        .refused(&format!("{PICTURES}/PublishPicture"), &publish)
        .await;
    assert_eq!(refusal.code, Code::Unauthenticated);
    for token in ["nonsense", "a.b.c", &format!("{}x", "e".repeat(9_000))] {
        let stranger = market.client().signed_in(token);
        let refusal = stranger
            .refused(&format!("{PICTURES}/PublishPicture"), &publish)
            .await;
        assert_eq!(refusal.code, Code::Unauthenticated, "{refusal:?}");
    }
    assert_eq!(total_events(&market), before, "nothing was stored");
}

#[tokio::test]
async fn a_request_id_means_one_request() {
    let market = Market::start().await;
    let ann = Person::join(&market, "ann").await;
    let bob = Person::join(&market, "bob").await;
    let file = photograph("orientation-landscape-1.jpg");
    let one = ann.publish(&file, "One", Edition::Open).await.picture_id;
    let like = LikePictureRequest {
        request_id: request_id(),
        picture_id: one,
    };
    let method = "picasso.commands.v1.ReactionCommandService/LikePicture";
    let first: picasso_api::proto::commands::v1::LikePictureResponse =
        bob.client.get(method, &like).await;
    let before = total_events(&market);
    let again: picasso_api::proto::commands::v1::LikePictureResponse =
        bob.client.get(method, &like).await;
    assert_eq!(first, again);
    // Something else about the same picture; another picture may be another log's business.
    let method = "picasso.commands.v1.ReactionCommandService/UnlikePicture";
    let reused = UnlikePictureRequest {
        request_id: like.request_id,
        picture_id: like.picture_id,
    };
    let refusal = bob.client.refused(method, &reused).await;
    assert_eq!(refusal.reason, "REQUEST_ID_REUSED");
    assert_eq!(total_events(&market), before);
}

#[tokio::test]
async fn pictures_are_bought_and_changed_only_by_whom_and_when_the_rules_say() {
    let market = Market::start().await;
    let ann = Person::join(&market, "ann").await;
    let bob = Person::join(&market, "bob").await;
    let cy = Person::join(&market, "cy_").await;
    let file = photograph("orientation-portrait-1.jpg");
    let picture = ann
        .publish(&file, "Only one", Edition::Exclusive)
        .await
        .picture_id;
    let publish = |id: &str| PublishPictureRequest {
        request_id: request_id(),
        picture_id: id.to_owned(),
        etag: None,
    };
    let checkout = |shown: i64| StartCheckoutRequest {
        request_id: request_id(),
        picture_id: picture.clone(),
        shown_price: eur(shown),
    };
    let like = || LikePictureRequest {
        request_id: request_id(),
        picture_id: picture.clone(),
    };
    let buy = "picasso.commands.v1.PurchaseCommandService/StartCheckout";
    let like_method = "picasso.commands.v1.ReactionCommandService/LikePicture";

    let refusal = bob
        .client
        .refused(&format!("{PICTURES}/PublishPicture"), &publish(&picture))
        .await;
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::PermissionDenied, "NOT_OWNER")
    );
    let refusal = ann.client.refused(buy, &checkout(1_500)).await;
    assert_eq!(refusal.reason, "OWN_PICTURE");
    let refusal = bob.client.refused(buy, &checkout(1_400)).await;
    assert_eq!(refusal.reason, "PRICE_RISEN");
    // A price that has fallen since is passed on.
    let started = bob.start_checkout(&picture, 9_900).await;
    assert_eq!(started.price, eur(1_500));
    let refusal = cy.client.refused(buy, &checkout(1_500)).await;
    assert_eq!(refusal.reason, "PICTURE_RESERVED");
    let refusal = cy.client.refused(like_method, &like()).await;
    assert_eq!(refusal.reason, "PICTURE_RESERVED");
    bob.pay(&started.checkout_url).await;
    super::granted(&bob, &started.purchase_id).await;
    let refusal = cy.client.refused(buy, &checkout(1_500)).await;
    assert_eq!(refusal.reason, "PICTURE_SOLD");

    let open = ann
        .publish(&file, "Withdrawn", Edition::Open)
        .await
        .picture_id;
    let withdraw = WithdrawPictureRequest {
        request_id: request_id(),
        picture_id: open.clone(),
        etag: None,
    };
    let _: WithdrawPictureResponse = ann
        .client
        .get(&format!("{PICTURES}/WithdrawPicture"), &withdraw)
        .await;
    let gone = StartCheckoutRequest {
        request_id: request_id(),
        picture_id: open,
        shown_price: eur(1_500),
    };
    assert_eq!(
        cy.client.refused(buy, &gone).await.reason,
        "PICTURE_WITHDRAWN"
    );
}

#[tokio::test]
async fn files_that_are_no_pictures_are_refused_and_leave_nothing() {
    let market = Market::start().await;
    let ann = Person::join(&market, "ann").await;
    let before = total_events(&market);
    let good = photograph("orientation-landscape-1.jpg");
    let half = good[..good.len() / 2].to_vec();
    let files: [(&str, Vec<u8>, &str); 5] = [
        (
            "a text",
            b"hello, I am a picture.jpg".to_vec(),
            "UNSUPPORTED_FORMAT",
        ),
        (
            "a TIFF",
            photograph("tiff-dudley.tiff"),
            "UNSUPPORTED_FORMAT",
        ),
        (
            "a HEIF",
            photograph("heif-sample.heif"),
            "UNSUPPORTED_FORMAT",
        ),
        ("half a JPEG", half, "DAMAGED_PICTURE"),
        (
            "a PNG of 65,000 pixels",
            png_header(65_000, 65_000),
            "PICTURE_SIDE_TOO_LONG",
        ),
    ];
    for (what, file, reason) in files {
        let started = ann.put(&file).await;
        let finish = Person::finish(&started.upload_token, what, eur(500), Edition::Open);
        let refusal = ann
            .client
            .refused(&format!("{PICTURES}/FinishUpload"), &finish)
            .await;
        assert_eq!(refusal.reason, reason, "{what}: {refusal:?}");
    }
    // Another file than announced, a longer one, and none at all.
    let started = ann.start_upload(&good).await;
    let mut other = good.clone();
    other[1_000] ^= 1;
    let put = |body: Vec<u8>| ann.client.http().put(&started.upload_url).body(body).send();
    assert!(
        put(other)
            .await
            .expect("an answer")
            .status()
            .is_client_error()
    );
    assert!(
        put([good.clone(), vec![0]].concat())
            .await
            .is_ok_and(|answer| answer.status().is_client_error())
    );
    let finish = Person::finish(&started.upload_token, "Nothing", eur(500), Edition::Open);
    let refusal = ann
        .client
        .refused(&format!("{PICTURES}/FinishUpload"), &finish)
        .await;
    assert_eq!(refusal.reason, "UPLOAD_NOT_RECEIVED");
    let forged = FinishUploadRequest {
        upload_token: altered(&started.upload_token),
        ..finish
    };
    let refusal = ann
        .client
        .refused(&format!("{PICTURES}/FinishUpload"), &forged)
        .await;
    assert_eq!(refusal.reason, "LINK_FORGED");
    let huge = StartUploadRequest {
        request_id: request_id(),
        size_bytes: 1 << 40,
        sha256: "0".repeat(64),
    };
    let refusal = ann
        .client
        .refused(&format!("{PICTURES}/StartUpload"), &huge)
        .await;
    assert_eq!(refusal.code, Code::InvalidArgument, "{refusal:?}");
    assert_eq!(total_events(&market), before, "nothing was recorded");
    let originals = market.data().join("blobs/originals");
    assert!(files_below(&originals).is_empty(), "nothing was kept");
    // And the service lives on.
    ann.publish(&good, "Fine", Edition::Open).await;
}

#[tokio::test]
async fn a_page_token_of_another_query_or_altered_by_a_byte_is_refused() {
    let market = Market::start().await;
    let ann = Person::join(&market, "ann").await;
    let file = photograph("orientation-landscape-1.jpg");
    let mut last = vec![];
    for title in ["One", "Two", "Three"] {
        last = ann.publish(&file, title, Edition::Open).await.position;
    }
    let newest = PictureOrder::Newest;
    let page = |order: PictureOrder, token: &str| ListPicturesRequest {
        order: order.into(),
        page_size: 2,
        page_token: token.to_owned(),
        min_position: last.clone(),
        ..Default::default()
    };
    let method = "picasso.queries.v1.GalleryQueryService/ListPictures";
    let first: ListPicturesResponse = ann.client.get(method, &page(newest, "")).await;
    assert_eq!(first.pictures.len(), 2);
    let second: ListPicturesResponse = ann
        .client
        .get(method, &page(newest, &first.next_page_token))
        .await;
    assert_eq!(
        (second.pictures.len(), second.next_page_token.as_str()),
        (1, "")
    );
    let popular = PictureOrder::Popular;
    let wrong = [
        page(popular, &first.next_page_token),
        page(newest, &altered(&first.next_page_token)),
    ];
    for request in wrong {
        let refusal = ann.client.refused(method, &request).await;
        assert_eq!(
            (refusal.code, refusal.reason.as_str()),
            (Code::InvalidArgument, "INVALID_PAGE_TOKEN")
        );
    }
}

/// The same text with one character in its middle replaced by another of the same alphabet.
fn altered(token: &str) -> String {
    let mut bytes = token.as_bytes().to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] = if bytes[middle] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).expect("ASCII")
}

/// A PNG that announces so many pixels and holds none.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    let crc = crc32(&chunk);
    file.extend(chunk);
    file.extend(crc.to_be_bytes());
    file
}

/// CRC-32 as PNG wants it (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return vec![];
    };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
