//! Removing files version by version.
//!
//! Keeps true: whatever is stored while a removal runs is a version of its own, which the removal does not name; so
//! it stays, without a lock and on every server that keeps versions.

use aws_sdk_s3::{
    operation::list_object_versions::ListObjectVersionsOutput,
    types::{Delete, ObjectIdentifier},
};
use picasso_commands::ports::Unavailable;
use picasso_domain::Timestamp;

use super::{
    bucket::Bucket,
    error::{broken, unavailable},
    shelf::timestamp,
};

/// One thing stored under a key: a file, or the mark that one was deleted.
struct Version {
    key: String,
    id: String,
    stored_at: Timestamp,
    /// What the key stands for now.
    is_latest: bool,
    is_file: bool,
}

/// Removes a file with all its versions if it was last stored before a time; answers whether it did.
pub async fn remove(bucket: &Bucket, name: &str, before: Timestamp) -> Result<bool, Unavailable> {
    let key = bucket.key(name);
    let mut doomed = Vec::new();
    let mut pages = Pages::of(bucket, &key);
    while let Some(page) = pages.next().await? {
        doomed.extend(page.into_iter().filter(|version| version.key == key));
    }
    if doomed.iter().any(|version| version.stored_at >= before) {
        return Ok(false);
    }
    delete(bucket, &doomed).await?;
    Ok(doomed
        .iter()
        .any(|version| version.is_latest && version.is_file))
}

/// Removes what was stored under a prefix before a time; answers how many files.
pub async fn discard_older(
    bucket: &Bucket,
    prefix: &str,
    before: Timestamp,
) -> Result<u64, Unavailable> {
    let mut discarded = 0;
    let mut pages = Pages::of(bucket, &bucket.key(prefix));
    while let Some(mut page) = pages.next().await? {
        page.retain(|version| version.stored_at < before);
        delete(bucket, &page).await?;
        let files = page
            .iter()
            .filter(|version| version.is_latest && version.is_file);
        discarded += files.count() as u64;
    }
    Ok(discarded)
}

/// Deletes exactly these versions, of which one answer lists at most as many as one request deletes.
async fn delete(bucket: &Bucket, versions: &[Version]) -> Result<(), Unavailable> {
    for some in versions.chunks(MAX_DELETE) {
        let named = some.iter().map(|version| {
            ObjectIdentifier::builder()
                .key(&version.key)
                .version_id(&version.id)
                .build()
        });
        let named = named.collect::<Result<Vec<_>, _>>().map_err(broken)?;
        let these = Delete::builder().set_objects(Some(named)).quiet(true);
        let answer = bucket
            .client
            .delete_objects()
            .bucket(&bucket.name)
            .delete(these.build().map_err(broken)?)
            .send()
            .await
            .map_err(unavailable)?;
        if let Some(refused) = answer.errors().first() {
            let code = refused.code().unwrap_or("an unknown reason");
            return Err(broken(format!("a version could not be deleted: {code}")));
        }
    }
    Ok(())
}

/// The most that S3 deletes in one request.
const MAX_DELETE: usize = 1000;

/// The versions of all keys that begin with a prefix, page by page.
struct Pages<'a> {
    bucket: &'a Bucket,
    prefix: String,
    /// Key and version that the next page begins behind; `None` at the end.
    behind: Option<(Option<String>, Option<String>)>,
}

impl<'a> Pages<'a> {
    fn of(bucket: &'a Bucket, prefix: &str) -> Self {
        Self {
            bucket,
            prefix: prefix.to_owned(),
            behind: Some((None, None)),
        }
    }

    async fn next(&mut self) -> Result<Option<Vec<Version>>, Unavailable> {
        let Some((key, version)) = self.behind.take() else {
            return Ok(None);
        };
        let page = self
            .bucket
            .client
            .list_object_versions()
            .bucket(&self.bucket.name)
            .prefix(&self.prefix)
            .set_key_marker(key)
            .set_version_id_marker(version)
            .send()
            .await
            .map_err(unavailable)?;
        if page.is_truncated().unwrap_or_default() {
            self.behind = Some((
                page.next_key_marker.clone(),
                page.next_version_id_marker.clone(),
            ));
        }
        versions(&page).map(Some)
    }
}

fn versions(page: &ListObjectVersionsOutput) -> Result<Vec<Version>, Unavailable> {
    let files = page.versions().iter().map(|file| {
        let at = file.last_modified().and_then(timestamp);
        version(file.key(), file.version_id(), at, file.is_latest(), true)
    });
    let marks = page.delete_markers().iter().map(|mark| {
        let at = mark.last_modified().and_then(timestamp);
        version(mark.key(), mark.version_id(), at, mark.is_latest(), false)
    });
    files.chain(marks).collect()
}

fn version(
    key: Option<&str>,
    id: Option<&str>,
    stored_at: Option<Timestamp>,
    is_latest: Option<bool>,
    is_file: bool,
) -> Result<Version, Unavailable> {
    let (Some(key), Some(id), Some(stored_at)) = (key, id, stored_at) else {
        return Err(broken("a version is listed without key, id or time"));
    };
    Ok(Version {
        key: key.to_owned(),
        id: id.to_owned(),
        stored_at,
        is_latest: is_latest.unwrap_or_default(),
        is_file,
    })
}
