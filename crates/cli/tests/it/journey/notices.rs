//! Other systems hear of the business through a topic: each piece of news once, with ids and amounts and nobody's address.

use picasso_api::proto::types::v1::Edition;
use picasso_testing::Topic;
use serde_json::{Value, json};

use super::{FAST, granted};
use crate::support::{market::Market, person::Person, photograph};

/// The next news that a topic hears, once there are so many; in order of their kinds.
async fn heard(topic: &Topic, wanted: usize) -> Vec<Value> {
    let envelopes = topic.heard(wanted).await;
    let mut news: Vec<Value> = envelopes.iter().map(news).collect();
    news.sort_by_key(|news| news["kind"].to_string());
    news
}

fn news(envelope: &Value) -> Value {
    assert!(!envelope.to_string().contains("@example.org"), "{envelope}");
    let news = envelope["Message"].as_str().expect("a message");
    serde_json::from_str(news).expect("JSON")
}

#[tokio::test]
async fn other_systems_hear_of_sales_and_likes_once_each() {
    let topic = Topic::make().await;
    let often = [("REACTORS__LIKES_EVERY_S", "1")];
    let market = Market::start_with(&[&FAST[..], &topic.settings(), &often].concat()).await;
    let ann = Person::join(&market, "ann").await;
    let bob = Person::join(&market, "bob").await;
    let photo = photograph("phone-nokia.jpg");
    let picture = ann
        .publish(&photo, "Street", Edition::Open)
        .await
        .picture_id;

    let checkout = bob.start_checkout(&picture, 1_500).await;
    bob.pay(&checkout.checkout_url).await;
    granted(&bob, &checkout.purchase_id).await;
    let [granted, sold] = &heard(&topic, 2).await[..] else {
        panic!("two pieces of news of a purchase");
    };
    assert_eq!(
        (&granted["kind"], &sold["kind"]),
        (&json!("purchase_granted"), &json!("sale_made"))
    );
    for news in [granted, sold] {
        assert_eq!(news["purchase_id"], checkout.purchase_id);
        assert_eq!(news["picture_id"], picture);
        assert_eq!(
            news["price"],
            json!({ "amount_minor": 1_500, "currency": "EUR" })
        );
    }
    assert_ne!(granted["buyer_id"], sold["seller_id"]);

    bob.like(&picture).await;
    // Whatever was told twice would have come before this.
    let [liked] = &heard(&topic, 1).await[..] else {
        panic!("one piece of news of a like");
    };
    assert_eq!(liked["kind"], "picture_liked");
    assert_eq!(
        (&liked["picture_id"], &liked["people"]),
        (&json!(picture), &json!(1))
    );
}
