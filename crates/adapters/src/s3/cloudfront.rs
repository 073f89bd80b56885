//! Links to originals by CloudFront, with a canned policy and SHA-256
//! (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html>).
//!
//! Keeps true: a link opens one file, until a time; the key is never printed.

use std::sync::Arc;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use picasso_commands::ports::{DownloadGrant, Link, ORIGINAL_CACHE_CONTROL, Unavailable};
use picasso_domain::Timestamp;
use reqwest::Url;
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};

use super::{
    CloudFrontConfig,
    error::{S3Error, broken},
};

#[derive(Clone)]
pub struct CloudFront {
    base_url: String,
    key_pair_id: String,
    key: Arc<Key>,
}

enum Key {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
}

impl CloudFront {
    pub fn open(config: &CloudFrontConfig) -> Result<Self, S3Error> {
        let path = &config.private_key_file;
        let pem = std::fs::read(path).map_err(|source| S3Error::KeyFile {
            path: path.clone(),
            source,
        })?;
        let key = Key::parse(&pem).ok_or_else(|| S3Error::Key(path.clone()))?;
        Ok(Self {
            base_url: config.base_url.trim_end_matches('/').to_owned(),
            key_pair_id: config.key_pair_id.clone(),
            key: Arc::new(key),
        })
    }

    /// The bucket behind CloudFront answers with the headers that the query names.
    pub fn link(
        &self,
        key: &str,
        grant: &DownloadGrant,
        expires_at: Timestamp,
    ) -> Result<Link, Unavailable> {
        let mut url = Url::parse(&format!("{}/{key}", self.base_url)).map_err(broken)?;
        url.query_pairs_mut()
            .append_pair("response-content-type", grant.media_type.mime())
            .append_pair("response-content-disposition", &grant.content_disposition())
            .append_pair("response-cache-control", ORIGINAL_CACHE_CONTROL);
        // A space as `+` is a matter of forms; the bucket behind CloudFront may read it as it stands. An asterisk would
        // be a wildcard of CloudFront's.
        let query = url.query();
        let query = query.map(|query| query.replace('+', "%20").replace('*', "%2A"));
        url.set_query(query.as_deref());
        let expires_s = expires_at.as_second();
        let signature = self.key.sign(policy(url.as_str(), expires_s).as_bytes())?;
        let signed = format!(
            "{url}&Expires={expires_s}&Signature={}&Key-Pair-Id={}&Hash-Algorithm=SHA256",
            in_query(&signature),
            self.key_pair_id
        );
        Ok(Link {
            url: signed,
            expires_at,
        })
    }
}

impl Key {
    fn parse(pem: &[u8]) -> Option<Self> {
        let der = PrivateKeyDer::from_pem_slice(pem).ok()?;
        let bytes = der.secret_der();
        if let Ok(pair) = RsaKeyPair::from_pkcs8(bytes).or_else(|_| RsaKeyPair::from_der(bytes)) {
            return Some(Self::Rsa(pair));
        }
        let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_ASN1_SIGNING, bytes);
        pair.ok().map(Self::Ecdsa)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unavailable> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(broken)?;
                Ok(signature)
            }
            Self::Ecdsa(pair) => {
                let signature = pair.sign(&random, message).map_err(broken)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }
}

/// The statement that CloudFront makes again from the link, byte for byte.
fn policy(url: &str, expires_s: i64) -> String {
    format!(
        r#"{{"Statement":[{{"Resource":"{url}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires_s}}}}}}}]}}"#
    )
}

/// Base64 in the letters that CloudFront takes in a query.
fn in_query(signature: &[u8]) -> String {
    BASE64
        .encode(signature)
        .replace('+', "-")
        .replace('=', "_")
        .replace('/', "~")
}
