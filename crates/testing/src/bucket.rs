//! A bucket of one test's own.

use aws_sdk_s3::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    primitives::ByteStream,
    types::{BucketVersioningStatus, Delete, ObjectIdentifier, VersioningConfiguration},
};
use uuid::Uuid;

use crate::variable;

/// Where a server of S3's API is, and a key to all of it.
#[derive(Clone)]
pub struct S3Server {
    pub endpoint: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub region: &'static str,
}

impl S3Server {
    /// The one that all tests share.
    #[must_use]
    pub fn shared() -> Self {
        Self::told(variable)
    }

    /// The one that variables tell of.
    pub fn told(variable: impl Fn(&str) -> String) -> Self {
        Self {
            endpoint: variable("PICASSO_TEST_S3_URL"),
            access_key_id: variable("PICASSO_TEST_S3_ACCESS_KEY"),
            secret_access_key: variable("PICASSO_TEST_S3_SECRET_KEY"),
            region: "us-east-1",
        }
    }

    fn client(&self) -> Client {
        let (id, secret) = (&self.access_key_id, &self.secret_access_key);
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.region))
            .endpoint_url(&self.endpoint)
            .force_path_style(true)
            .credentials_provider(Credentials::new(id, secret, None, None, "test"));
        Client::from_conf(config.build())
    }
}

pub struct TestBucket {
    pub name: String,
    pub server: S3Server,
    client: Client,
}

impl TestBucket {
    /// A new bucket that keeps versions.
    pub async fn make(server: S3Server) -> Self {
        let bucket = Self::make_without_versions(server).await;
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
        let request = bucket.client.put_bucket_versioning().bucket(&bucket.name);
        let done = request.versioning_configuration(enabled.build()).send();
        done.await.expect("the bucket keeps versions");
        bucket
    }

    pub async fn make_without_versions(server: S3Server) -> Self {
        let client = server.client();
        let name = format!("picasso-test-{}", Uuid::now_v7().simple());
        let made = client.create_bucket().bucket(&name).send().await;
        made.expect("a bucket is made");
        Self {
            name,
            server,
            client,
        }
    }

    /// The settings of a marketplace whose files are here.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, &str)> {
        let server = &self.server;
        vec![
            ("BLOBS__BUCKET", self.name.as_str()),
            ("BLOBS__REGION", server.region),
            ("BLOBS__ENDPOINT", server.endpoint.as_str()),
            ("BLOBS__PATH_STYLE", "true"),
            ("BLOBS__ACCESS_KEY_ID", server.access_key_id.as_str()),
            (
                "BLOBS__SECRET_ACCESS_KEY",
                server.secret_access_key.as_str(),
            ),
        ]
    }

    /// Where the bucket is, without a signature.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/{}", self.server.endpoint, self.name)
    }

    pub async fn put(&self, key: &str, body: &'static [u8]) {
        let request = self.client.put_object().bucket(&self.name).key(key);
        let body = ByteStream::from_static(body);
        request.body(body).send().await.expect("stores");
    }

    /// Lets everybody read derivatives, as `infra/s3` says.
    pub async fn open_derivatives(&self) {
        let policy = include_str!("../../../infra/s3/public-derivatives.json");
        let request = self.client.put_bucket_policy().bucket(&self.name);
        let request = request.policy(policy.replace("BUCKET", &self.name));
        request.send().await.expect("takes a policy");
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

    /// The end of the bucket and all that is in it. Its client is of the runtime that waits here: one that was made in
    /// another would wait for connections whose tasks that runtime no longer runs.
    pub async fn remove(self) {
        let client = self.server.client();
        loop {
            let request = client.list_object_versions().bucket(&self.name);
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
            let request = client.delete_objects().bucket(&self.name);
            let deleted = request.delete(these.expect("versions")).send().await;
            assert!(deleted.expect("deletes").errors().is_empty());
        }
        let gone = client.delete_bucket().bucket(&self.name).send().await;
        gone.expect("the bucket is removed");
    }
}
