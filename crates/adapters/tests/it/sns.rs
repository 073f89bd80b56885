//! Notifications to SNS: what a subscriber gets from a server that speaks its protocol, and what a failure says.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_sns::{Client, config::Credentials};
use axum::{Router, http::StatusCode};
use picasso_adapters::sns::{SnsConfig, SnsError, SnsNotifier};
use picasso_commands::ports::{EffectError, Notification, Notifier};
use serde_json::{Value, json};
use tokio::{
    io::AsyncReadExt,
    net::TcpListener,
    time::{Instant, sleep},
};
use uuid::Uuid;

use super::local_sandbox::{install_crypto, listen};

const REGION: &str = "us-east-1";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:nothing";
/// How long a message may take to arrive.
const LIMIT: Duration = Duration::from_secs(30);

fn server() -> String {
    std::env::var("PICASSO_TEST_SNS_URL").expect(
        "PICASSO_TEST_SNS_URL is not set: run `scripts/servers up sns && source <(scripts/servers env)` first",
    )
}

async fn notifier(endpoint: &str, topic_arn: &str) -> SnsNotifier {
    install_crypto();
    let notifier = SnsNotifier::new(SnsConfig {
        topic_arn: topic_arn.to_owned(),
        region: REGION.to_owned(),
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

/// A topic with a queue that hears it.
struct Subscribed {
    topic_arn: String,
    queue_url: String,
    http: reqwest::Client,
}

impl Subscribed {
    async fn fresh(fifo: bool) -> Self {
        install_crypto();
        let suffix = if fifo { ".fifo" } else { "" };
        let name = format!("test-{}{suffix}", Uuid::now_v7().simple());
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(server())
            .credentials_provider(Credentials::new("a", "b", None, None, "test"));
        let sns = Client::new(&config.load().await);
        let mut create = sns.create_topic().name(&name);
        if fifo {
            create = create.attributes("FifoTopic", "true");
        }
        let topic = create.send().await.expect("a topic");
        let topic_arn = topic.topic_arn().expect("an ARN").to_owned();
        let http = reqwest::Client::new();
        let attributes = if fifo {
            json!({"FifoQueue": "true"})
        } else {
            json!({})
        };
        let queue = json!({"QueueName": name, "Attributes": attributes});
        let queue = sqs(&http, "CreateQueue", &queue).await;
        let queue_url = queue["QueueUrl"].as_str().expect("a queue").to_owned();
        let queue_arn = topic_arn.replace(":sns:", ":sqs:");
        let subscribe = sns.subscribe().topic_arn(&topic_arn).protocol("sqs");
        let subscribed = subscribe.endpoint(queue_arn).send().await;
        subscribed.expect("the queue hears the topic");
        Self {
            topic_arn,
            queue_url,
            http,
        }
    }

    /// What has arrived, once it is so many.
    async fn messages(&self, wanted: usize) -> Vec<Value> {
        let (began, mut found) = (Instant::now(), Vec::new());
        while found.len() < wanted {
            let ask = json!({"QueueUrl": self.queue_url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0});
            let answer = sqs(&self.http, "ReceiveMessage", &ask).await;
            for message in answer["Messages"].as_array().into_iter().flatten() {
                let body = message["Body"].as_str().expect("a body");
                found.push(serde_json::from_str(body).expect("JSON"));
                let handle =
                    json!({"QueueUrl": self.queue_url, "ReceiptHandle": message["ReceiptHandle"]});
                sqs(&self.http, "DeleteMessage", &handle).await;
            }
            assert!(
                began.elapsed() < LIMIT,
                "{wanted} messages wanted: {found:?}"
            );
            sleep(Duration::from_millis(10)).await;
        }
        found
    }
}

/// One call of SQS' own JSON protocol; the server believes any signature.
async fn sqs(http: &reqwest::Client, action: &str, body: &Value) -> Value {
    let scope = format!("Credential=a/20260101/{REGION}/sqs/aws4_request");
    let signed = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0");
    let call = http
        .post(server())
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("AmazonSQS.{action}"))
        .header("authorization", signed)
        .body(body.to_string());
    let answer = call.send().await.expect("an answer");
    assert!(
        answer.status().is_success(),
        "{action}: {}",
        answer.status()
    );
    let text = answer.text().await.expect("a text");
    serde_json::from_str(&text).unwrap_or_default()
}

#[tokio::test]
async fn a_notification_arrives_with_its_kind_and_key() {
    let subscribed = Subscribed::fresh(false).await;
    let notifier = notifier(&server(), &subscribed.topic_arn).await;
    notifier.check().await.expect("the topic is there");
    notifier.publish(&news("p/1")).await.expect("published");
    let messages = subscribed.messages(1).await;
    let message = &messages[0];
    assert_eq!(message["Message"], news("p/1").body);
    let attributes = &message["MessageAttributes"];
    assert_eq!(attributes["kind"]["Value"], "sale_made");
    assert_eq!(attributes["dedupe_key"]["Value"], "p/1");
}

#[tokio::test]
async fn a_fifo_topic_keeps_order_and_drops_what_came_before() {
    let subscribed = Subscribed::fresh(true).await;
    let notifier = notifier(&server(), &subscribed.topic_arn).await;
    for key in ["a", "a", "b", "c"] {
        notifier.publish(&news(key)).await.expect("published");
    }
    let messages = subscribed.messages(3).await;
    let bodies: Vec<_> = messages
        .iter()
        .map(|message| message["Message"].clone())
        .collect();
    assert_eq!(bodies, ["a", "b", "c"].map(|key| news(key).body));
}

#[tokio::test]
async fn a_missing_topic_is_told_from_a_server_that_is_away() {
    let missing = notifier(&server(), TOPIC).await.check().await;
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
            region: REGION.to_owned(),
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
    let missing = publish(&server()).await;
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
