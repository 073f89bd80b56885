//! Keys the server makes for itself: they sign upload links, download links and page tokens.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use rand::TryRngCore;

use crate::exit::{Code, Failure};

const KEY_BYTES: usize = 32;

/// The keys of one deployment. No `Debug`.
pub struct Keys {
    pub links: [u8; KEY_BYTES],
    pub page_tokens: [u8; KEY_BYTES],
}

impl Keys {
    /// Reads the keys from the data folder, making them at the first start; only the owner may read them.
    pub fn open(data_dir: &Path) -> Result<Self, Failure> {
        let dir = data_dir.join("keys");
        fs::create_dir_all(&dir)?;
        Ok(Self {
            links: key(&dir.join("links.key"))?,
            page_tokens: key(&dir.join("page-tokens.key"))?,
        })
    }
}

fn key(path: &Path) -> Result<[u8; KEY_BYTES], Failure> {
    match read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(path)?;
            Ok(read(path)?)
        }
        Err(error) => {
            let message = format!("the key {} cannot be read: {error}", path.display());
            Err(Failure::new(Code::Config, message))
        }
        Ok(key) => Ok(key),
    }
}

fn read(path: &Path) -> std::io::Result<[u8; KEY_BYTES]> {
    let mut file = fs::File::open(path)?;
    let mut key = [0; KEY_BYTES];
    file.read_exact(&mut key)?;
    Ok(key)
}

/// Written beside and renamed, so that another process never reads half a key; whoever is first wins.
fn make(path: &Path) -> Result<(), Failure> {
    let mut key = [0; KEY_BYTES];
    rand::rngs::OsRng
        .try_fill_bytes(&mut key)
        .map_err(|error| Failure::new(Code::Unavailable, format!("no random numbers: {error}")))?;
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(&key)?;
    file.sync_all()?;
    let linked = fs::hard_link(&beside, path);
    fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}
