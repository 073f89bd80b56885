//! The hosted checkout page, as a person with a browser sees it.

use axum::http::StatusCode;
use picasso_sandbox::{FaultKind, Operation};

use super::support::{receiver, start};

#[tokio::test]
async fn the_page_shows_what_is_bought_and_escapes_it() {
    let it = start().await;
    let id = it.session("p").await.id;
    let page = it.get(&format!("/checkout/{id}")).await;
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(
        policy.contains("form-action 'self' https://shop.example"),
        "{policy}"
    );
    let body = page.text().await.expect("a page");
    assert!(
        body.contains("Harbour at dawn &amp; &lt;night&gt;") && body.contains("12.50 EUR"),
        "{body}"
    );
    assert!(body.contains("no real money"));
    it.stop().await;
}

#[tokio::test]
async fn paying_leads_back_to_the_shop_with_the_session_id() {
    let it = start().await;
    let id = it.session("p").await.id;
    let paid = it.press(&id, "pay").await;
    assert_eq!(paid.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        paid.headers()["location"].to_str().expect("ASCII"),
        format!("https://shop.example/done?session={id}")
    );
    it.stop().await;
}

#[tokio::test]
async fn paying_again_never_charges_again() {
    let it = start().await;
    let (id, _) = it.paid("p").await;
    assert_eq!(it.press(&id, "pay").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(it.ledger("p").await, (1250, 0, 1));
    it.stop().await;
}

#[tokio::test]
async fn many_people_pressing_pay_at_once_charge_once() {
    let it = start().await;
    let id = it.session("p").await.id;
    futures::future::join_all((0..16).map(|_| it.press(&id, "pay"))).await;
    assert_eq!(it.ledger("p").await, (1250, 0, 1));
    it.stop().await;
}

#[tokio::test]
async fn a_declined_card_charges_nothing_and_can_be_tried_again() {
    let it = start().await;
    let id = it.session("p").await.id;
    let declined = it.press(&id, "decline").await;
    assert_eq!(declined.status(), StatusCode::SEE_OTHER);
    let next = declined.headers()["location"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    assert!(
        it.get(&next)
            .await
            .text()
            .await
            .expect("a page")
            .contains("declined")
    );
    assert_eq!(it.ledger("p").await, (0, 0, 0));
    it.press(&id, "pay").await;
    assert_eq!(it.ledger("p").await, (1250, 0, 1));
    it.stop().await;
}

#[tokio::test]
async fn leaving_leads_to_the_cancel_page_and_leaves_the_session_open() {
    let it = start().await;
    let id = it.session("p").await.id;
    let left = it.press(&id, "leave").await;
    assert_eq!(left.headers()["location"], "https://shop.example/left");
    let (_, session) = it.raw_get(&format!("/v1/checkout/sessions/{id}")).await;
    assert_eq!(session["status"], "open");
    it.stop().await;
}

#[tokio::test]
async fn a_double_charge_is_a_second_intent_with_its_own_event() {
    let mut receiver = receiver(&[]).await;
    let it = start().await;
    it.sandbox
        .set_webhook_url(Some(receiver.url.clone()))
        .expect("a URL");
    it.fault(Operation::Pay, FaultKind::DoubleCharge).await;
    let (_, intent) = it.paid("p").await;
    assert_eq!(it.ledger("p").await, (2500, 0, 2));
    let events = receiver.wait_for(2).await;
    let mut intents: Vec<String> = events
        .iter()
        .map(|event| {
            event.json()["data"]["object"]["payment_intent"]
                .as_str()
                .expect("an intent")
                .to_owned()
        })
        .collect();
    intents.sort();
    intents.dedup();
    assert_eq!(intents.len(), 2);
    let second = intents
        .into_iter()
        .find(|other| *other != intent)
        .expect("another");
    it.raw_post("/v1/refunds", &format!("payment_intent={second}"), None)
        .await;
    assert_eq!(it.ledger("p").await, (2500, 1250, 2));
    it.stop().await;
}

#[tokio::test]
async fn an_unknown_checkout_is_not_found() {
    let it = start().await;
    assert_eq!(
        it.get("/checkout/cs_test_nothing").await.status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        it.press("cs_test_nothing", "pay").await.status(),
        StatusCode::NOT_FOUND
    );
    it.stop().await;
}

#[tokio::test]
async fn the_pages_for_people_answer() {
    let it = start().await;
    it.paid("reference-<1>").await;
    for path in ["/", "/sandbox/payments", "/mail"] {
        let page = it.get(path).await;
        assert_eq!(page.status(), StatusCode::OK, "{path}");
        assert!(
            page.text().await.expect("a page").contains("no real money"),
            "{path}"
        );
    }
    let payments = it
        .get("/sandbox/payments")
        .await
        .text()
        .await
        .expect("a page");
    assert!(payments.contains("reference-&lt;1&gt;"));
    it.stop().await;
}
