//! Other systems hear of the business through a topic: each piece of news once, with ids and amounts and nobody's address.

use std::time::Duration;

use picasso_api::proto::types::v1::Edition;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{FAST, granted, letters::variable};
use crate::support::{market::Market, person::Person, photograph};

const REGION: &str = "us-east-1";
/// How long a piece of news may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A topic, and a queue that hears it. The server believes any signature.
struct Topic {
    server: String,
    arn: String,
    queue: String,
    http: reqwest::Client,
}

impl Topic {
    async fn with_a_queue() -> Self {
        let name = format!("journey-{}", Uuid::new_v4().simple());
        let place = |service: &str| format!("arn:aws:{service}:{REGION}:123456789012:{name}");
        let mut topic = Self {
            server: variable("PICASSO_TEST_SNS_URL"),
            arn: place("sns"),
            queue: String::new(),
            http: reqwest::Client::new(),
        };
        topic
            .sns(&[("Action", "CreateTopic"), ("Name", &name)])
            .await;
        let queue = topic
            .sqs("CreateQueue", &json!({ "QueueName": name }))
            .await;
        topic.queue = queue["QueueUrl"].as_str().expect("a queue").to_owned();
        let subscribe = [
            ("Action", "Subscribe"),
            ("TopicArn", &topic.arn),
            ("Protocol", "sqs"),
            ("Endpoint", &place("sqs")),
        ];
        topic.sns(&subscribe).await;
        topic
    }

    fn settings(&self) -> [(&str, &str); 4] {
        [
            ("NOTIFY__SNS_TOPIC_ARN", &self.arn),
            ("NOTIFY__ENDPOINT", &self.server),
            ("NOTIFY__ACCESS_KEY_ID", "a"),
            ("NOTIFY__SECRET_ACCESS_KEY", "b"),
        ]
    }

    async fn sns(&self, form: &[(&str, &str)]) {
        let version = [("Version", "2010-03-31")];
        let form = [&version, form].concat();
        self.call("sns", |call| call.form(&form)).await;
    }

    async fn sqs(&self, action: &str, body: &Value) -> Value {
        let answer = self.call("sqs", |call| {
            call.header("x-amz-target", format!("AmazonSQS.{action}"))
                .header("content-type", "application/x-amz-json-1.0")
                .body(body.to_string())
        });
        serde_json::from_str(&answer.await).expect("JSON")
    }

    async fn call(
        &self,
        service: &str,
        ask: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> String {
        let scope = format!("Credential=a/20260101/{REGION}/{service}/aws4_request");
        let signed = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0");
        let call = self.http.post(&self.server).header("authorization", signed);
        let answer = ask(call).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a text");
        assert!(status.is_success(), "{service}: {status} {text}");
        text
    }

    /// What the queue has heard, once it is so much; in order of the kinds.
    async fn heard(&self, wanted: usize) -> Vec<Value> {
        let (began, mut heard) = (Instant::now(), Vec::new());
        // What was read is not given out again.
        let ask =
            json!({ "QueueUrl": self.queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": 3600 });
        while heard.len() < wanted {
            let answer = self.sqs("ReceiveMessage", &ask).await;
            for message in answer["Messages"].as_array().into_iter().flatten() {
                let envelope = message["Body"].as_str().expect("a body");
                assert!(!envelope.contains("@example.org"), "{envelope}");
                let envelope: Value = serde_json::from_str(envelope).expect("JSON");
                let news = envelope["Message"].as_str().expect("a message");
                heard.push(serde_json::from_str(news).expect("JSON"));
            }
            assert!(began.elapsed() < LIMIT, "{wanted} wanted: {heard:?}");
            sleep(Duration::from_millis(20)).await;
        }
        heard.sort_by_key(|news: &Value| news["kind"].to_string());
        heard
    }
}

#[tokio::test]
async fn other_systems_hear_of_sales_and_likes_once_each() {
    let topic = Topic::with_a_queue().await;
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
    let [granted, sold] = &topic.heard(2).await[..] else {
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
    let [liked] = &topic.heard(1).await[..] else {
        panic!("one piece of news of a like");
    };
    assert_eq!(liked["kind"], "picture_liked");
    assert_eq!(
        (&liked["picture_id"], &liked["people"]),
        (&json!(picture), &json!(1))
    );
}
