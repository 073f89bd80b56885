//! What is wrong with a bucket when it is opened, and what the port says when it fails later.

use std::{error::Error, io, path::PathBuf};

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{BoxError, ProvideErrorMetadata, SdkError},
};
use picasso_commands::ports::Unavailable;

const SERVICE: &str = "blob store";

/// Why a bucket cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum S3Error {
    #[error("the bucket {0} does not exist")]
    NoBucket(String),
    #[error("the bucket {bucket} does not let us in: {code}")]
    Refused { bucket: String, code: String },
    #[error("the bucket {bucket} is not in the region {region}")]
    OtherRegion { bucket: String, region: String },
    // Without versions a file that is stored again could be removed as an old one.
    #[error("the bucket {0} does not keep versions")]
    NotVersioned(String),
    #[error("there are no credentials for the bucket")]
    NoCredentials(#[source] BoxError),
    #[error("the private key of CloudFront cannot be read from {path}")]
    KeyFile {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the private key of CloudFront in {0} is no RSA or P-256 key in PEM")]
    Key(PathBuf),
    #[error("the bucket cannot be reached")]
    Unreachable(#[source] BoxError),
}

impl S3Error {
    /// Whether it may pass by itself.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::NoBucket(_)
            | Self::Refused { .. }
            | Self::OtherRegion { .. }
            | Self::NotVersioned(_)
            | Self::NoCredentials(_)
            | Self::KeyFile { .. }
            | Self::Key(_) => false,
        }
    }

    /// What the first request to a bucket says about it.
    pub(super) fn of_first_request<E>(
        error: SdkError<E, HttpResponse>,
        bucket: &str,
        region: &str,
    ) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let status = error
            .raw_response()
            .map(|response| response.status().as_u16());
        let code = error.code().unwrap_or_default().to_owned();
        let bucket = bucket.to_owned();
        match (status, code.as_str()) {
            (_, "NoSuchBucket") | (Some(404), _) => Self::NoBucket(bucket),
            (Some(301 | 307), _) | (_, "AuthorizationHeaderMalformed") => Self::OtherRegion {
                bucket,
                region: region.to_owned(),
            },
            (Some(400..=403), _) => Self::Refused { bucket, code },
            _ => Self::Unreachable(error.into()),
        }
    }
}

/// Any failure of a request, with its causes.
pub fn unavailable<E>(error: SdkError<E, HttpResponse>) -> Unavailable
where
    E: Error + Send + Sync + 'static,
{
    Unavailable::new(SERVICE, error)
}

/// A failure of ours or of the bucket's that no request reported.
pub fn broken(error: impl Into<BoxError>) -> Unavailable {
    Unavailable::new(SERVICE, error)
}
