//! A bucket that cannot be used is one line and an exit code at the start, never a half-started service.

use std::process::Output;

use picasso_testing::{S3Server, TestBucket};

use crate::support::{market::Market, minio::SmallMinio};

/// Starts a marketplace of its own with these settings, which must end by itself.
fn start(market: &Market, settings: &[(&str, &str)]) -> Output {
    let own = market.data().with_extension("other");
    let mut dev = market.command(&["dev"]);
    dev.env("PICASSO_DATA_DIR", own)
        .env("PICASSO_SERVER__LISTEN", "127.0.0.1:0")
        .env("PICASSO_SANDBOX__LISTEN", "127.0.0.1:0")
        // Or the search for credentials would ask the machine's cloud.
        .env("AWS_EC2_METADATA_DISABLED", "true");
    for (name, value) in settings {
        dev.env(format!("PICASSO_{name}"), value);
    }
    dev.output().expect("it runs")
}

fn refused(output: &Output, code: i32, words: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    let first = said.lines().find(|line| line.starts_with("picasso: "));
    let first = first.unwrap_or_else(|| panic!("it says why: {said}"));
    assert!(first.contains(words), "{first}");
    assert!(!said.contains("hush"), "{said}");
}

/// The settings of a bucket, but for one.
fn but<'a>(bucket: &'a TestBucket, name: &str, value: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut settings = bucket.settings();
    for (setting, old) in &mut settings {
        if *setting == name {
            *old = value;
        }
    }
    settings
}

#[tokio::test]
async fn a_bucket_that_cannot_be_used_is_one_line_and_an_exit_code() {
    let market = Market::start_embedded(&[]).await;
    let bucket = TestBucket::make(S3Server::shared()).await;
    let missing = start(
        &market,
        &but(&bucket, "BLOBS__BUCKET", "picasso-no-such-bucket"),
    );
    refused(
        &missing,
        78,
        "the bucket picasso-no-such-bucket does not exist",
    );
    let wrong = start(
        &market,
        &but(&bucket, "BLOBS__SECRET_ACCESS_KEY", "hush-hush-hush"),
    );
    refused(&wrong, 78, "does not let us in: SignatureDoesNotMatch");
    // Port 9 of this machine: nothing listens there.
    let away = start(
        &market,
        &but(&bucket, "BLOBS__ENDPOINT", "http://127.0.0.1:9"),
    );
    refused(&away, 69, "the bucket cannot be reached");
    let mut settings = bucket.settings();
    settings.retain(|(name, _)| !name.ends_with("_KEY") && !name.ends_with("_KEY_ID"));
    let nobody = start(&market, &settings);
    refused(&nobody, 78, "there are no credentials for the bucket");
    bucket.remove().await;
}

#[tokio::test]
async fn a_bucket_without_versions_is_one_line_and_an_exit_code() {
    let market = Market::start_embedded(&[]).await;
    let bucket = TestBucket::make_without_versions(S3Server::shared()).await;
    let plain = start(&market, &bucket.settings());
    refused(&plain, 78, "does not keep versions");
    let said = String::from_utf8_lossy(&plain.stderr);
    assert!(
        said.contains("put-bucket-versioning"),
        "it says what helps: {said}"
    );
    bucket.remove().await;
}

#[tokio::test]
async fn a_bucket_in_another_region_is_one_line_and_an_exit_code() {
    let market = Market::start_embedded(&[]).await;
    let minio = SmallMinio::start(64).await;
    let bucket = TestBucket::make(minio.server.clone()).await;
    let elsewhere = start(&market, &but(&bucket, "BLOBS__REGION", "us-west-2"));
    refused(&elsewhere, 78, "is not in the region us-west-2");
}
