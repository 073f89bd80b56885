//! Where files are, a folder of the data folder or a bucket, and the links that lead to them.

use std::{path::Path, sync::Arc};

use picasso_adapters::{
    fs::FolderBlobStore,
    s3::{AccessKey, CloudFrontConfig, S3BlobStore, S3Config, S3Error, S3Timeouts},
};
use picasso_api::http::Files;
use picasso_commands::{
    links::LinkSigner,
    ports::{BlobStore, SystemClock},
};
use picasso_projections::runtime::backoff::chain;

use crate::{
    config::{Blobs, Config},
    exit::{Code, Failure},
    secrets::Keys,
};

/// What every process has, for each of them serves files.
pub async fn open_files(config: &Config, keys: &Keys) -> Result<Files, Failure> {
    Ok(Files {
        blobs: open_blobs(config, keys).await?,
        links: LinkSigner::new(&keys.links),
        clock: Arc::new(SystemClock),
    })
}

/// The blob store of this deployment.
pub async fn open_blobs(config: &Config, keys: &Keys) -> Result<Arc<dyn BlobStore>, Failure> {
    if let Some(bucket) = &config.blobs.bucket {
        let store = Box::pin(S3BlobStore::open(bucket_config(bucket, config))).await;
        return Ok(Arc::new(store.map_err(|error| cannot_open(&error))?));
    }
    let root = Path::new(&config.data_dir).join("blobs");
    let links = LinkSigner::new(&keys.links);
    let store = FolderBlobStore::open(&root, links, &config.public_url())?;
    Ok(Arc::new(store))
}

fn bucket_config(bucket: &str, config: &Config) -> S3Config {
    let blobs = &config.blobs;
    let cdn = blobs.public_base_url.clone();
    let (id, secret) = (&blobs.access_key_id, &blobs.secret_access_key);
    S3Config {
        bucket: bucket.to_owned(),
        region: blobs.region.clone(),
        endpoint: blobs.endpoint.clone(),
        path_style: blobs.path_style,
        prefix: blobs.prefix.clone(),
        access_key: id
            .as_ref()
            .zip(secret.as_ref())
            .map(|(id, secret)| AccessKey {
                id: id.clone(),
                secret: secret.reveal().to_owned(),
            }),
        derivatives_base_url: cdn.unwrap_or_else(|| format!("{}/media", config.public_url())),
        cloudfront: cloudfront(blobs),
        timeouts: S3Timeouts::default(),
    }
}

fn cloudfront(blobs: &Blobs) -> Option<CloudFrontConfig> {
    Some(CloudFrontConfig {
        base_url: blobs.cloudfront_url.clone()?,
        key_pair_id: blobs.cloudfront_key_pair_id.clone()?,
        private_key_file: blobs.cloudfront_private_key_file.clone()?,
    })
}

/// What a person must mend is told from a bucket that is away.
fn cannot_open(error: &S3Error) -> Failure {
    let code = if error.is_transient() {
        Code::Unavailable
    } else {
        Code::Config
    };
    let message = format!("the blob store cannot be opened: {}", chain(error));
    let hint = match error {
        S3Error::NotVersioned(bucket) => format!(
            "aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled"
        ),
        S3Error::KeyFile { .. } | S3Error::Key(_) => {
            "the setting blobs.cloudfront_private_key_file names it".to_owned()
        }
        S3Error::NoCredentials(_) => {
            "set blobs.access_key_id and blobs.secret_access_key, or give this machine a role"
                .to_owned()
        }
        S3Error::NoBucket(_)
        | S3Error::Refused { .. }
        | S3Error::OtherRegion { .. }
        | S3Error::Unreachable(_) => "see the section blobs of the settings".to_owned(),
    };
    Failure::new(code, message).hint(hint)
}
