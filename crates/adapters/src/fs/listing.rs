//! Goes through the folder: files by digest in order, page by page, and uploads by age.
//!
//! Names that are not ours are passed over, never touched.

use std::{
    fs::{self, DirEntry},
    io,
    path::{Path, PathBuf},
};

use picasso_commands::ports::BlobInfo;
use picasso_domain::{Timestamp, values::Digest};

use super::durable::{self, if_there, modified};

/// A folder of files named by digest, under `depth` levels of folders of two hexadecimal digits each.
pub struct Shelf<'a> {
    root: &'a Path,
    depth: usize,
}

impl<'a> Shelf<'a> {
    pub fn new(root: &'a Path, depth: usize) -> Self {
        Self { root, depth }
    }

    /// At most `limit` files behind `after`. Folders before `after` are not even opened.
    pub fn list(&self, after: Option<Digest>, limit: usize) -> io::Result<Vec<BlobInfo>> {
        let after = after.map(|digest| digest.to_string());
        let mut page = Vec::new();
        walk(self.root, self.depth, "", after.as_deref(), &mut |info| {
            page.push(info);
            page.len() < limit
        })?;
        page.truncate(limit);
        Ok(page)
    }
}

/// Shows every file behind `after` to `visit`, in order, until that answers `false`.
fn walk(
    folder: &Path,
    depth: usize,
    prefix: &str,
    after: Option<&str>,
    visit: &mut impl FnMut(BlobInfo) -> bool,
) -> io::Result<bool> {
    for (name, path) in entries(folder)? {
        let more = if depth == 0 {
            let is_behind = after.is_none_or(|after| name.as_str() > after);
            let found = if is_behind {
                stored(&name, &path)?
            } else {
                None
            };
            found.is_none_or(&mut *visit)
        } else {
            let prefix = format!("{prefix}{name}");
            let is_behind = after.is_none_or(|after| after.get(..prefix.len()) <= Some(&*prefix));
            !is_branch(&name) || !is_behind || walk(&path, depth - 1, &prefix, after, visit)?
        };
        if !more {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_branch(name: &str) -> bool {
    name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A file of ours; one that has gone since the folder was read is no error.
fn stored(name: &str, path: &Path) -> io::Result<Option<BlobInfo>> {
    let Ok(digest) = name.parse::<Digest>() else {
        return Ok(None);
    };
    if digest.to_string() != name {
        return Ok(None);
    }
    let Some(metadata) = if_there(fs::metadata(path))? else {
        return Ok(None);
    };
    Ok(Some(BlobInfo {
        digest,
        size_bytes: metadata.len(),
        stored_at: modified(&metadata)?,
    }))
}

/// Removes the files of a folder that were last written before a time; answers how many.
pub fn discard_older(folder: &Path, before: Timestamp) -> io::Result<u64> {
    let mut discarded = 0;
    for (_, path) in entries(folder)? {
        let Some(metadata) = if_there(fs::metadata(&path))? else {
            continue;
        };
        if metadata.is_file() && modified(&metadata)? < before {
            durable::remove(&path)?;
            discarded += 1;
        }
    }
    Ok(discarded)
}

/// The names in a folder, in order; those that are not UTF-8 cannot be ours.
fn entries(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let Some(reader) = if_there(fs::read_dir(folder))? else {
        return Ok(Vec::new());
    };
    let entries: Vec<DirEntry> = reader.collect::<io::Result<_>>()?;
    let mut names: Vec<_> = entries
        .into_iter()
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .collect();
    names.sort_unstable();
    Ok(names)
}
