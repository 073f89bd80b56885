//! A buyer's page follows its order: it hears of the grant without asking again, and nobody else hears anything.

use std::time::Duration;

use picasso_api::proto::{
    queries::v1::{
        GetOrderRequest, GetOrderResponse, OrderStatus, WatchOrderRequest, WatchOrderResponse,
        order_query_service_client::OrderQueryServiceClient,
    },
    types::v1::Edition,
};
use tonic::{Code, Request, Status, Streaming, transport::Channel};
use tonic_types::StatusExt;

use super::FAST;
use crate::support::{market::Market, person::Person, photograph};

const PATIENCE: Duration = Duration::from_secs(30);

struct Watcher(OrderQueryServiceClient<Channel>);

impl Watcher {
    async fn of(market: &Market) -> Self {
        let channel = Channel::from_shared(market.url()).expect("an address");
        let channel = channel.connect().await.expect("a connection");
        Self(OrderQueryServiceClient::new(channel))
    }

    async fn watch(
        &mut self,
        person: &Person,
        purchase_id: &str,
    ) -> Result<Streaming<WatchOrderResponse>, Status> {
        let mut request = Request::new(WatchOrderRequest {
            purchase_id: purchase_id.to_owned(),
            min_position: vec![],
        });
        let token = format!("Bearer {}", person.client.token());
        let token = token.parse().expect("a header");
        request.metadata_mut().insert("authorization", token);
        Ok(self.0.watch_order(request).await?.into_inner())
    }
}

/// The next state of the order, or `None` at the end.
async fn next(orders: &mut Streaming<WatchOrderResponse>) -> Result<Option<OrderStatus>, Status> {
    let next = tokio::time::timeout(PATIENCE, orders.message()).await;
    let message = next.expect("news in time")?;
    Ok(message.map(|message| message.order.expect("an order").status()))
}

fn reason(refusal: &Status) -> (Code, String) {
    let details = refusal.get_details_error_info();
    (refusal.code(), details.expect("a reason").reason)
}

/// Ann's picture, Bob, and the order he has not paid yet.
async fn open_order(market: &Market) -> (Person, Person, String, String) {
    let ann = Person::join(market, "ann").await;
    let bob = Person::join(market, "bob").await;
    let original = photograph("phone-nokia.jpg");
    let published = ann.publish(&original, "Street", Edition::Open).await;
    let checkout = bob.start_checkout(&published.picture_id, 1_500).await;
    // Read models follow commands after a moment.
    let seen = GetOrderRequest {
        purchase_id: checkout.purchase_id.clone(),
        min_position: checkout
            .receipt
            .and_then(|receipt| receipt.position)
            .into_iter()
            .collect(),
    };
    let method = "picasso.queries.v1.OrderQueryService/GetOrder";
    let _: GetOrderResponse = bob.client.get(method, &seen).await;
    (ann, bob, checkout.purchase_id, checkout.checkout_url)
}

#[tokio::test]
async fn who_follows_an_order_hears_of_the_grant_and_then_no_more() {
    let market = Market::start_with(&FAST).await;
    let (ann, bob, purchase, page) = open_order(&market).await;
    let mut watcher = Watcher::of(&market).await;
    let mut bobs = watcher.watch(&bob, &purchase).await.expect("his order");
    let mut anns = watcher.watch(&ann, &purchase).await.expect("her sale");
    while next(&mut bobs).await.expect("an order") != Some(OrderStatus::Open) {}
    bob.pay(&page).await;
    for orders in [&mut bobs, &mut anns] {
        loop {
            match next(orders).await.expect("an order") {
                Some(OrderStatus::Granted) => break,
                Some(_) => {}
                None => panic!("the stream ended before the grant"),
            }
        }
        assert_eq!(next(orders).await.expect("the end"), None);
    }
    let mut again = watcher.watch(&bob, &purchase).await.expect("his order");
    assert_eq!(
        next(&mut again).await.expect("an order"),
        Some(OrderStatus::Granted)
    );
    assert_eq!(next(&mut again).await.expect("the end"), None);
}

#[tokio::test]
async fn an_order_is_followed_by_its_two_sides_and_by_each_a_few_times() {
    // Each process counts for itself.
    let market = Market::start_embedded(&FAST).await;
    let (_, bob, purchase, _) = open_order(&market).await;
    let eve = Person::join(&market, "eve").await;
    let mut watcher = Watcher::of(&market).await;
    let refused = watcher.watch(&eve, &purchase).await.expect_err("not hers");
    assert_eq!(
        reason(&refused),
        (Code::NotFound, "PURCHASE_NOT_FOUND".into())
    );
    let mut open = vec![];
    for _ in 0..4 {
        open.push(watcher.watch(&bob, &purchase).await.expect("his order"));
    }
    let refused = watcher.watch(&bob, &purchase).await.expect_err("too many");
    assert_eq!(
        reason(&refused),
        (Code::ResourceExhausted, "OVERLOADED".into())
    );
    open.pop();
    let began = std::time::Instant::now();
    while let Err(refused) = watcher.watch(&bob, &purchase).await {
        assert!(
            began.elapsed() < PATIENCE,
            "the place is not free: {refused}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn who_follows_an_order_is_told_when_the_server_stops() {
    let mut market = Market::start_embedded(&FAST).await;
    let (_, bob, purchase, _) = open_order(&market).await;
    let mut watcher = Watcher::of(&market).await;
    let mut orders = watcher.watch(&bob, &purchase).await.expect("his order");
    next(&mut orders).await.expect("an order");
    let stopped = tokio::task::spawn_blocking(move || market.terminate());
    let ended = loop {
        match next(&mut orders).await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("it ended without a word"),
            Err(ended) => break ended,
        }
    };
    assert_eq!(reason(&ended), (Code::Unavailable, "SHUTTING_DOWN".into()));
    let (code, took) = stopped.await.expect("it stops");
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(5), "{took:?}");
}
