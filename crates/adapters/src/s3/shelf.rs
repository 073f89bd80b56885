//! What things are called in the bucket, and listing them in order of digest.

use picasso_commands::ports::{BlobInfo, Unavailable};
use picasso_domain::{
    Timestamp,
    values::{Digest, PictureId},
};

use super::{bucket::Bucket, error::unavailable};

/// Where uploads wait to be finished.
pub const STAGING: &str = "staging/";
/// The most that S3 lists in one answer.
const MAX_PAGE: usize = 1000;

/// One of the two places of stored files.
#[derive(Debug, Clone, Copy)]
pub enum Shelf {
    Originals,
    Derivatives,
}

impl Shelf {
    fn affixes(self) -> (&'static str, &'static str) {
        match self {
            Self::Originals => ("originals/", ""),
            Self::Derivatives => ("derivatives/", ".jpg"),
        }
    }

    pub fn name(self, digest: Digest) -> String {
        let (before, after) = self.affixes();
        format!("{before}{digest}{after}")
    }

    /// The digest in a name of ours, `None` for what somebody else put here.
    fn digest(self, name: &str) -> Option<Digest> {
        let (before, after) = self.affixes();
        let middle = name.strip_prefix(before)?.strip_suffix(after)?;
        let digest: Digest = middle.parse().ok()?;
        (digest.to_string() == middle).then_some(digest)
    }
}

pub fn staged(picture_id: PictureId) -> String {
    format!("{STAGING}{picture_id}")
}

/// Files of a shelf behind `after`, at most `limit`; names of one length are in order of their digests.
pub async fn list(
    bucket: &Bucket,
    shelf: Shelf,
    after: Option<Digest>,
    limit: usize,
) -> Result<Vec<BlobInfo>, Unavailable> {
    let mut found = Vec::new();
    let mut behind = after.map(|digest| bucket.key(&shelf.name(digest)));
    while found.len() < limit {
        let room = i32::try_from((limit - found.len()).min(MAX_PAGE)).unwrap_or(i32::MAX);
        let page = bucket
            .client
            .list_objects_v2()
            .bucket(&bucket.name)
            .prefix(bucket.key(shelf.affixes().0))
            .set_start_after(behind)
            .max_keys(room)
            .send()
            .await
            .map_err(unavailable)?;
        let is_whole = !page.is_truncated().unwrap_or_default();
        let objects = page.contents.unwrap_or_default();
        behind = objects.last().and_then(|object| object.key.clone());
        found.extend(objects.iter().filter_map(|object| {
            let name = bucket.name_of(object.key()?)?;
            Some(BlobInfo {
                digest: shelf.digest(name)?,
                size_bytes: u64::try_from(object.size()?).ok()?,
                stored_at: timestamp(object.last_modified()?)?,
            })
        }));
        if is_whole || behind.is_none() {
            break;
        }
    }
    Ok(found)
}

/// A time of the bucket's, which tells them to the second or finer.
pub fn timestamp(time: &aws_sdk_s3::primitives::DateTime) -> Option<Timestamp> {
    let nanos = i32::try_from(time.subsec_nanos()).ok()?;
    Timestamp::new(time.secs(), nanos).ok()
}
