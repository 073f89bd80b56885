//! Signed links: leave to send one upload, fetch one original or end one kind of letters, sealed so that nobody else can
//! make or change one.
//!
//! Keeps true: a token opens only as the kind it was sealed as, unchanged to the bit, and until it expires.

#[cfg(test)]
mod tests;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use picasso_domain::{
    Timestamp,
    account::Topic,
    values::{Digest, MediaType, PictureId, UserId},
};
use sha2::Sha256;

use crate::ports::{DownloadGrant, UploadGrant};

/// The longest token that is looked at.
const MAX_TOKEN_CHARS: usize = 2048;
const EXPIRY_BYTES: usize = 8;
const MAC_BYTES: usize = 32;
const PICTURE_ID_CHARS: usize = 36;
const DIGEST_BYTES: usize = 32;

/// What each kind of token is signed under, so that one kind never passes for another.
const UPLOAD: &[u8] = b"picasso/upload-link/v1\0";
const DOWNLOAD: &[u8] = b"picasso/download-link/v1\0";
const OPT_OUT: &[u8] = b"picasso/opt-out-link/v1\0";

/// Leave to end the letters that one person gets about one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOutGrant {
    pub user_id: UserId,
    pub topic: Topic,
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("the link is not one of ours")]
    Malformed,
    #[error("the link's signature does not fit")]
    Forged,
    #[error("the link has expired")]
    Expired,
}

/// Seals and opens links with HMAC-SHA-256 (RFC 2104) under one secret key.
///
/// A token is `base64url(expires_at ‖ grant ‖ mac)` without padding; `expires_at` is milliseconds since 1970 in
/// eight big-endian bytes and the MAC covers the kind's name, the expiry and the grant. No `Debug`: it holds a secret.
#[derive(Clone)]
pub struct LinkSigner {
    mac: Hmac<Sha256>,
}

