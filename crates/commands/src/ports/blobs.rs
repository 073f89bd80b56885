//! Where files live: uploads on their way in, originals by content hash, public derivatives.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use picasso_domain::{
    Timestamp,
    values::{Digest, MediaType, PictureId, UserId},
};
use serde::{Deserialize, Serialize};

use super::Unavailable;

/// The largest original: 100 MiB.
pub const MAX_UPLOAD_BYTES: u64 = 100 << 20;

/// What a public derivative is served as. Its name is its content's digest, so it never changes.
pub const DERIVATIVE_MIME: &str = "image/jpeg";
pub const DERIVATIVE_CACHE_CONTROL: &str = "public, max-age=31536000, immutable";
/// An original is for one person, and only now.
pub const ORIGINAL_CACHE_CONTROL: &str = "private, no-store";

/// A body in pieces.
pub type ByteStream = BoxStream<'static, Result<Bytes, std::io::Error>>;

/// Leave to PUT one file once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadGrant {
    /// The id the picture will have; the upload is staged under it.
    pub picture_id: PictureId,
    /// Who may finish the upload.
    pub owner: UserId,
    pub size_bytes: u64,
    pub digest: Digest,
}

impl UploadGrant {
    /// Whether what came is what was announced.
    ///
    /// # Errors
    /// [`ReceiveError`] saying how it differs.
    pub fn check(&self, received: u64, digest: Digest) -> Result<(), ReceiveError> {
        let announced = self.size_bytes;
        if received > announced {
            Err(ReceiveError::TooLarge)
        } else if received < announced {
            Err(ReceiveError::CutShort {
                announced,
                received,
            })
        } else if digest == self.digest {
            Ok(())
        } else {
            Err(ReceiveError::WrongDigest)
        }
    }
}

/// Leave to GET one original for a short while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadGrant {
    pub original: Digest,
    pub media_type: MediaType,
    /// What the saved file is called; made by us, never the uploader's name.
    pub file_name: String,
}

impl DownloadGrant {
    /// `Content-Disposition`: a plain `filename` for the ASCII part of the name and the whole of it as `filename*`
    /// (RFC 6266). ASCII throughout.
    #[must_use]
    pub fn content_disposition(&self) -> String {
        let keep = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
        let plain: String = self
            .file_name
            .chars()
            .map(|c| if keep(c) { c } else { '_' })
            .collect();
        let mut encoded = String::new();
        for byte in self.file_name.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    encoded.push(byte.into());
                }
                other => encoded.push_str(&format!("%{other:02X}")),
            }
        }
        format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
    }
}

/// A URL that works until a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub url: String,
    pub expires_at: Timestamp,
}

/// A URL to PUT one file to, and what has to be sent along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadLink {
    pub link: Link,
    /// Headers without which the PUT is refused, beside those that every HTTP client sends by itself.
    pub headers: BTreeMap<String, String>,
}

/// A stored file, as the store sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobInfo {
    pub digest: Digest,
    pub size_bytes: u64,
    pub stored_at: Timestamp,
}

/// A file that is read whole.
pub struct StoredBlob {
    pub size_bytes: u64,
    pub body: ByteStream,
}

/// Why an upload's body was not taken. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    #[error("the file is larger than announced")]
    TooLarge,
    #[error("the file was cut short: {received} of {announced} bytes came")]
    CutShort { announced: u64, received: u64 },
    #[error("the file does not have the announced digest")]
    WrongDigest,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Stores files. Originals are private; derivatives are public under names that are their own digests.
#[async_trait]
pub trait BlobStore: Send + Sync + 'static {
    /// Where a client PUTs the file this grant is for.
    async fn upload_link(
        &self,
        grant: &UploadGrant,
        expires_at: Timestamp,
    ) -> Result<UploadLink, Unavailable>;

    /// Takes an upload's body into staging, checking size and digest on the way; the same upload may be sent
    /// again. For clients that PUT to our own server; where the upload link leads elsewhere, only seeding does.
    async fn receive(&self, grant: &UploadGrant, body: ByteStream) -> Result<(), ReceiveError>;

    /// Reads a staged upload whole, checked against the grant; `None` when nothing has been PUT.
    async fn staged(&self, grant: &UploadGrant) -> Result<Option<Bytes>, ReceiveError>;

    /// Keeps a staged upload as an original, under its digest, byte for byte; durable when it returns. Idempotent.
    async fn keep_original(&self, grant: &UploadGrant) -> Result<(), Unavailable>;

    /// Throws a staged upload away, if it is there.
    async fn discard_staged(&self, picture_id: PictureId) -> Result<(), Unavailable>;

    /// Stores a public derivative under its digest; durable when it returns. Idempotent.
    async fn put_derivative(&self, digest: Digest, body: Bytes) -> Result<(), Unavailable>;

    async fn derivative(&self, digest: Digest) -> Result<Option<StoredBlob>, Unavailable>;

    async fn original(&self, digest: Digest) -> Result<Option<StoredBlob>, Unavailable>;

    /// Where a client GETs the original this grant is for.
    async fn download_link(
        &self,
        grant: &DownloadGrant,
        expires_at: Timestamp,
    ) -> Result<Link, Unavailable>;

    /// The public address of a derivative.
    fn derivative_url(&self, digest: Digest) -> String;

    /// Originals in order of digest behind `after`, at most `limit`; for the collector of orphans.
    async fn list_originals(
        &self,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Vec<BlobInfo>, Unavailable>;

    /// Derivatives likewise.
    async fn list_derivatives(
        &self,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Vec<BlobInfo>, Unavailable>;

    /// Removes an original that was last stored before a time; answers whether it did. One that is stored
    /// again while this runs stays.
    async fn remove_original(&self, digest: Digest, before: Timestamp)
    -> Result<bool, Unavailable>;

    /// A derivative likewise.
    async fn remove_derivative(
        &self,
        digest: Digest,
        before: Timestamp,
    ) -> Result<bool, Unavailable>;

    /// Throws away staged uploads older than `before`; answers how many.
    async fn discard_stale_uploads(&self, before: Timestamp) -> Result<u64, Unavailable>;
}
