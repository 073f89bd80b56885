//! ID tokens: RS256 JWTs in the claim shape of <https://firebase.google.com/docs/auth/admin/verify-id-tokens>,
//! and the key that signs them, made once and kept in a file only its owner may read.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Account, TOKEN_LIFETIME_S};
use crate::error::{Result, SandboxError};

#[derive(Serialize)]
pub(super) struct Claims<'a> {
    iss: String,
    aud: &'a str,
    auth_time: i64,
    user_id: &'a str,
    sub: &'a str,
    iat: i64,
    exp: i64,
    email: &'a str,
    email_verified: bool,
    firebase: Value,
    /// A custom claim; absent when there are none, as Firebase does it.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    roles: &'a [String],
}

impl<'a> Claims<'a> {
    pub fn new(account: &'a Account, project_id: &'a str, now_s: i64) -> Self {
        Self {
            iss: issuer(project_id),
            aud: project_id,
            auth_time: now_s,
            user_id: &account.local_id,
            sub: &account.local_id,
            iat: now_s,
            exp: now_s + TOKEN_LIFETIME_S,
            email: &account.email,
            // The sandbox's mail box takes every address, so every address can be written to.
            email_verified: true,
            firebase: json!({"identities": {"email": [account.email]}, "sign_in_provider": "password"}),
            roles: &account.roles,
        }
    }
}

pub(super) fn issuer(project_id: &str) -> String {
    format!("https://securetoken.google.com/{project_id}")
}

pub(super) struct Signer {
    key: EncodingKey,
    header: Header,
    jwks: Value,
}

impl Signer {
    /// Reads the key, or makes it; `None` keeps it in memory.
    pub fn open(file: Option<&Path>) -> Result<Self> {
        let pem = match file {
            Some(file) => read_or_create(file)?,
            None => in_memory_pem()?,
        };
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(unusable)?;
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).map_err(unusable)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let header = Header {
            kid: Some(kid),
            ..Header::new(Algorithm::RS256)
        };
        Ok(Self {
            key,
            header,
            jwks: json!({ "keys": [jwk] }),
        })
    }

    pub fn sign(&self, claims: &impl Serialize) -> Result<String> {
        jsonwebtoken::encode(&self.header, claims, &self.key).map_err(unusable)
    }

    pub fn jwks(&self) -> &Value {
        &self.jwks
    }
}

/// Making a key takes seconds in an unoptimised build, so the in-memory sandboxes of a process share one.
fn in_memory_pem() -> Result<String> {
    static SHARED: Mutex<Option<String>> = Mutex::new(None);
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let pem = match shared.take() {
        Some(pem) => pem,
        None => generate_pem()?,
    };
    Ok(shared.insert(pem).clone())
}

fn read_or_create(file: &Path) -> Result<String> {
    let failed = |source| SandboxError::File {
        path: file.to_owned(),
        source,
    };
    match std::fs::read_to_string(file) {
        Ok(pem) => Ok(pem),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let pem = generate_pem()?;
            match write_private(file, &pem) {
                Ok(()) => Ok(pem),
                // Another process has made one meanwhile: there is one key for all.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    std::fs::read_to_string(file).map_err(failed)
                }
                Err(error) => Err(failed(error)),
            }
        }
        Err(error) => Err(failed(error)),
    }
}

/// Whole or not at all, and with mode 0600 from the first byte, which is how `tempfile` makes files.
fn write_private(file: &Path, pem: &str) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    draft.write_all(pem.as_bytes())?;
    draft.as_file().sync_all()?;
    draft.persist_noclobber(file)?;
    std::fs::File::open(folder)?.sync_all()
}

/// A new RSA 2048 key as PKCS#8 in PEM (RFC 7468).
fn generate_pem() -> Result<String> {
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(unusable)?;
    let der = key.as_der().map_err(unusable)?;
    let text = STANDARD.encode(der.as_ref());
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    for start in (0..text.len()).step_by(64) {
        pem.push_str(&text[start..text.len().min(start + 64)]);
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(pem)
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> SandboxError {
    SandboxError::SigningKey(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::Signer;

    #[test]
    fn all_who_start_at_once_over_one_folder_sign_with_one_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("identity-key.pem");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let open = || Signer::open(Some(&file)).map(|signer| signer.jwks);
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
            let ends = threads.into_iter().map(|thread| thread.join());
            ends.map(|end| end.expect("it runs").expect("a key"))
                .collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    }
}
