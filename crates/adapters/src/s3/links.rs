//! Links that the bucket itself honours, signed with our key and valid until a time.
//!
//! Keeps true: a link to PUT holds the size and the SHA-256 of the only file it takes.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use picasso_commands::ports::{
    DownloadGrant, Link, ORIGINAL_CACHE_CONTROL, Unavailable, UploadGrant, UploadLink,
};
use picasso_domain::Timestamp;

use super::{
    bucket::{Bucket, checksum},
    error::{broken, unavailable},
    shelf::{self, Shelf},
};

/// Headers that every HTTP client makes by itself, and that a web page may not even set.
const MADE_BY_CLIENTS: [&str; 2] = ["host", "content-length"];

/// S3 refuses a body of another length than the signed one, and drops one of another digest.
pub async fn upload(
    bucket: &Bucket,
    grant: &UploadGrant,
    expires_at: Timestamp,
) -> Result<UploadLink, Unavailable> {
    let size = i64::try_from(grant.size_bytes).map_err(broken)?;
    let signed = bucket
        .client
        .put_object()
        .bucket(&bucket.name)
        .key(bucket.key(&shelf::staged(grant.picture_id)))
        .content_length(size)
        .checksum_sha256(checksum(grant.digest))
        .presigned(until(expires_at)?)
        .await
        .map_err(unavailable)?;
    let headers = signed.headers();
    let headers: BTreeMap<_, _> = headers
        .filter(|(name, _)| !MADE_BY_CLIENTS.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Ok(UploadLink {
        link: link(&signed, expires_at),
        headers,
    })
}

pub async fn download(
    bucket: &Bucket,
    grant: &DownloadGrant,
    expires_at: Timestamp,
) -> Result<Link, Unavailable> {
    let signed = bucket
        .client
        .get_object()
        .bucket(&bucket.name)
        .key(bucket.key(&Shelf::Originals.name(grant.original)))
        .response_content_type(grant.media_type.mime())
        .response_content_disposition(grant.content_disposition())
        .response_cache_control(ORIGINAL_CACHE_CONTROL)
        .presigned(until(expires_at)?)
        .await
        .map_err(unavailable)?;
    Ok(link(&signed, expires_at))
}

fn link(signed: &PresignedRequest, expires_at: Timestamp) -> Link {
    Link {
        url: signed.uri().to_owned(),
        expires_at,
    }
}

/// Signatures tell time in whole seconds. A link whose time is over is made all the same, and is refused.
fn until(expires_at: Timestamp) -> Result<PresigningConfig, Unavailable> {
    let end_s = expires_at.as_second();
    let start_s = Timestamp::now().as_second().min(end_s - 1);
    let lasts = Duration::from_secs(end_s.abs_diff(start_s));
    let start = Timestamp::from_second(start_s).map_err(broken)?;
    PresigningConfig::builder()
        .start_time(start.into())
        .expires_in(lasts)
        .build()
        .map_err(broken)
}
