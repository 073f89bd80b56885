//! The sandbox's mail box, over HTTP.

use picasso_adapters::mailbox::SandboxMailer;
use picasso_commands::ports::{EffectError, Mail, Mailer};
use serde_json::Value;

use super::local_sandbox::{self, LocalSandbox};

fn receipt(dedupe_key: &str) -> Mail {
    Mail {
        to: "bob@example.org".into(),
        subject: "Your receipt".into(),
        text: "You bought \"Harbour at dawn\" for 12.50 EUR.\n".into(),
        html: "<p>You bought \"Harbour at dawn\" for 12.50 EUR.</p>".into(),
        kind: "receipt",
        opt_out_url: None,
        dedupe_key: dedupe_key.into(),
    }
}

async fn messages(it: &LocalSandbox) -> Vec<Value> {
    let url = format!("{}/mail/messages?to=bob@example.org", it.url);
    let answer = it.http.get(url).send().await.expect("an answer");
    let listed: Value = answer.json().await.expect("JSON");
    listed["messages"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_sent_and_once_per_key() {
    let it = local_sandbox::start().await;
    let mailer = SandboxMailer::new(&it.url).expect("a mailer");
    for dedupe_key in ["a", "a", "b"] {
        mailer.send(&receipt(dedupe_key)).await.expect("sent");
    }
    let messages = messages(&it).await;
    assert_eq!(messages.len(), 2);
    let sent = receipt("a");
    for message in messages {
        assert_eq!(message["subject"], sent.subject);
        assert_eq!(message["text"], sent.text);
        assert_eq!(message["html"], sent.html);
        assert_eq!(message["kind"], sent.kind);
    }
}

#[tokio::test]
async fn a_mail_that_was_not_taken_is_not_reported_as_sent() {
    let it = local_sandbox::start().await;
    let mailer = SandboxMailer::new(&it.url).expect("a mailer");
    let nowhere = Mail {
        to: "nobody".into(),
        ..receipt("a")
    };
    let refused = mailer.send(&nowhere).await.expect_err("refused");
    assert!(matches!(refused, EffectError::Refused(_)), "{refused:?}");
    // Port 9 of this machine: nothing listens there.
    let mailer = SandboxMailer::new("http://127.0.0.1:9").expect("a mailer");
    let failed = mailer.send(&receipt("a")).await.expect_err("nobody there");
    assert!(matches!(failed, EffectError::NotDone(_)), "{failed:?}");
    assert!(messages(&it).await.is_empty());
}

#[test]
fn an_address_that_is_no_url_is_refused() {
    for address in ["", "mail.example", "ftp://mail.example"] {
        assert!(SandboxMailer::new(address).is_err(), "{address}");
    }
}
