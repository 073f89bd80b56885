//! The web app: as it was built into this binary, and what its pages are told and allowed by the settings.

mod reach;
mod told;

use std::borrow::Cow;

use bytes::Bytes;
use picasso_api::http::{App, BuiltFile};
use picasso_commands::ports::BlobStore;
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::{
    config::Config,
    exit::{Code, Failure},
};

/// What `npm --prefix web run build` has written, if it ran before this binary was built.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Says how to build the web app, in its place.
const NOT_BUILT: &[u8] = include_bytes!("app/not_built.html");

pub async fn open(config: &Config, blobs: &dyn BlobStore) -> Result<App, Failure> {
    let identity = &config.identity;
    if identity.sandbox_url.is_none()
        && identity.emulator_url.is_none()
        && identity.api_key.is_none()
    {
        tracing::warn!("identity.api_key is not set: nobody can sign in with the web app");
    }
    let reach = reach::of_pages(config, blobs).await?;
    let app = App::new(files(), &reach, &told::to_pages(config));
    app.map_err(|error| Failure::from_error(Code::Internal, &error))
}

fn files() -> Vec<BuiltFile> {
    let files = Dist::iter().filter_map(|name| Some(built(&name, Dist::get(&name)?)));
    let files: Vec<_> = files.collect();
    if files.iter().any(|file| file.name == "index.html") {
        return files;
    }
    vec![BuiltFile {
        name: "index.html".to_owned(),
        bytes: Bytes::from_static(NOT_BUILT),
        digest: hex::encode(Sha256::digest(NOT_BUILT)),
    }]
}

fn built(name: &str, file: EmbeddedFile) -> BuiltFile {
    BuiltFile {
        name: name.to_owned(),
        digest: hex::encode(file.metadata.sha256_hash()),
        bytes: match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        },
    }
}
