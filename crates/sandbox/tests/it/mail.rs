//! The mail box keeps each mail once and shows it safely.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::start;

fn mail(to: &str, key: &str) -> Value {
    json!({"to": to, "subject": "Your <receipt>", "text": "Thank <you> & goodbye", "kind": "receipt",
           "html": "<script>alert(1)</script>", "dedupe_key": key})
}

#[tokio::test]
async fn the_same_dedupe_key_is_stored_once() {
    let it = start().await;
    let (status, first) = it
        .post_json("/mail/messages", mail("ada@example.org", "receipt-1"))
        .await;
    assert_eq!(
        (status, &first["stored"]),
        (StatusCode::CREATED, &true.into())
    );
    let (status, second) = it
        .post_json("/mail/messages", mail("ada@example.org", "receipt-1"))
        .await;
    assert_eq!(
        (status, &second),
        (StatusCode::OK, &json!({"id": first["id"], "stored": false}))
    );
    let (_, listed) = it.raw_get("/mail/messages").await;
    assert_eq!(listed["messages"].as_array().expect("a list").len(), 1);
    it.stop().await;
}

#[tokio::test]
async fn mails_are_listed_newest_first_and_by_recipient() {
    let it = start().await;
    for (to, key) in [
        ("ada@example.org", "1"),
        ("bob@example.org", "2"),
        ("ada@example.org", "3"),
    ] {
        it.post_json("/mail/messages", mail(to, key)).await;
    }
    let keys = |listed: Value| -> Vec<String> {
        let messages = listed["messages"].as_array().expect("a list").clone();
        messages
            .iter()
            .map(|m| m["dedupe_key"].as_str().expect("text").to_owned())
            .collect()
    };
    assert_eq!(keys(it.raw_get("/mail/messages").await.1), ["3", "2", "1"]);
    assert_eq!(
        keys(it.raw_get("/mail/messages?to=Ada@example.org").await.1),
        ["3", "1"]
    );
    let first = it.raw_get("/mail/messages?limit=1").await.1;
    let before = first["messages"][0]["cursor"].as_i64().expect("a cursor");
    assert_eq!(
        keys(
            it.raw_get(&format!("/mail/messages?before={before}"))
                .await
                .1
        ),
        ["2", "1"]
    );
    it.stop().await;
}

#[tokio::test]
async fn the_page_escapes_everything() {
    let it = start().await;
    it.post_json("/mail/messages", mail("ada@example.org", "1"))
        .await;
    let page = it.get("/mail").await.text().await.expect("a page");
    assert!(
        page.contains("Your &lt;receipt&gt;") && page.contains("Thank &lt;you&gt; &amp; goodbye")
    );
    assert!(!page.contains("<script>"));
    it.stop().await;
}

#[tokio::test]
async fn the_html_of_a_mail_is_shown_where_it_can_do_nothing() {
    let it = start().await;
    let stored = it.post_json("/mail/messages", mail("ada@example.org", "1"));
    let (_, stored) = stored.await;
    let id = stored["id"].as_str().expect("an id");
    let shown = it.get(&format!("/mail/messages/{id}/html")).await;
    let policy = shown.headers()["content-security-policy"].to_str();
    let policy = policy.expect("ASCII").to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"));
    assert!(!policy.contains("allow-scripts"), "{policy}");
    let source = shown.text().await.expect("a page");
    assert_eq!(source, "<script>alert(1)</script>");
    let nothing = it.get("/mail/messages/em_none/html").await;
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
    it.stop().await;
}

#[tokio::test]
async fn a_mail_beyond_the_limits_is_refused() {
    let it = start().await;
    let with = |field: &str, value: String| {
        let mut mail = mail("ada@example.org", "1");
        mail[field] = value.into();
        mail
    };
    let cases = [
        with("to", "nobody".into()),
        with("to", "a@b\r\nbcc: c@d".into()),
        with("subject", "two\nlines".into()),
        with("subject", String::new()),
        with("dedupe_key", "k".repeat(201)),
        with("text", "x".repeat(65_537)),
        with("unknown", "x".into()),
    ];
    for mail in cases {
        let (status, error) = it.post_json("/mail/messages", mail).await;
        assert_eq!(
            (status, &error["error"]["reason"]),
            (StatusCode::BAD_REQUEST, &"INVALID_MESSAGE".into())
        );
    }
    it.stop().await;
}
