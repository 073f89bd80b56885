//! Notifications to SNS: what a subscriber gets from a server that speaks its protocol, and what a failure says.

use axum::{Router, http::StatusCode};
use picasso_adapters::sns::{SnsConfig, SnsError, SnsNotifier};
use picasso_commands::ports::{EffectError, Notification, Notifier};
use picasso_testing::Topic;
use tokio::{io::AsyncReadExt, net::TcpListener};

use super::local_sandbox::{install_crypto, listen};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:nothing";

async fn notifier(endpoint: &str, topic_arn: &str) -> SnsNotifier {
    install_crypto();
    let notifier = SnsNotifier::new(SnsConfig {
        topic_arn: topic_arn.to_owned(),
        region: Topic::REGION.to_owned(),
        endpoint: Some(endpoint.to_owned()),
        access_key: Some(("AKIA".to_owned(), "hush".to_owned())),
    });
    notifier.await.expect("an ARN")
}

fn news(key: &str) -> Notification {
    Notification {
        kind: "sale_made",
        body: format!("{{\"kind\":\"sale_made\",\"key\":\"{key}\"}}"),
        group: "picture-1".to_owned(),
        dedupe_key: key.to_owned(),
    }
}

#[tokio::test]
async fn a_notification_arrives_with_its_kind_and_key() {
    let topic = Topic::make().await;
    let notifier = notifier(&Topic::server(), &topic.arn).await;
    notifier.check().await.expect("the topic is there");
    notifier.publish(&news("p/1")).await.expect("published");
    let messages = topic.heard(1).await;
    let message = &messages[0];
    assert_eq!(message["Message"], news("p/1").body);
    let attributes = &message["MessageAttributes"];
    assert_eq!(attributes["kind"]["Value"], "sale_made");
    assert_eq!(attributes["dedupe_key"]["Value"], "p/1");
}

#[tokio::test]
async fn a_fifo_topic_keeps_order_and_drops_what_came_before() {
    let topic = Topic::fifo().await;
    let notifier = notifier(&Topic::server(), &topic.arn).await;
    for key in ["a", "a", "b", "c"] {
        notifier.publish(&news(key)).await.expect("published");
    }
    let messages = topic.heard(3).await;
    let bodies: Vec<_> = messages
        .iter()
        .map(|message| message["Message"].clone())
        .collect();
    assert_eq!(bodies, ["a", "b", "c"].map(|key| news(key).body));
}

#[tokio::test]
async fn a_missing_topic_is_told_from_a_server_that_is_away() {
    let missing = notifier(&Topic::server(), TOPIC).await.check().await;
    let missing = missing.expect_err("no such topic");
    assert!(matches!(missing, SnsError::NoTopic), "{missing:?}");
    let away = notifier("http://127.0.0.1:9", TOPIC).await.check().await;
    assert!(away.expect_err("nobody there").is_transient());
    let forbidden = notifier(&answering(StatusCode::FORBIDDEN).await, TOPIC).await;
    let forbidden = forbidden.check().await.expect_err("forbidden");
    assert!(matches!(forbidden, SnsError::Forbidden), "{forbidden:?}");
}

#[tokio::test]
async fn what_is_no_topic_is_refused() {
    for topic_arn in ["", "picasso", "arn:aws:sns", "https://sns.example/topic"] {
        let config = SnsConfig {
            topic_arn: topic_arn.to_owned(),
            region: Topic::REGION.to_owned(),
            endpoint: None,
            access_key: None,
        };
        assert!(SnsNotifier::new(config).await.is_err(), "{topic_arn}");
    }
}

/// A server with one answer to everything.
async fn answering(status: StatusCode) -> String {
    let (listener, url) = listen().await;
    let router = Router::new().fallback(move || async move { (status, "<ErrorResponse/>") });
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

/// A server that reads a request and leaves.
async fn leaving() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut some = [0; 1024];
            // What it reads does not matter, nor whether it can.
            drop(stream.read(&mut some).await);
        }
    });
    url
}

#[tokio::test]
async fn only_a_request_that_may_have_arrived_leaves_a_doubt() {
    let publish = async |endpoint: &str| {
        let notifier = notifier(endpoint, TOPIC).await;
        notifier.publish(&news("a")).await.expect_err("it fails")
    };
    let away = publish("http://127.0.0.1:9").await;
    assert!(matches!(away, EffectError::NotDone(_)), "{away:?}");
    let missing = publish(&Topic::server()).await;
    assert!(matches!(missing, EffectError::NotDone(_)), "{missing:?}");
    let forbidden = publish(&answering(StatusCode::FORBIDDEN).await).await;
    assert!(
        matches!(forbidden, EffectError::NotDone(_)),
        "{forbidden:?}"
    );
    let broken = publish(&answering(StatusCode::INTERNAL_SERVER_ERROR).await).await;
    assert!(matches!(broken, EffectError::InDoubt(_)), "{broken:?}");
    let left = publish(&leaving().await).await;
    assert!(matches!(left, EffectError::InDoubt(_)), "{left:?}");
}
