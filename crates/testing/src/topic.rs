//! A topic of SNS with a queue that hears it. The server of `scripts/servers` believes any signature.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::variable;

/// How long a message may take to arrive.
const LIMIT: Duration = Duration::from_secs(60);

pub struct Topic {
    pub arn: String,
    server: String,
    queue: String,
    http: reqwest::Client,
}

impl Topic {
    pub const REGION: &str = "us-east-1";

    /// Where the server is.
    #[must_use]
    pub fn server() -> String {
        variable("PICASSO_TEST_SNS_URL")
    }

    /// A new one.
    pub async fn make() -> Self {
        Self::with("", &[], &json!({})).await
    }

    /// A new one that keeps order.
    pub async fn fifo() -> Self {
        let attribute = [
            ("Attributes.entry.1.key", "FifoTopic"),
            ("Attributes.entry.1.value", "true"),
        ];
        Self::with(".fifo", &attribute, &json!({ "FifoQueue": "true" })).await
    }

    async fn with(suffix: &str, of_topic: &[(&str, &str)], of_queue: &Value) -> Self {
        let name = format!("test-{}{suffix}", Uuid::now_v7().simple());
        let place = |service: &str| {
            let region = Self::REGION;
            format!("arn:aws:{service}:{region}:123456789012:{name}")
        };
        let mut topic = Self {
            arn: place("sns"),
            server: Self::server(),
            queue: String::new(),
            http: reqwest::Client::new(),
        };
        let create = [("Action", "CreateTopic"), ("Name", name.as_str())];
        topic.sns(&[&create, of_topic].concat()).await;
        let create = json!({ "QueueName": name, "Attributes": of_queue });
        let queue = topic.sqs("CreateQueue", &create).await;
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

    /// The settings of a marketplace whose news go here.
    #[must_use]
    pub fn settings(&self) -> [(&str, &str); 4] {
        [
            ("NOTIFY__SNS_TOPIC_ARN", &self.arn),
            ("NOTIFY__ENDPOINT", &self.server),
            ("NOTIFY__ACCESS_KEY_ID", "a"),
            ("NOTIFY__SECRET_ACCESS_KEY", "b"),
        ]
    }

    /// The envelopes that the queue has got since it was last asked, once there are so many.
    pub async fn heard(&self, wanted: usize) -> Vec<Value> {
        let (began, mut heard) = (Instant::now(), Vec::new());
        while heard.len() < wanted {
            let ask = json!({ "QueueUrl": self.queue, "MaxNumberOfMessages": 10 });
            let answer = self.sqs("ReceiveMessage", &ask).await;
            for message in answer["Messages"].as_array().into_iter().flatten() {
                let envelope = message["Body"].as_str().expect("a body");
                heard.push(serde_json::from_str(envelope).expect("JSON"));
                let handle = &message["ReceiptHandle"];
                let done = json!({ "QueueUrl": self.queue, "ReceiptHandle": handle });
                self.sqs("DeleteMessage", &done).await;
            }
            assert!(began.elapsed() < LIMIT, "{wanted} wanted: {heard:?}");
            sleep(Duration::from_millis(10)).await;
        }
        heard
    }

    async fn sns(&self, form: &[(&str, &str)]) {
        let form = [&[("Version", "2010-03-31")], form].concat();
        self.call("sns", |call| call.form(&form)).await;
    }

    async fn sqs(&self, action: &str, body: &Value) -> Value {
        let answer = self.call("sqs", |call| {
            call.header("x-amz-target", format!("AmazonSQS.{action}"))
                .header("content-type", "application/x-amz-json-1.0")
                .body(body.to_string())
        });
        serde_json::from_str(&answer.await).unwrap_or_default()
    }

    async fn call(
        &self,
        service: &str,
        ask: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> String {
        let region = Self::REGION;
        let scope = format!("Credential=a/20260101/{region}/{service}/aws4_request");
        let signed = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0");
        let call = self.http.post(&self.server).header("authorization", signed);
        let answer = ask(call).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a text");
        assert!(status.is_success(), "{service}: {status} {text}");
        text
    }
}
