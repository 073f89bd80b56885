//! Whom the web app's pages may reach: the origins of files, as the blob store hands their addresses out, and of
//! whoever signs people in.

use picasso_api::http::Reach;
use picasso_commands::ports::{BlobStore, DownloadGrant, UploadGrant};
use picasso_domain::{
    Timestamp,
    values::{Digest, MediaType, PictureId, UserId},
};
use reqwest::Url;
use uuid::Uuid;

use crate::{
    config::{Config, Identity},
    exit::{Code, Failure},
};

/// Where Firebase is called (<https://firebase.google.com/docs/reference/rest/auth>).
const FIREBASE_CALLS: [&str; 2] = [
    "https://identitytoolkit.googleapis.com",
    "https://securetoken.googleapis.com",
];
/// What its sign-in windows are made by.
const FIREBASE_SCRIPTS: &str = "https://apis.google.com";

pub async fn of_pages(config: &Config, blobs: &dyn BlobStore) -> Result<Reach, Failure> {
    let mut reach = Reach::default();
    reach
        .images
        .insert(origin(&blobs.derivative_url(Digest::default()))?);
    for link in links(blobs).await? {
        reach.calls.insert(origin(&link)?);
    }
    sign_in(&config.identity, &mut reach)?;
    Ok(reach)
}

/// A link of each kind to a file that is not there, whose time is over: only where they lead matters.
async fn links(blobs: &dyn BlobStore) -> Result<[String; 2], Failure> {
    let upload = UploadGrant {
        picture_id: PictureId::new(Uuid::max()),
        owner: UserId::parse("nobody")?,
        size_bytes: 1,
        digest: Digest::default(),
    };
    let download = DownloadGrant {
        original: Digest::default(),
        media_type: MediaType::Jpeg,
        file_name: String::new(),
    };
    let over = Timestamp::UNIX_EPOCH;
    let upload = blobs.upload_link(&upload, over).await?;
    let download = blobs.download_link(&download, over).await?;
    Ok([upload.link.url, download.url])
}

fn sign_in(identity: &Identity, reach: &mut Reach) -> Result<(), Failure> {
    if let Some(sandbox) = &identity.sandbox_url {
        reach.calls.insert(origin(sandbox)?);
        return Ok(());
    }
    let project = identity.project_id.as_deref().unwrap_or_default();
    let domain = format!("https://{}", identity.auth_domain(project));
    reach.calls.extend(FIREBASE_CALLS.map(str::to_owned));
    reach.scripts.insert(FIREBASE_SCRIPTS.to_owned());
    reach.frames.insert(origin(&domain)?);
    if let Some(emulator) = &identity.emulator_url {
        let emulator = origin(emulator)?;
        reach.frames.insert(emulator.clone());
        reach.calls.insert(emulator);
    }
    Ok(())
}

fn origin(url: &str) -> Result<String, Failure> {
    let parsed = Url::parse(url).map_err(|error| {
        let message = format!("{url} is no address that pages can reach: {error}");
        Failure::new(Code::Config, message)
    })?;
    Ok(parsed.origin().ascii_serialization())
}