impl LinkSigner {
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let mac = Hmac::new_from_slice(key).expect("HMAC takes keys of any length (RFC 2104)");
        Self { mac }
    }

    #[must_use]
    pub fn seal_upload(&self, grant: &UploadGrant, expires_at: Timestamp) -> String {
        let mut body = grant.picture_id.to_string().into_bytes();
        body.extend(grant.size_bytes.to_be_bytes());
        body.extend(grant.digest.as_bytes());
        body.extend(grant.owner.as_str().as_bytes());
        self.seal(UPLOAD, &body, expires_at)
    }

    /// # Errors
    /// [`LinkError`]: not a token, not sealed by this key as an upload, or past its expiry.
    pub fn open_upload(&self, token: &str, now: Timestamp) -> Result<UploadGrant, LinkError> {
        let body = self.open(UPLOAD, token, now)?;
        let mut fields = Fields(&body);
        let grant = UploadGrant {
            picture_id: fields.picture_id()?,
            size_bytes: u64::from_be_bytes(fields.take()?),
            digest: Digest::new(fields.take::<DIGEST_BYTES>()?),
            owner: UserId::parse(&fields.rest()?).map_err(|_| LinkError::Malformed)?,
        };
        Ok(grant)
    }

    #[must_use]
    pub fn seal_download(&self, grant: &DownloadGrant, expires_at: Timestamp) -> String {
        let mut body = grant.original.as_bytes().to_vec();
        body.push(media_code(grant.media_type));
        body.extend(grant.file_name.as_bytes());
        self.seal(DOWNLOAD, &body, expires_at)
    }

    /// # Errors
    /// [`LinkError`]: not a token, not sealed by this key as a download, or past its expiry.
    pub fn open_download(&self, token: &str, now: Timestamp) -> Result<DownloadGrant, LinkError> {
        let body = self.open(DOWNLOAD, token, now)?;
        let mut fields = Fields(&body);
        let original = Digest::new(fields.take::<DIGEST_BYTES>()?);
        let [code] = fields.take()?;
        Ok(DownloadGrant {
            original,
            media_type: media_type(code)?,
            file_name: fields.rest()?,
        })
    }

    #[must_use]
    pub fn seal_opt_out(&self, grant: &OptOutGrant, expires_at: Timestamp) -> String {
        let mut body = vec![topic_code(grant.topic)];
        body.extend(grant.user_id.as_str().as_bytes());
        self.seal(OPT_OUT, &body, expires_at)
    }

    /// # Errors
    /// [`LinkError`]: not a token, not sealed by this key as an opt-out, or past its expiry.
    pub fn open_opt_out(&self, token: &str, now: Timestamp) -> Result<OptOutGrant, LinkError> {
        let body = self.open(OPT_OUT, token, now)?;
        let mut fields = Fields(&body);
        let [code] = fields.take()?;
        Ok(OptOutGrant {
            topic: topic(code)?,
            user_id: UserId::parse(&fields.rest()?).map_err(|_| LinkError::Malformed)?,
        })
    }

    fn seal(&self, kind: &[u8], body: &[u8], expires_at: Timestamp) -> String {
        let mut sealed = expires_at.as_millisecond().to_be_bytes().to_vec();
        sealed.extend(body);
        let mac = self.sign(kind, &sealed).finalize().into_bytes();
        sealed.extend(mac);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    fn open(&self, kind: &[u8], token: &str, now: Timestamp) -> Result<Vec<u8>, LinkError> {
        if token.len() > MAX_TOKEN_CHARS {
            return Err(LinkError::Malformed);
        }
        let mut sealed = URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_| LinkError::Malformed)?;
        let signed = sealed
            .len()
            .checked_sub(MAC_BYTES)
            .filter(|length| *length >= EXPIRY_BYTES)
            .ok_or(LinkError::Malformed)?;
        // `verify_slice` compares in constant time.
        self.sign(kind, &sealed[..signed])
            .verify_slice(&sealed[signed..])
            .map_err(|_| LinkError::Forged)?;
        let expires_ms = i64::from_be_bytes(Fields(&sealed).take()?);
        if now.as_millisecond() >= expires_ms {
            return Err(LinkError::Expired);
        }
        sealed.truncate(signed);
        Ok(sealed.split_off(EXPIRY_BYTES))
    }

    fn sign(&self, kind: &[u8], sealed: &[u8]) -> Hmac<Sha256> {
        self.mac.clone().chain_update(kind).chain_update(sealed)
    }
}

/// Reads a grant's fields one after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], LinkError> {
        let (field, rest) = self.0.split_first_chunk().ok_or(LinkError::Malformed)?;
        self.0 = rest;
        Ok(*field)
    }

    fn picture_id(&mut self) -> Result<PictureId, LinkError> {
        let raw = self.take::<PICTURE_ID_CHARS>()?;
        let raw = std::str::from_utf8(&raw).map_err(|_| LinkError::Malformed)?;
        PictureId::parse(raw).map_err(|_| LinkError::Malformed)
    }

    fn rest(self) -> Result<String, LinkError> {
        String::from_utf8(self.0.to_vec()).map_err(|_| LinkError::Malformed)
    }
}

const fn media_code(media_type: MediaType) -> u8 {
    match media_type {
        MediaType::Jpeg => 1,
        MediaType::Png => 2,
        MediaType::Webp => 3,
    }
}

const fn media_type(code: u8) -> Result<MediaType, LinkError> {
    match code {
        1 => Ok(MediaType::Jpeg),
        2 => Ok(MediaType::Png),
        3 => Ok(MediaType::Webp),
        _ => Err(LinkError::Malformed),
    }
}

const fn topic_code(topic: Topic) -> u8 {
    match topic {
        Topic::Sales => 1,
        Topic::Likes => 2,
    }
}

const fn topic(code: u8) -> Result<Topic, LinkError> {
    match code {
        1 => Ok(Topic::Sales),
        2 => Ok(Topic::Likes),
        _ => Err(LinkError::Malformed),
    }
}
