//! A bucket of one test's own, on the server of `make servers` or on a MinIO that the test starts itself and may starve.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use aws_sdk_s3::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    types::{BucketVersioningStatus, Delete, ObjectIdentifier, VersioningConfiguration},
};
use tempfile::TempDir;
use uuid::Uuid;

use super::{market::free_port, servers::Servers};

const PATIENCE: Duration = Duration::from_secs(60);

/// Where a server of S3's API is, and a key to all of it.
#[derive(Clone)]
pub struct S3Server {
    pub endpoint: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub region: &'static str,
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set: run `make test`, or \
             `scripts/servers up minio && source <(scripts/servers env)` first"
        )
    })
}

impl S3Server {
    /// The one that all tests share.
    pub fn shared() -> Self {
        Self::of(&Servers::given())
    }

    /// The one among these.
    pub fn of(servers: &Servers) -> Self {
        Self {
            endpoint: servers.get("PICASSO_TEST_S3_URL"),
            access_key_id: servers.get("PICASSO_TEST_S3_ACCESS_KEY"),
            secret_access_key: servers.get("PICASSO_TEST_S3_SECRET_KEY"),
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
    server: S3Server,
}

impl TestBucket {
    /// A new bucket that keeps versions.
    pub async fn make(server: S3Server) -> Self {
        let bucket = Self::make_without_versions(server).await;
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
        let request = bucket.server.client().put_bucket_versioning();
        let request = request.bucket(&bucket.name);
        let done = request.versioning_configuration(enabled.build()).send();
        done.await.expect("the bucket keeps versions");
        bucket
    }

    pub async fn make_without_versions(server: S3Server) -> Self {
        let client = server.client();
        let name = format!("picasso-test-{}", Uuid::now_v7().simple());
        let made = client.create_bucket().bucket(&name).send().await;
        made.expect("a bucket is made");
        Self { name, server }
    }

    /// The settings of a marketplace whose files are here.
    pub fn settings(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("BLOBS__BUCKET", self.name.as_str()),
            ("BLOBS__REGION", self.server.region),
            ("BLOBS__ENDPOINT", self.server.endpoint.as_str()),
            ("BLOBS__PATH_STYLE", "true"),
            ("BLOBS__ACCESS_KEY_ID", self.server.access_key_id.as_str()),
            (
                "BLOBS__SECRET_ACCESS_KEY",
                self.server.secret_access_key.as_str(),
            ),
        ]
    }

    /// Where the bucket is, without a signature.
    pub fn url(&self) -> String {
        format!("{}/{}", self.server.endpoint, self.name)
    }

    /// Lets everybody read derivatives, as `infra/s3` says.
    pub async fn open_derivatives(&self) {
        let policy = include_str!("../../../../../infra/s3/public-derivatives.json");
        let policy = policy.replace("BUCKET", &self.name);
        let request = self.server.client().put_bucket_policy();
        let request = request.bucket(&self.name);
        request.policy(policy).send().await.expect("takes a policy");
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
            let all = files.chain(marks.map(|v| (v.key(), v.version_id())));
            let all: Vec<_> = all
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

/// A MinIO over a file system that holds only so much.
pub struct SmallMinio {
    child: Child,
    pub server: S3Server,
    disk: SmallDisk,
}

impl SmallMinio {
    pub async fn start(megabytes: u32) -> Self {
        let disk = SmallDisk::mount(megabytes);
        let port = free_port();
        let server = S3Server {
            endpoint: format!("http://127.0.0.1:{port}"),
            access_key_id: "picasso".to_owned(),
            secret_access_key: Uuid::new_v4().simple().to_string(),
            region: "eu-central-1",
        };
        let child = Command::new(variable("PICASSO_TEST_MINIO"))
            .args(["server", "--quiet", "--address"])
            .arg(format!("127.0.0.1:{port}"))
            .arg(disk.folder.path().join("data"))
            .env("MINIO_ROOT_USER", &server.access_key_id)
            .env("MINIO_ROOT_PASSWORD", &server.secret_access_key)
            .env("MINIO_SITE_REGION", server.region)
            .env("MINIO_BROWSER", "off")
            .env("MINIO_UPDATE", "off")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary that PICASSO_TEST_MINIO names starts");
        let minio = Self {
            child,
            server,
            disk,
        };
        minio.ready().await;
        minio
    }

    async fn ready(&self) {
        let began = Instant::now();
        let url = format!("{}/minio/health/ready", self.server.endpoint);
        while !reqwest::get(&url)
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            assert!(began.elapsed() < PATIENCE, "MinIO does not become ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Leaves no room at all.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("a file");
        let piece = vec![0; 64 << 10];
        while filler.write_all(&piece).is_ok() {}
    }

    /// Makes room again.
    pub fn clear(&self) {
        std::fs::remove_file(self.filler()).expect("removed");
    }

    fn filler(&self) -> PathBuf {
        self.disk.folder.path().join("filler")
    }
}

impl Drop for SmallMinio {
    fn drop(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }
}

/// A file system in memory, unmounted when dropped.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    fn mount(megabytes: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o"])
            .arg(format!("size={megabytes}m"))
            .arg("picasso-test")
            .arg(folder.path())
            .output()
            .expect("mount runs");
        assert!(
            mounted.status.success(),
            "this test mounts a small file system, which only root may: {}",
            String::from_utf8_lossy(&mounted.stderr)
        );
        Self { folder }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(self.folder.path());
    }
}

fn unmount(path: &Path) {
    let unmounted = Command::new("umount").arg(path).status();
    assert!(unmounted.expect("umount runs").success());
}
