//! Takes an upload's body in and checks it against what was announced.
//!
//! Keeps true: never more than the announced bytes are on the disk, and a body that is not what was announced
//! leaves nothing behind.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt;
use picasso_commands::ports::{ByteStream, MAX_UPLOAD_BYTES, ReceiveError, UploadGrant};
use picasso_domain::values::Digest;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncWriteExt, BufWriter};

use super::{durable::Partial, unavailable};

/// How long a client may send nothing before its upload counts as cut short.
const MAX_PAUSE: Duration = Duration::from_secs(60);
const WRITE_BYTES: usize = 256 << 10;

/// Writes the whole body to a file that is gone again when dropped.
pub async fn into_partial(
    folder: &Path,
    grant: &UploadGrant,
    mut body: ByteStream,
) -> Result<Partial, ReceiveError> {
    if grant.size_bytes > MAX_UPLOAD_BYTES {
        return Err(ReceiveError::TooLarge);
    }
    let partial = Partial::new_in(folder).map_err(unavailable)?;
    let file = tokio::fs::File::from_std(partial.reopen().map_err(unavailable)?);
    let mut file = BufWriter::with_capacity(WRITE_BYTES, file);
    let mut hash = Sha256::new();
    let mut received = 0;
    while let Some(piece) = next_piece(&mut body, grant, received).await? {
        received += piece.len() as u64;
        if received > grant.size_bytes {
            return Err(ReceiveError::TooLarge);
        }
        hash.update(&piece);
        file.write_all(&piece).await.map_err(unavailable)?;
    }
    file.flush().await.map_err(unavailable)?;
    grant.check(received, Digest::new(hash.finalize().into()))?;
    Ok(partial)
}

/// The next piece; a connection that breaks or falls silent has been cut short.
async fn next_piece(
    body: &mut ByteStream,
    grant: &UploadGrant,
    received: u64,
) -> Result<Option<Bytes>, ReceiveError> {
    match tokio::time::timeout(MAX_PAUSE, body.next()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(piece))) => Ok(Some(piece)),
        Ok(Some(Err(_))) | Err(_) => Err(ReceiveError::CutShort {
            announced: grant.size_bytes,
            received,
        }),
    }
}

/// Reads a staged upload whole; `None` when there is none.
pub fn read_checked(path: &Path, grant: &UploadGrant) -> Result<Option<Bytes>, ReceiveError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unavailable(error).into()),
    };
    // One byte more than announced tells a file that is too large from one that fits.
    let room = grant.size_bytes.min(MAX_UPLOAD_BYTES).saturating_add(1);
    let mut content = Vec::new();
    file.take(room)
        .read_to_end(&mut content)
        .map_err(unavailable)?;
    let hash = Sha256::new().chain_update(&content);
    grant.check(content.len() as u64, Digest::new(hash.finalize().into()))?;
    Ok(Some(content.into()))
}
