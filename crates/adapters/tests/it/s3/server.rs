//! A bucket of one test's own on the server that `PICASSO_TEST_S3_URL` names.

use aws_sdk_s3::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    types::{BucketVersioningStatus, Delete, ObjectIdentifier, VersioningConfiguration},
};
use picasso_adapters::s3::{AccessKey, S3BlobStore, S3Config, S3Timeouts};
use uuid::Uuid;

use super::super::local_sandbox::install_crypto;

pub const REGION: &str = "us-east-1";
pub const MEDIA: &str = "http://127.0.0.1:8080/media/";

pub struct TestBucket {
    pub name: String,
    client: Client,
}

/// What `scripts/servers` prints.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run `make servers`, then eval \"$(scripts/servers env)\"")
    })
}

pub fn endpoint() -> String {
    variable("PICASSO_TEST_S3_URL")
}

impl TestBucket {
    /// A new bucket that keeps versions.
    pub async fn make() -> Self {
        let bucket = Self::make_without_versions().await;
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
        let request = bucket.client.put_bucket_versioning().bucket(&bucket.name);
        let done = request.versioning_configuration(enabled.build()).send();
        done.await.expect("the bucket keeps versions");
        bucket
    }

    pub async fn make_without_versions() -> Self {
        install_crypto();
        let secret = variable("PICASSO_TEST_S3_SECRET_KEY");
        let id = variable("PICASSO_TEST_S3_ACCESS_KEY");
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(endpoint())
            .force_path_style(true)
            .credentials_provider(Credentials::new(id, secret, None, None, "test"));
        let client = Client::from_conf(config.build());
        let name = format!("picasso-test-{}", Uuid::now_v7().simple());
        let made = client.create_bucket().bucket(&name).send().await;
        made.expect("a bucket is made");
        Self { name, client }
    }

    /// How the store reaches this bucket.
    pub fn config(&self) -> S3Config {
        S3Config {
            bucket: self.name.clone(),
            region: REGION.to_owned(),
            endpoint: Some(endpoint()),
            path_style: true,
            prefix: String::new(),
            access_key: Some(AccessKey {
                id: variable("PICASSO_TEST_S3_ACCESS_KEY"),
                secret: variable("PICASSO_TEST_S3_SECRET_KEY"),
            }),
            derivatives_base_url: MEDIA.to_owned(),
            cloudfront: None,
            timeouts: S3Timeouts::default(),
        }
    }

    pub async fn store(&self) -> S3BlobStore {
        let opened = S3BlobStore::open(self.config()).await;
        opened.unwrap_or_else(|error| panic!("the bucket opens: {error:?}"))
    }

    /// Where the bucket is, without a signature.
    pub fn url(&self) -> String {
        format!("{}/{}", endpoint(), self.name)
    }

    pub async fn put(&self, key: &str, body: &'static [u8]) {
        let request = self.client.put_object().bucket(&self.name).key(key);
        let body = aws_sdk_s3::primitives::ByteStream::from_static(body);
        request.body(body).send().await.expect("stores");
    }

    pub async fn set_policy(&self, policy: &str) {
        let request = self.client.put_bucket_policy().bucket(&self.name);
        request.policy(policy).send().await.expect("takes a policy");
    }

    /// How many versions of whatever are there.
    pub async fn versions(&self) -> usize {
        let request = self.client.list_object_versions().bucket(&self.name);
        let listed = request.send().await.expect("lists");
        listed.versions().len() + listed.delete_markers().len()
    }

    /// Whether a file was stored in so many parts; the number stands in its tag.
    pub async fn is_in_parts(&self, key: &str, parts: usize) -> bool {
        let request = self.client.head_object().bucket(&self.name).key(key);
        let found = request.send().await.expect("it is there");
        let tag = found.e_tag().unwrap_or_default();
        tag.trim_matches('"').ends_with(&format!("-{parts}"))
    }

    /// How many uploads in parts have neither been completed nor aborted under a key.
    pub async fn unfinished(&self, key: &str) -> usize {
        let request = self.client.list_multipart_uploads().bucket(&self.name);
        let listed = request.prefix(key).send().await.expect("lists");
        listed.uploads().len()
    }

    /// The end of the bucket and all that is in it.
    pub async fn remove(self) {
        loop {
            let request = self.client.list_object_versions().bucket(&self.name);
            let listed = request.send().await.expect("lists");
            let files = listed.versions().iter().map(|v| (v.key(), v.version_id()));
            let marks = listed.delete_markers().iter();
            let marks = marks.map(|v| (v.key(), v.version_id()));
            let all: Vec<_> = files
                .chain(marks)
                .map(|(key, version)| {
                    let named = ObjectIdentifier::builder().set_key(key.map(str::to_owned));
                    let named = named.set_version_id(version.map(str::to_owned));
                    named.build().expect("a version has a key")
                })
                .collect();
            if all.is_empty() {
                break;
            }
            let these = Delete::builder().set_objects(Some(all)).build();
            let request = self.client.delete_objects().bucket(&self.name);
            let deleted = request.delete(these.expect("versions")).send().await;
            assert!(deleted.expect("deletes").errors().is_empty());
        }
        let gone = self.client.delete_bucket().bucket(&self.name).send().await;
        gone.expect("the bucket is removed");
    }
}
