//! Connected accounts and their hosted page, transfers out of charges, and disputes, as their clients see them.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::support::{Running, start};

const EXPRESS: &str = "type=express&capabilities[transfers][requested]=true&metadata[user_id]=ann";

async fn account(it: &Running) -> String {
    let (status, account) = it.raw_post("/v1/accounts", EXPRESS, None).await;
    assert_eq!(status, StatusCode::OK, "{account}");
    text(&account["id"])
}

async fn link(it: &Running, account: &str) -> String {
    let form = format!(
        "account={account}&type=account_onboarding&return_url=https://shop.example/back&refresh_url=https://shop.example/again"
    );
    let (status, link) = it.raw_post("/v1/account_links", &form, None).await;
    assert_eq!(status, StatusCode::OK, "{link}");
    let url = text(&link["url"]);
    let path = url.strip_prefix(&it.base);
    path.expect("an address of ours").to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Presses a button of the onboarding page; answers where it leads.
async fn press_link(it: &Running, link: &str, button: &str) -> String {
    let url = format!("{}{link}/{button}", it.base);
    let answer = it.http.post(url).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let location = answer.headers()["location"].to_str();
    location.expect("ASCII").to_owned()
}

/// The form of a transfer out of the charge of a paid session.
async fn transfer(it: &Running, session: &str, account: &str, amount: i64) -> String {
    let (_, session) = it
        .raw_get(&format!("/v1/checkout/sessions/{session}"))
        .await;
    let intent = text(&session["payment_intent"]);
    let (_, intent) = it.raw_get(&format!("/v1/payment_intents/{intent}")).await;
    let charge = text(&intent["latest_charge"]);
    format!(
        "amount={amount}&currency=eur&destination={account}&source_transaction={charge}&transfer_group=p"
    )
}

async fn onboarded(it: &Running) -> String {
    let account = account(it).await;
    let link = link(it, &account).await;
    press_link(it, &link, "finish").await;
    account
}

#[tokio::test]
async fn an_account_is_enabled_on_its_page_and_its_owner_led_back() {
    let it = start().await;
    let account = account(&it).await;
    let link = link(&it, &account).await;
    let page = it.get(&link).await.text().await.expect("a page");
    assert!(page.contains("no real money"), "{page}");
    let read = async || it.raw_get(&format!("/v1/accounts/{account}")).await.1;
    assert_eq!(read().await["payouts_enabled"], false);
    let back = press_link(&it, &link, "finish").await;
    assert_eq!(back, "https://shop.example/back");
    let now = read().await;
    assert_eq!(now["payouts_enabled"], true);
    assert_eq!(now["capabilities"]["transfers"], "active");
    it.stop().await;
}

#[tokio::test]
async fn a_link_is_good_once_and_not_for_long() {
    let it = start().await;
    let account = account(&it).await;
    let used = link(&it, &account).await;
    press_link(&it, &used, "leave").await;
    let again = press_link(&it, &used, "finish").await;
    assert_eq!(again, "https://shop.example/again");
    let old = link(&it, &account).await;
    it.sandbox.advance_clock(Duration::from_secs(301));
    let late = press_link(&it, &old, "finish").await;
    assert_eq!(late, "https://shop.example/again");
    let (_, account) = it.raw_get(&format!("/v1/accounts/{account}")).await;
    assert_eq!(account["payouts_enabled"], false);
    it.stop().await;
}

#[tokio::test]
async fn an_account_without_what_is_needed_is_refused_by_name() {
    let it = start().await;
    for (form, param) in [
        (EXPRESS.replace("express", "custom"), "type"),
        (
            "type=express".to_owned(),
            "capabilities[transfers][requested]",
        ),
    ] {
        let (status, refusal) = it.raw_post("/v1/accounts", &form, None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(refusal["error"]["param"], param, "{refusal}");
    }
    it.stop().await;
}

#[tokio::test]
async fn all_transfers_out_of_a_charge_are_at_most_the_charge() {
    let it = start().await;
    let account = onboarded(&it).await;
    let (session, _) = it.paid("p").await;
    let most = transfer(&it, &session, &account, 1_200).await;
    let (status, made) = it.raw_post("/v1/transfers", &most, None).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let more = transfer(&it, &session, &account, 51).await;
    let (status, refusal) = it.raw_post("/v1/transfers", &more, None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refusal["error"]["param"], "amount", "{refusal}");
    it.stop().await;
}

#[tokio::test]
async fn an_account_that_is_not_enabled_gets_no_transfer() {
    let it = start().await;
    let account = account(&it).await;
    let (session, _) = it.paid("p").await;
    let form = transfer(&it, &session, &account, 100).await;
    let (status, refusal) = it.raw_post("/v1/transfers", &form, None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let code = &refusal["error"]["code"];
    assert_eq!(code, "insufficient_capabilities_for_transfer");
    it.stop().await;
}

#[tokio::test]
async fn a_payment_is_disputed_once_at_a_time_and_kept_until_it_is_decided() {
    let it = start().await;
    let (session, intent) = it.paid("p").await;
    for _ in 0..2 {
        it.press(&session, "dispute").await;
    }
    let list = format!("/v1/disputes?payment_intent={intent}");
    let (_, disputes) = it.raw_get(&list).await;
    let disputes = disputes["data"].as_array().expect("a list");
    assert_eq!(disputes.len(), 1);
    assert_eq!(disputes[0]["status"], "needs_response");
    let form = format!("payment_intent={intent}");
    let (status, refusal) = it.raw_post("/v1/refunds", &form, None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refusal["error"]["code"], "charge_disputed");
    it.press(&session, "dispute-won").await;
    let (status, _) = it.raw_post("/v1/refunds", &form, None).await;
    assert_eq!(status, StatusCode::OK);
    it.press(&session, "dispute").await;
    let (_, disputes) = it.raw_get(&list).await;
    let disputes = disputes["data"].as_array().expect("a list");
    assert_eq!(disputes.len(), 1, "nothing is left to be disputed");
    it.stop().await;
}

#[tokio::test]
async fn what_is_transferred_and_disputed_stands_in_the_ledger() {
    let it = start().await;
    let account = onboarded(&it).await;
    let (session, _) = it.paid("p").await;
    let form = transfer(&it, &session, &account, 1_000).await;
    let (_, made) = it.raw_post("/v1/transfers", &form, None).await;
    let path = format!("/v1/transfers/{}/reversals", text(&made["id"]));
    let (status, _) = it.raw_post(&path, "amount=400", None).await;
    assert_eq!(status, StatusCode::OK);
    it.press(&session, "dispute").await;
    let ledger = it.sandbox.ledger(Some("p")).await.expect("a ledger");
    let entry = &ledger.references[0];
    let handed = (entry.transfers, entry.transferred, entry.reversed);
    assert_eq!(handed, (1, 1_000, 400));
    assert_eq!(entry.withdrawn, 1_250);
    it.press(&session, "dispute-won").await;
    let ledger = it.sandbox.ledger(Some("p")).await.expect("a ledger");
    assert_eq!(ledger.references[0].withdrawn, 0);
    it.stop().await;
}
