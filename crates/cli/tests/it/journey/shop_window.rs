//! What pages show beside the pictures themselves: a picture's provenance, a seller's days, and the letters somebody
//! has chosen.

use picasso_api::proto::{
    commands::v1::{ChooseNotificationsRequest, ChooseNotificationsResponse},
    queries::v1::{
        GetMyAccountRequest, GetMyAccountResponse, GetProvenanceRequest, GetProvenanceResponse,
        GetSalesByDayRequest, GetSalesByDayResponse, Notifications, ProvenanceKind,
        SuggestWordsRequest, SuggestWordsResponse,
    },
    types::v1::Edition,
};

use super::{FAST, granted};
use crate::support::{
    market::Market,
    person::{Person, after, eur, request_id},
    photograph,
};

#[tokio::test]
async fn everybody_sees_where_an_exclusive_picture_has_been() {
    let market = Market::start_with(&FAST).await;
    let ann = Person::join(&market, "ann").await;
    let bob = Person::join(&market, "bob").await;
    let photo = photograph("phone-nokia.jpg");
    let draft = ann.put(&photo).await;
    let finish = Person::finish(
        &draft.upload_token,
        "Street",
        eur(1_500),
        Edition::Exclusive,
    );
    let method = "picasso.commands.v1.PictureCommandService/FinishUpload";
    let _: picasso_api::proto::commands::v1::FinishUploadResponse =
        ann.client.get(method, &finish).await;
    let provenance = "picasso.queries.v1.GalleryQueryService/GetProvenance";
    let mut request = GetProvenanceRequest {
        picture_id: draft.picture_id,
        min_position: vec![],
    };
    let refusal = bob.client.refused(provenance, &request).await;
    assert_eq!(
        refusal.reason, "PICTURE_NOT_FOUND",
        "a draft is its artist's"
    );

    let published = ann.finish_and_publish(&finish).await;
    let checkout = bob.start_checkout(&published.picture_id, 1_500).await;
    bob.pay(&checkout.checkout_url).await;
    request.min_position = granted(&bob, &checkout.purchase_id).await;
    let seen: GetProvenanceResponse = market.client().get(provenance, &request).await;
    let moments = seen.moments.iter().map(|moment| {
        let person = moment.person.as_ref().map_or("", |person| &person.handle);
        (moment.kind(), person.to_owned())
    });
    let expected = [
        (ProvenanceKind::Uploaded, "ann".to_owned()),
        (ProvenanceKind::Published, String::new()),
        (ProvenanceKind::Sold, "bob".to_owned()),
    ];
    assert_eq!(moments.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_person_is_shown_what_they_chose_to_be_written_about() {
    let market = Market::start().await;
    let ann = Person::join(&market, "ann").await;
    let chosen = async |min_position| {
        let method = "picasso.queries.v1.AccountQueryService/GetMyAccount";
        let request = GetMyAccountRequest { min_position };
        let answer: GetMyAccountResponse = ann.client.get(method, &request).await;
        answer.notifications.expect("a choice")
    };
    let choose = ChooseNotificationsRequest {
        request_id: request_id(),
        sales: true,
        likes: false,
    };
    let method = "picasso.commands.v1.AccountCommandService/ChooseNotifications";
    let answer: ChooseNotificationsResponse = ann.client.get(method, &choose).await;
    let expected = Notifications {
        sales: true,
        likes: false,
    };
    assert_eq!(chosen(after(answer.receipt.as_ref())).await, expected);
}

#[tokio::test]
async fn a_seller_sees_every_day_and_what_sold_best() {
    let market = Market::start_with(&FAST).await;
    let ann = Person::join(&market, "ann").await;
    let bob = Person::join(&market, "bob").await;
    let photo = photograph("phone-nokia.jpg");
    let published = ann.publish(&photo, "Street", Edition::Open).await;
    let checkout = bob.start_checkout(&published.picture_id, 1_500).await;
    bob.pay(&checkout.checkout_url).await;
    let told = granted(&bob, &checkout.purchase_id).await;

    let method = "picasso.queries.v1.SalesQueryService/GetSalesByDay";
    let mut request = GetSalesByDayRequest {
        days: 7,
        min_position: told,
    };
    let seen: GetSalesByDayResponse = ann.client.get(method, &request).await;
    let [euros] = seen.currencies.as_slice() else {
        panic!("one currency, not {:?}", seen.currencies);
    };
    assert_eq!((euros.currency.as_str(), euros.days.len()), ("EUR", 7));
    assert_eq!(euros.days[0].day, seen.since);
    assert_eq!(euros.days[6].day, seen.until);
    assert!(euros.days.is_sorted_by_key(|day| day.day.clone()));
    let sold: Vec<_> = euros.days.iter().filter(|day| day.sales > 0).collect();
    let [day] = sold.as_slice() else {
        panic!("one day, not {sold:?}");
    };
    assert_eq!(
        (day.sales, day.gross.clone(), day.fees.clone()),
        (1, eur(1_500), eur(150))
    );
    let [best] = seen.best_sellers.as_slice() else {
        panic!("one picture, not {:?}", seen.best_sellers);
    };
    assert_eq!((best.sales, &best.picture_id), (1, &published.picture_id));
    assert_eq!(best.picture.as_ref().expect("the picture").title, "Street");
    let others: GetSalesByDayResponse = bob.client.get(method, &request).await;
    assert!(others.currencies.is_empty() && others.best_sellers.is_empty());

    for days in [-1, 1, 6, 91] {
        request.days = days;
        let refusal = ann.client.refused(method, &request).await;
        assert_eq!(refusal.reason, "INVALID_VALUE", "{days}");
    }
}

#[tokio::test]
async fn who_writes_is_told_what_begins_like_it() {
    let market = Market::start().await;
    let ann = Person::join(&market, "ann").await;
    let photo = photograph("phone-nokia.jpg");
    let published = ann.publish(&photo, "Street", Edition::Open).await;
    let method = "picasso.queries.v1.GalleryQueryService/SuggestWords";
    let ask = |prefix: &str| SuggestWordsRequest {
        prefix: prefix.to_owned(),
        min_position: published.position.clone(),
    };
    let seen: SuggestWordsResponse = market.client().get(method, &ask("STR")).await;
    let tags: Vec<_> = seen
        .tags
        .iter()
        .map(|it| (it.tag.as_str(), it.pictures))
        .collect();
    assert_eq!(tags, [("street", 1)]);
    // Who she is may stand in another log, which the position does not speak of.
    let began = std::time::Instant::now();
    loop {
        let seen: SuggestWordsResponse = market.client().get(method, &ask("An")).await;
        let handles: Vec<_> = seen
            .artists
            .iter()
            .map(|it| (it.person.clone().expect("a person").handle, it.pictures))
            .collect();
        if handles == [("ann".to_owned(), 1)] {
            break;
        }
        assert!(began.elapsed().as_secs() < 30, "suggested: {handles:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let refusal = market.client().refused(method, &ask(&"s".repeat(61))).await;
    assert_eq!(refusal.reason, "INVALID_VALUE");
}
