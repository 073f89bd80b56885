//! A restart forgets nothing.

use axum::http::StatusCode;
use picasso_sandbox::{FaultKind, Operation};
use serde_json::json;

use super::support::{form, receiver, start_in};

#[tokio::test]
async fn payments_accounts_mails_faults_and_keys_survive_a_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let it = start_in(dir.path()).await;
    let (id, _) = it.paid("p").await;
    let (_, created) = it
        .raw_post("/v1/checkout/sessions", &form("q", 700), Some("k"))
        .await;
    let person = it
        .sandbox
        .identity()
        .sign_up("ada@example.org", "correct horse")
        .await
        .expect("signed up");
    let keys = it.sandbox.identity().jwks().clone();
    it.post_json(
        "/mail/messages",
        json!({"to": "a@b.c", "subject": "s", "text": "t", "kind": "k", "dedupe_key": "d"}),
    )
    .await;
    it.fault(Operation::Refund, FaultKind::Error500).await;
    it.stop().await;

    let it = start_in(dir.path()).await;
    assert_eq!(
        it.raw_get(&format!("/v1/checkout/sessions/{id}")).await.1["status"],
        "complete"
    );
    assert_eq!(it.ledger("p").await, (1250, 0, 1));
    let (_, replayed) = it
        .raw_post("/v1/checkout/sessions", &form("q", 700), Some("k"))
        .await;
    assert_eq!(replayed["id"], created["id"]);
    let again = it
        .sandbox
        .identity()
        .sign_in("ada@example.org", "correct horse")
        .await
        .expect("signed in");
    assert_eq!(again.account.local_id, person.account.local_id);
    assert_eq!(*it.sandbox.identity().jwks(), keys);
    assert_eq!(
        it.raw_get("/mail/messages").await.1["messages"][0]["dedupe_key"],
        "d"
    );
    assert_eq!(
        it.raw_get("/sandbox/faults").await.1["faults"][0]["on"],
        "refund"
    );
    it.stop().await;
}

#[tokio::test]
async fn a_pending_webhook_is_delivered_after_a_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let it = start_in(dir.path()).await;
    it.paid("p").await;
    it.stop().await;

    let mut receiver = receiver(&[StatusCode::OK]).await;
    let it = start_in(dir.path()).await;
    it.sandbox
        .set_webhook_url(Some(receiver.url.clone()))
        .expect("a URL");
    let received = receiver.wait_for(1).await;
    assert_eq!(
        received[0].json()["data"]["object"]["client_reference_id"],
        "p"
    );
    it.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_keys_and_password_hashes() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let it = start_in(&dir.path().join("sandbox")).await;
    let mode = |path: &str| {
        let metadata = std::fs::metadata(dir.path().join(path)).expect("a file");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("sandbox/identity-key.pem"), 0o600);
    for file in ["sandbox.sqlite3", "sandbox.sqlite3-wal"] {
        assert_eq!(mode(&format!("sandbox/{file}")), 0o600, "{file}");
    }
    assert_eq!(mode("sandbox"), 0o700);
    it.stop().await;
}
