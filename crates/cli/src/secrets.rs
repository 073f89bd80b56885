//! Keys the server makes for itself: they sign upload links, download links and page tokens.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use rand::TryRngCore;

use crate::{
    config::{Config, Secret},
    exit::{Code, Failure},
};

const KEY_BYTES: usize = 32;

/// The keys of one deployment. No `Debug`.
pub struct Keys {
    pub links: [u8; KEY_BYTES],
    pub page_tokens: [u8; KEY_BYTES],
}

impl Keys {
    /// Takes the keys that are set, and reads the others from the data folder, making them at the first start; only
    /// the owner may read them.
    pub fn open(config: &Config) -> Result<Self, Failure> {
        let dir = config.data_dir.join("keys");
        fs::create_dir_all(&dir)?;
        let (keys, file) = (&config.keys, |name| dir.join(name));
        Ok(Self {
            links: key("keys.links", keys.links.as_ref(), &file("links.key"))?,
            page_tokens: key(
                "keys.page_tokens",
                keys.page_tokens.as_ref(),
                &file("page-tokens.key"),
            )?,
        })
    }
}

fn key(setting: &str, set: Option<&Secret>, path: &Path) -> Result<[u8; KEY_BYTES], Failure> {
    match set {
        None => kept(path),
        Some(set) => decode(set.reveal()).ok_or_else(|| {
            let message = format!("the setting {setting} must be 32 bytes in hex or base64");
            let hint =
                "`openssl rand -hex 32` makes one; all processes of a deployment need the same";
            Failure::new(Code::Config, message).hint(hint)
        }),
    }
}

fn decode(text: &str) -> Option<[u8; KEY_BYTES]> {
    let bytes = hex::decode(text).ok();
    let bytes = bytes.or_else(|| BASE64.decode(text.trim_end_matches('=')).ok())?;
    bytes.try_into().ok()
}

fn kept(path: &Path) -> Result<[u8; KEY_BYTES], Failure> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn config(links: Option<&str>) -> (tempfile::TempDir, Config) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config {
            data_dir: folder.path().to_owned(),
            ..Config::default()
        };
        config.keys.links = links.map(Secret::new);
        (folder, config)
    }

    #[test]
    fn a_key_that_is_set_goes_before_the_one_in_the_data_folder() {
        let base64 = BASE64.encode([7; KEY_BYTES]);
        for set in ["07".repeat(KEY_BYTES), format!("{base64}="), base64] {
            let (folder, config) = config(Some(&set));
            let keys = Keys::open(&config).expect("keys");
            assert_eq!(keys.links, [7; KEY_BYTES]);
            assert!(!folder.path().join("keys/links.key").exists());
            assert!(folder.path().join("keys/page-tokens.key").exists());
        }
    }

    #[test]
    fn keys_that_are_not_set_are_made_once() {
        let (_folder, config) = config(None);
        let [first, second] = [(); 2].map(|()| Keys::open(&config).expect("keys"));
        assert_eq!(first.links, second.links);
        assert_ne!(first.links, first.page_tokens);
    }

    #[test]
    fn a_malformed_key_is_named_and_not_shown() {
        for malformed in ["", "hush", &"0".repeat(63), &"zz".repeat(KEY_BYTES)] {
            let (_folder, config) = config(Some(malformed));
            let refused = Keys::open(&config).err().expect("refused");
            let said = format!("{refused:?}");
            assert!(said.contains("keys.links must be 32 bytes"), "{said}");
            assert!(malformed.is_empty() || !said.contains(malformed), "{said}");
        }
    }
}
