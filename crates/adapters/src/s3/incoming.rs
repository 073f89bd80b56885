//! Bodies on their way into the bucket: small ones in one request, large ones in parts.
//!
//! Keeps true: a name appears only when the whole file has been taken and is what was announced; at most one part
//! is held in memory.

use std::time::Duration;

use aws_sdk_s3::{
    primitives::ByteStream as S3Body,
    types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart},
};
use bytes::Bytes;
use futures::StreamExt;
use picasso_commands::ports::{
    ByteStream, DERIVATIVE_CACHE_CONTROL, DERIVATIVE_MIME, MAX_UPLOAD_BYTES, ReceiveError,
    Unavailable, UploadGrant,
};
use picasso_domain::values::Digest;
use sha2::{Digest as _, Sha256};

use super::{
    bucket::{Bucket, checksum, size_of},
    error::{broken, unavailable},
    shelf::{self, Shelf},
};

/// Bodies above this go in parts of this size; S3 wants at least 5 MiB.
const PART_BYTES: usize = 8 << 20;
/// How long a body may stand still before it counts as cut short.
const MAX_PAUSE: Duration = Duration::from_secs(60);
/// How long a staged upload may take to be read whole.
const MAX_READ: Duration = Duration::from_secs(60);

/// What a file is served as.
struct Kind {
    mime: &'static str,
    cache_control: Option<&'static str>,
}

const STAGED: Kind = Kind {
    mime: "application/octet-stream",
    cache_control: None,
};
const DERIVATIVE: Kind = Kind {
    mime: DERIVATIVE_MIME,
    cache_control: Some(DERIVATIVE_CACHE_CONTROL),
};

/// Takes an upload's body through our own server.
pub async fn receive(
    bucket: &Bucket,
    grant: &UploadGrant,
    mut body: ByteStream,
) -> Result<(), ReceiveError> {
    if grant.size_bytes > MAX_UPLOAD_BYTES {
        return Err(ReceiveError::TooLarge);
    }
    let name = shelf::staged(grant.picture_id);
    let mut incoming = Incoming::new(bucket, &name, STAGED);
    let taken = take(&mut incoming, grant, &mut body).await;
    match taken {
        Ok(()) => Ok(incoming.finish(grant.digest).await?),
        Err(refusal) => {
            incoming.abandon().await?;
            Err(refusal)
        }
    }
}

async fn take(
    incoming: &mut Incoming<'_>,
    grant: &UploadGrant,
    body: &mut ByteStream,
) -> Result<(), ReceiveError> {
    loop {
        let received = incoming.received;
        match tokio::time::timeout(MAX_PAUSE, body.next()).await {
            Ok(None) => return grant.check(received, incoming.digest()),
            Ok(Some(Ok(piece))) if received + piece.len() as u64 > grant.size_bytes => {
                return Err(ReceiveError::TooLarge);
            }
            Ok(Some(Ok(piece))) => incoming.write(&piece).await?,
            Ok(Some(Err(_))) | Err(_) => {
                return Err(ReceiveError::CutShort {
                    announced: grant.size_bytes,
                    received,
                });
            }
        }
    }
}

/// Reads a staged upload whole; what the bucket says of its size is looked at before a byte is read.
pub async fn staged(bucket: &Bucket, grant: &UploadGrant) -> Result<Option<Bytes>, ReceiveError> {
    let Some(found) = bucket.get(&shelf::staged(grant.picture_id)).await? else {
        return Ok(None);
    };
    let size_bytes = size_of(&found)?;
    if size_bytes > grant.size_bytes.min(MAX_UPLOAD_BYTES) {
        return Err(ReceiveError::TooLarge);
    }
    let read = tokio::time::timeout(MAX_READ, found.body.collect()).await;
    let content = read.map_err(broken)?.map_err(broken)?.into_bytes();
    let digest = Digest::new(Sha256::digest(&content).into());
    grant.check(content.len() as u64, digest)?;
    Ok(Some(content))
}

pub async fn put_derivative(
    bucket: &Bucket,
    digest: Digest,
    body: &Bytes,
) -> Result<(), Unavailable> {
    let name = Shelf::Derivatives.name(digest);
    let mut incoming = Incoming::new(bucket, &name, DERIVATIVE);
    match incoming.write(body).await {
        Ok(()) => incoming.finish(digest).await,
        Err(error) => {
            incoming.abandon().await?;
            Err(error)
        }
    }
}

