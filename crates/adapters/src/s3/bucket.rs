//! One bucket: connecting to it with limits on time and tries, reading from it and copying inside it.

use aws_config::BehaviorVersion;
use aws_sdk_s3::{
    Client,
    config::{
        Credentials, ProvideCredentials, Region, SharedCredentialsProvider,
        retry::{RetryConfig, RetryPartition, TokenBucket},
        timeout::TimeoutConfig,
    },
    error::ProvideErrorMetadata,
    operation::{get_object::GetObjectOutput, head_object::HeadObjectOutput},
    types::{BucketVersioningStatus, ChecksumAlgorithm, ChecksumMode, MetadataDirective},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use futures::{StreamExt, stream};
use picasso_commands::ports::{StoredBlob, Unavailable};
use picasso_domain::values::Digest;

use super::{
    AccessKey, S3Config, S3Timeouts,
    error::{S3Error, broken, unavailable},
};

/// A request is tried at most twice, and while most requests fail, hardly any is tried again: of a retry's cost of 5
/// a success gives 1 back.
const ATTEMPTS: u32 = 2;
const RETRY_BUDGET: usize = 50;
const SUCCESS_REWARD: f32 = 1.0;

#[derive(Clone)]
pub struct Bucket {
    pub client: Client,
    pub name: String,
    region: String,
    prefix: String,
}

impl Bucket {
    /// # Errors
    /// [`S3Error::NoCredentials`] when none were given and none are found.
    pub async fn connect(config: &S3Config) -> Result<Self, S3Error> {
        let budget = TokenBucket::builder()
            .capacity(RETRY_BUDGET)
            .success_reward(SUCCESS_REWARD)
            .build();
        let retries = RetryPartition::custom("blobs").token_bucket(budget).build();
        let mut settings = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(config.region.clone()))
            .credentials_provider(credentials(config).await?)
            .force_path_style(config.path_style)
            .timeout_config(timeouts(config.timeouts))
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .retry_partition(retries);
        settings.set_endpoint_url(config.endpoint.clone());
        Ok(Self {
            client: Client::from_conf(settings.build()),
            name: config.bucket.clone(),
            region: config.region.clone(),
            prefix: config.prefix.clone(),
        })
    }

    /// Asks the bucket whether it keeps versions, which also tells whether it is there and lets us in.
    pub async fn check(&self) -> Result<(), S3Error> {
        let answer = self
            .client
            .get_bucket_versioning()
            .bucket(&self.name)
            .send()
            .await
            .map_err(|error| S3Error::of_first_request(error, &self.name, &self.region))?;
        match answer.status() {
            Some(BucketVersioningStatus::Enabled) => Ok(()),
            _ => Err(S3Error::NotVersioned(self.name.clone())),
        }
    }

    /// The key of a name of ours.
    pub fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The name of ours in a key.
    pub fn name_of<'a>(&self, key: &'a str) -> Option<&'a str> {
        key.strip_prefix(&self.prefix)
    }

    pub async fn get(&self, name: &str) -> Result<Option<GetObjectOutput>, Unavailable> {
        let request = self.client.get_object().bucket(&self.name);
        match request.key(self.key(name)).send().await {
            Ok(found) => Ok(Some(found)),
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_no_such_key() => Ok(None),
                _ => Err(unavailable(error)),
            },
        }
    }

    pub async fn read(&self, name: &str) -> Result<Option<StoredBlob>, Unavailable> {
        let Some(found) = self.get(name).await? else {
            return Ok(None);
        };
        let size_bytes = size_of(&found)?;
        let body = stream::unfold(found.body, |mut body| async {
            let piece = body.next().await?;
            Some((piece.map_err(std::io::Error::other), body))
        });
        Ok(Some(StoredBlob {
            size_bytes,
            body: body.boxed(),
        }))
    }

    /// Copies a file of at most 5 GiB inside the bucket, which tells the digest of what it copied; quiet when there is
    /// nothing to copy any more but the copy is there.
    pub async fn copy(&self, from: &str, to: &str, digest: Digest) -> Result<(), Unavailable> {
        let copied = self
            .client
            .copy_object()
            .bucket(&self.name)
            .copy_source(format!("{}/{}", self.name, self.key(from)))
            .key(self.key(to))
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .metadata_directive(MetadataDirective::Replace)
            .content_type("application/octet-stream")
            .send()
            .await;
        let version = match copied {
            Ok(copied) => copied.version_id,
            Err(error) if error.code() == Some("NoSuchKey") && self.has(to).await? => {
                return Ok(());
            }
            Err(error) => return Err(unavailable(error)),
        };
        // Not every server tells it in the answer to the copy.
        let stored = self.head(to, version.clone()).await?;
        let stored = stored.and_then(|stored| stored.checksum_sha256);
        if stored.as_deref() == Some(&checksum(digest)) {
            return Ok(());
        }
        self.delete_version(to, version).await?;
        Err(broken(format!("{to} was copied as {stored:?}")))
    }

    async fn has(&self, name: &str) -> Result<bool, Unavailable> {
        Ok(self.head(name, None).await?.is_some())
    }

    async fn head(
        &self,
        name: &str,
        version: Option<String>,
    ) -> Result<Option<HeadObjectOutput>, Unavailable> {
        let request = self
            .client
            .head_object()
            .bucket(&self.name)
            .key(self.key(name))
            .set_version_id(version)
            .checksum_mode(ChecksumMode::Enabled);
        match request.send().await {
            Ok(found) => Ok(Some(found)),
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_not_found() => Ok(None),
                _ => Err(unavailable(error)),
            },
        }
    }

    async fn delete_version(&self, name: &str, version: Option<String>) -> Result<(), Unavailable> {
        let request = self.client.delete_object().bucket(&self.name);
        let request = request.key(self.key(name)).set_version_id(version);
        request.send().await.map_err(unavailable)?;
        Ok(())
    }
}

pub fn size_of(found: &GetObjectOutput) -> Result<u64, Unavailable> {
    let length = found.content_length().unwrap_or(-1);
    u64::try_from(length).map_err(|_| broken("a file came without its length"))
}

/// A digest as S3 writes SHA-256 checksums.
pub fn checksum(digest: Digest) -> String {
    BASE64.encode(digest.as_bytes())
}

async fn credentials(config: &S3Config) -> Result<SharedCredentialsProvider, S3Error> {
    if let Some(AccessKey { id, secret }) = &config.access_key {
        let fixed = Credentials::new(id, secret, None, None, "settings");
        return Ok(SharedCredentialsProvider::new(fixed));
    }
    let region = Region::new(config.region.clone());
    let found = aws_config::defaults(BehaviorVersion::latest())
        .region(region)
        .load()
        .await;
    let provider = found
        .credentials_provider()
        .ok_or_else(|| S3Error::NoCredentials("no provider of credentials".into()))?;
    // Asked once here, so that "there are none" is told from "the bucket is away".
    let asked = provider.provide_credentials().await;
    asked.map_err(|error| S3Error::NoCredentials(error.into()))?;
    Ok(provider)
}

fn timeouts(limits: S3Timeouts) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(limits.connect)
        .operation_attempt_timeout(limits.attempt)
        .operation_timeout(limits.operation)
        .build()
}
