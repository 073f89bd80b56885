//! A forgotten password: a letter with a code, and what the code is good for.

use std::time::Duration;

use axum::http::StatusCode;
use picasso_sandbox::SandboxConfig;
use serde_json::{Value, json};

use super::support::{Running, config, start, start_with};

const EMAIL: &str = "ada@example.org";
const HOUR: Duration = Duration::from_secs(3600);

async fn ask(it: &Running, call: &str, body: Value) -> (StatusCode, Value) {
    it.post_json(&format!("/identity/v1/{call}"), body).await
}

async fn join(it: &Running) -> String {
    let credentials = json!({"email": EMAIL, "password": "correct horse"});
    let (status, answer) = ask(it, "accounts:signUp", credentials).await;
    assert_eq!(status, StatusCode::OK);
    answer["refreshToken"].as_str().expect("a token").to_owned()
}

async fn signs_in(it: &Running, password: &str) -> bool {
    let credentials = json!({"email": EMAIL, "password": password});
    let (status, _) = ask(it, "accounts:signInWithPassword", credentials).await;
    status == StatusCode::OK
}

async fn forget(it: &Running, email: &str) -> (StatusCode, Value) {
    let body = json!({"requestType": "PASSWORD_RESET", "email": email});
    ask(it, "accounts:sendOobCode", body).await
}

/// The letters there are, newest first.
async fn letters(it: &Running) -> Vec<Value> {
    let box_: Value = it.get("/mail/messages").await.json().await.expect("JSON");
    box_["messages"].as_array().expect("a list").clone()
}

/// The code of the newest letter.
async fn code(it: &Running) -> String {
    let letter = letters(it).await.remove(0);
    assert_eq!(
        (&letter["to"], &letter["kind"]),
        (&EMAIL.into(), &"password-reset".into())
    );
    let text = letter["text"].as_str().expect("a text");
    let (_, after) = text.split_once("/reset-password?oobCode=").expect("a link");
    after.split_whitespace().next().expect("a code").to_owned()
}

async fn reset(it: &Running, code: &str, password: &str) -> (StatusCode, String) {
    let body = json!({"oobCode": code, "newPassword": password});
    let (status, answer) = ask(it, "accounts:resetPassword", body).await;
    let told = answer["error"]["message"]
        .as_str()
        .or(answer["email"].as_str());
    (status, told.expect("a reason or the address").to_owned())
}

#[tokio::test]
async fn a_code_changes_the_password_once_and_ends_all_sessions() {
    let it = start_with(SandboxConfig {
        app_url: "http://127.0.0.1:5173".into(),
        ..config()
    })
    .await;
    let refresh_token = join(&it).await;
    let (status, answer) = forget(&it, "Ada@Example.org").await;
    assert_eq!((status, &answer["email"]), (StatusCode::OK, &EMAIL.into()));
    let text = letters(&it).await.remove(0)["text"].clone();
    let link = "http://127.0.0.1:5173/reset-password?oobCode=";
    assert!(text.as_str().expect("a text").contains(link), "{text}");

    let code = code(&it).await;
    let looked = ask(&it, "accounts:resetPassword", json!({"oobCode": code})).await;
    assert_eq!(
        (looked.0, &looked.1["email"]),
        (StatusCode::OK, &EMAIL.into())
    );
    assert!(
        signs_in(&it, "correct horse").await,
        "looking changes nothing"
    );

    let (status, weak) = reset(&it, &code, "short").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(weak.starts_with("WEAK_PASSWORD"), "{weak}");
    assert_eq!(
        reset(&it, &code, "another horse").await,
        (StatusCode::OK, EMAIL.into())
    );
    let again = reset(&it, &code, "a third horse").await;
    assert_eq!(again, (StatusCode::BAD_REQUEST, "INVALID_OOB_CODE".into()));

    assert!(!signs_in(&it, "correct horse").await);
    assert!(signs_in(&it, "another horse").await);
    let grant = json!({"grant_type": "refresh_token", "refresh_token": refresh_token});
    let (status, refused) = ask(&it, "token", grant).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"]["message"], "INVALID_REFRESH_TOKEN");
    it.stop().await;
}

#[tokio::test]
async fn using_one_code_ends_the_others() {
    let it = start().await;
    join(&it).await;
    forget(&it, EMAIL).await;
    let first = code(&it).await;
    forget(&it, EMAIL).await;
    let second = code(&it).await;
    assert_ne!(first, second);
    assert_eq!(reset(&it, &second, "another horse").await.0, StatusCode::OK);
    assert_eq!(
        reset(&it, &first, "a third horse").await.1,
        "INVALID_OOB_CODE"
    );
    it.stop().await;
}

#[tokio::test]
async fn a_code_is_over_after_an_hour() {
    let it = start().await;
    join(&it).await;
    forget(&it, EMAIL).await;
    let code = code(&it).await;
    it.sandbox.advance_clock(HOUR);
    assert_eq!(
        reset(&it, &code, "another horse").await.1,
        "INVALID_OOB_CODE"
    );
    assert!(signs_in(&it, "correct horse").await);
    it.stop().await;
}

#[tokio::test]
async fn nobody_learns_whether_there_is_an_account() {
    let it = start().await;
    join(&it).await;
    let known = forget(&it, EMAIL).await;
    let (status, mut answer) = forget(&it, "bob@example.org").await;
    assert_eq!(answer["email"], "bob@example.org", "as it was asked");
    answer["email"] = EMAIL.into();
    assert_eq!((status, answer), known);
    assert_eq!(letters(&it).await.len(), 1);
    it.stop().await;
}

#[tokio::test]
async fn who_asks_again_and_again_gets_five_letters_an_hour() {
    let it = start().await;
    join(&it).await;
    for _ in 0..8 {
        assert_eq!(forget(&it, EMAIL).await.0, StatusCode::OK);
    }
    assert_eq!(letters(&it).await.len(), 5);
    it.sandbox.advance_clock(HOUR);
    forget(&it, EMAIL).await;
    assert_eq!(letters(&it).await.len(), 6);
    it.stop().await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_in_firebases_words() {
    let it = start().await;
    let other = json!({"requestType": "VERIFY_EMAIL", "email": EMAIL});
    for (call, body, code) in [
        ("accounts:sendOobCode", other, "INVALID_REQ_TYPE"),
        (
            "accounts:sendOobCode",
            json!({"email": EMAIL}),
            "INVALID_REQUEST",
        ),
        (
            "accounts:resetPassword",
            json!({"oobCode": "x"}),
            "INVALID_OOB_CODE",
        ),
        ("accounts:resetPassword", json!({}), "INVALID_REQUEST"),
    ] {
        let (status, error) = ask(&it, call, body).await;
        let message = error["error"]["message"].as_str().expect("text");
        assert_eq!(status, StatusCode::BAD_REQUEST, "{message}");
        assert!(message.starts_with(code), "{message}");
    }
    assert_eq!(
        forget(&it, "no address").await.1["error"]["message"],
        "INVALID_EMAIL"
    );
    it.stop().await;
}
