//! The section `blobs`: where files are, and by which addresses people reach them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Secret;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Blobs {
    /// The bucket that keeps files; the data folder does if not set.
    pub bucket: Option<String>,
    pub region: String,
    /// Another address than AWS' own, for example MinIO's.
    pub endpoint: Option<String>,
    /// Whether the bucket stands in the path of addresses, as MinIO wants, and not in the host's name.
    pub path_style: bool,
    /// Stands before every name in the bucket, for example `picasso/`.
    pub prefix: String,
    /// If not set, AWS' own ways are tried: environment, profile, web identity, container, machine.
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<Secret>,
    /// Where a CDN serves `derivatives/` of the bucket; this server's `/media` does if not set.
    pub public_base_url: Option<String>,
    /// The CloudFront distribution that hands originals out, if not the bucket itself.
    pub cloudfront_url: Option<String>,
    pub cloudfront_key_pair_id: Option<String>,
    /// Its private key, RSA or P-256, as PEM.
    pub cloudfront_private_key_file: Option<PathBuf>,
}

impl Default for Blobs {
    fn default() -> Self {
        Self {
            bucket: None,
            region: "us-east-1".to_owned(),
            endpoint: None,
            path_style: false,
            prefix: String::new(),
            access_key_id: None,
            secret_access_key: None,
            public_base_url: None,
            cloudfront_url: None,
            cloudfront_key_pair_id: None,
            cloudfront_private_key_file: None,
        }
    }
}

impl Blobs {
    /// What does not go together, or is no address: the setting, whether it holds, and its rule.
    pub(super) fn rule(&self) -> (&'static str, bool, &'static str) {
        let rules = [
            (
                "blobs.bucket",
                self.bucket.as_ref().is_none_or(|name| !name.is_empty())
                    && (self.bucket.is_some() || self.is_empty()),
                "must name the bucket that the other settings of this section are about",
            ),
            (
                "blobs.secret_access_key",
                self.access_key_id.is_some() == self.secret_access_key.is_some(),
                "must be set together with blobs.access_key_id",
            ),
            (
                "blobs.endpoint",
                is_address(self.endpoint.as_ref()),
                "must be an http or https address",
            ),
            (
                "blobs.public_base_url",
                is_address(self.public_base_url.as_ref()),
                "must be an http or https address",
            ),
            (
                "blobs.cloudfront_url",
                is_address(self.cloudfront_url.as_ref()),
                "must be an http or https address",
            ),
            (
                "blobs.cloudfront_key_pair_id",
                self.cloudfront_url.is_some() == self.cloudfront_key_pair_id.is_some(),
                "must be set together with blobs.cloudfront_url",
            ),
            (
                "blobs.cloudfront_private_key_file",
                self.cloudfront_url.is_some() == self.cloudfront_private_key_file.is_some(),
                "must be set together with blobs.cloudfront_url",
            ),
            (
                "blobs.prefix",
                self.prefix.is_empty() || self.prefix.ends_with('/') && is_plain(&self.prefix),
                "must be letters, digits, - and _ in parts that end with a slash",
            ),
        ];
        let broken = rules.into_iter().find(|(_, holds, _)| !holds);
        broken.unwrap_or(("blobs", true, ""))
    }

    fn is_empty(&self) -> bool {
        self.endpoint.is_none()
            && self.access_key_id.is_none()
            && self.public_base_url.is_none()
            && self.cloudfront_url.is_none()
            && self.prefix.is_empty()
    }
}

fn is_address(given: Option<&String>) -> bool {
    given.is_none_or(|url| url.starts_with("http://") || url.starts_with("https://"))
}

/// Names of files go into addresses as they are.
fn is_plain(prefix: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    prefix.bytes().all(plain) && !prefix.starts_with('/')
}