/// A file that is being stored. What a crash leaves of one in parts is removed by the bucket's lifecycle rule.
struct Incoming<'a> {
    bucket: &'a Bucket,
    key: String,
    kind: Kind,
    hash: Sha256,
    received: u64,
    /// What has not been sent yet.
    rest: Vec<u8>,
    parts: Option<Parts>,
}

/// Of a file too large for one request.
struct Parts {
    upload_id: String,
    sent: Vec<CompletedPart>,
}

impl<'a> Incoming<'a> {
    fn new(bucket: &'a Bucket, name: &str, kind: Kind) -> Self {
        Self {
            bucket,
            key: bucket.key(name),
            kind,
            hash: Sha256::new(),
            received: 0,
            rest: Vec::new(),
            parts: None,
        }
    }

    fn digest(&self) -> Digest {
        Digest::new(self.hash.clone().finalize().into())
    }

    async fn write(&mut self, mut piece: &[u8]) -> Result<(), Unavailable> {
        self.hash.update(piece);
        self.received += piece.len() as u64;
        // A part is sent only when more follows, so that the last one is never empty.
        while self.rest.len() + piece.len() > PART_BYTES {
            let (now, later) = piece.split_at(PART_BYTES - self.rest.len());
            self.rest.extend_from_slice(now);
            self.send_part().await?;
            piece = later;
        }
        self.rest.extend_from_slice(piece);
        Ok(())
    }

    async fn send_part(&mut self) -> Result<(), Unavailable> {
        let parts = match &mut self.parts {
            Some(parts) => parts,
            none => none.insert(begin(self.bucket, &self.key, &self.kind).await?),
        };
        let number = i32::try_from(parts.sent.len() + 1).map_err(broken)?;
        let body = std::mem::take(&mut self.rest);
        let sent = self
            .bucket
            .client
            .upload_part()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .upload_id(&parts.upload_id)
            .part_number(number)
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .body(body.into())
            .send()
            .await
            .map_err(unavailable)?;
        let part = CompletedPart::builder()
            .part_number(number)
            .set_e_tag(sent.e_tag)
            .set_checksum_crc32(sent.checksum_crc32);
        parts.sent.push(part.build());
        Ok(())
    }

    /// Stores the file if it is the one named, and nothing otherwise.
    async fn finish(mut self, digest: Digest) -> Result<(), Unavailable> {
        if self.digest() != digest {
            let key = self.key.clone();
            self.abandon().await?;
            return Err(broken(format!("{key} is not what is to be stored")));
        }
        if self.parts.is_none() {
            return self.put_whole(digest).await;
        }
        self.send_part().await?;
        let Some(parts) = self.parts.take() else {
            return Ok(());
        };
        let all = CompletedMultipartUpload::builder().set_parts(Some(parts.sent));
        self.bucket
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .upload_id(parts.upload_id)
            .multipart_upload(all.build())
            .send()
            .await
            .map_err(unavailable)?;
        Ok(())
    }

    async fn put_whole(self, digest: Digest) -> Result<(), Unavailable> {
        self.bucket
            .client
            .put_object()
            .bucket(&self.bucket.name)
            .key(self.key)
            .content_type(self.kind.mime)
            .set_cache_control(self.kind.cache_control.map(str::to_owned))
            .checksum_sha256(checksum(digest))
            .body(S3Body::from(self.rest))
            .send()
            .await
            .map_err(unavailable)?;
        Ok(())
    }

    /// Throws away what was sent.
    async fn abandon(self) -> Result<(), Unavailable> {
        let Some(parts) = self.parts else {
            return Ok(());
        };
        self.bucket
            .client
            .abort_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .upload_id(parts.upload_id)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(())
    }
}

async fn begin(bucket: &Bucket, key: &str, kind: &Kind) -> Result<Parts, Unavailable> {
    let begun = bucket
        .client
        .create_multipart_upload()
        .bucket(&bucket.name)
        .key(key)
        .content_type(kind.mime)
        .set_cache_control(kind.cache_control.map(str::to_owned))
        .checksum_algorithm(ChecksumAlgorithm::Crc32)
        .send()
        .await
        .map_err(unavailable)?;
    let upload_id = begun.upload_id;
    Ok(Parts {
        upload_id: upload_id.ok_or_else(|| broken("an upload in parts has no id"))?,
        sent: Vec::new(),
    })
}
