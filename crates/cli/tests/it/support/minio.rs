//! A MinIO that a test starts itself and may starve.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use picasso_testing::{S3Server, SmallDisk, free_port, variable};
use tempfile::TempDir;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);

/// A MinIO over a file system that holds only so much.
pub struct SmallMinio {
    child: Child,
    pub server: S3Server,
    disk: SmallDisk,
    // Removed last.
    _folder: TempDir,
}

impl SmallMinio {
    pub async fn start(megabytes: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = SmallDisk::mount(folder.path().join("disk"), megabytes);
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
            .arg(disk.path().join("data"))
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
            _folder: folder,
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
        self.disk.fill();
    }

    /// Makes room again.
    pub fn clear(&self) {
        self.disk.free();
    }
}

impl Drop for SmallMinio {
    fn drop(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }
}
