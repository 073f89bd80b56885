//! Notifications to a topic of Amazon SNS, or of whatever speaks its protocol.
//!
//! Keeps true: nothing is published a second time from here, so the SDK's own retries are off; a request that may have
//! arrived is reported as a doubt, one that cannot have is not.

use std::{error::Error, time::Duration};

use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_sns::{
    Client,
    config::Credentials,
    error::{ProvideErrorMetadata, SdkError},
    types::MessageAttributeValue,
};
use hyper_util::client::legacy;
use picasso_commands::ports::{EffectError, Notification, Notifier, Unavailable};
use sha2::{Digest, Sha256};

const SERVICE: &str = "notifications";
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(15);

/// Where notifications go. No `Debug`: it holds a secret.
pub struct SnsConfig {
    /// A name that ends in `.fifo` is one of a topic that keeps order and drops repetitions.
    pub topic_arn: String,
    pub region: String,
    /// Another address than the region's own.
    pub endpoint: Option<String>,
    /// Id and secret; where the machine has its own (environment, profile, role) if not given.
    pub access_key: Option<(String, String)>,
}

/// Why notifications cannot be published.
#[derive(Debug, thiserror::Error)]
pub enum SnsError {
    #[error("the topic is not an ARN such as arn:aws:sns:eu-central-1:123456789012:picasso")]
    Arn,
    #[error("there is no such topic")]
    NoTopic,
    #[error("the keys are not accepted, or may not use the topic")]
    Forbidden,
    #[error("the request failed")]
    Request(#[source] Box<dyn Error + Send + Sync>),
}

impl SnsError {
    /// What may pass by itself.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Request(_))
    }
}

/// [`Notifier`] by one topic.
#[derive(Clone)]
pub struct SnsNotifier {
    client: Client,
    topic_arn: String,
    is_fifo: bool,
}

impl SnsNotifier {
    /// # Errors
    /// [`SnsError::Arn`].
    pub async fn new(config: SnsConfig) -> Result<Self, SnsError> {
        let topic_arn = config.topic_arn;
        if !topic_arn.starts_with("arn:") || topic_arn.split(':').count() != 6 {
            return Err(SnsError::Arn);
        }
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT);
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(config.region))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.operation_timeout(ANSWER).build());
        if let Some(endpoint) = config.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let Some((id, secret)) = config.access_key {
            loader =
                loader.credentials_provider(Credentials::new(id, secret, None, None, "picasso"));
        }
        Ok(Self {
            client: Client::new(&loader.load().await),
            is_fifo: topic_arn.ends_with(".fifo"),
            topic_arn,
        })
    }

    /// Asks after the topic, so that a wrong setting is found at the start.
    ///
    /// # Errors
    /// [`SnsError`].
    pub async fn check(&self) -> Result<(), SnsError> {
        let ask = self.client.get_topic_attributes();
        let answer = ask.topic_arn(&self.topic_arn).send().await;
        answer.map_err(|error| match status(&error) {
            Some(404) => SnsError::NoTopic,
            Some(400 | 401 | 403) => SnsError::Forbidden,
            _ => SnsError::Request(error.into()),
        })?;
        Ok(())
    }
}

#[async_trait]
impl Notifier for SnsNotifier {
    async fn publish(&self, notification: &Notification) -> Result<(), EffectError> {
        let publish = self.client.publish().topic_arn(&self.topic_arn);
        let publish = publish
            .message(&notification.body)
            .message_attributes("kind", attribute(notification.kind))
            .message_attributes("dedupe_key", attribute(&notification.dedupe_key));
        let publish = if self.is_fifo {
            // An id has at most 128 characters of a few kinds.
            let id = hex::encode(Sha256::digest(&notification.dedupe_key));
            publish
                .message_group_id(&notification.group)
                .message_deduplication_id(id)
        } else {
            publish
        };
        match publish.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(outcome(error)),
        }
    }
}

fn attribute(value: &str) -> MessageAttributeValue {
    let attribute = MessageAttributeValue::builder().data_type("String");
    let attribute = attribute.string_value(value).build();
    attribute.expect("it has its type, all that must be given")
}

type HttpResponse = aws_sdk_sns::config::http::HttpResponse;

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    let answer = error.as_service_error().and(error.raw_response());
    answer.map(|answer| answer.status().as_u16())
}

/// What an error says of whether the message was published.
fn outcome<E>(error: SdkError<E, HttpResponse>) -> EffectError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code);
    let malformed =
        code.is_some_and(|code| code.starts_with("InvalidParameter") || code == "ValidationError");
    let not_sent = match &error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::DispatchFailure(failure) => failure
            .as_connector_error()
            .is_some_and(|error| never_connected(error)),
        // A refusal by the service; of a failure inside it nobody knows.
        SdkError::ServiceError(_) => status(&error).is_some_and(|status| status < 500),
        _ => false,
    };
    let cause = Unavailable::new(SERVICE, SnsError::Request(error.into()));
    match (malformed, not_sent) {
        (true, _) => EffectError::Refused(cause),
        (false, true) => EffectError::NotDone(cause),
        (false, false) => EffectError::InDoubt(cause),
    }
}

fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| Error::source(*error));
    causes.any(|cause| {
        let of_client = cause.downcast_ref::<legacy::Error>();
        of_client.is_some_and(legacy::Error::is_connect)
    })
}
