//! A folder as the store of files: `incoming/` for uploads, `originals/ab/cd/<digest>`, `derivatives/ab/<digest>`.
//!
//! Keeps true: a name appears only when the whole file is durable under it; names are made of digests and picture
//! ids alone, so no text from outside ever becomes a path; only this user may read what lies here.

mod durable;
mod listing;
mod receive;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use picasso_commands::{
    links::LinkSigner,
    ports::{
        BlobInfo, BlobStore, ByteStream, DownloadGrant, Link, ReceiveError, StoredBlob,
        Unavailable, UploadGrant, UploadLink,
    },
};
use picasso_domain::{
    Timestamp,
    values::{Digest, PictureId},
};
use tokio_util::io::ReaderStream;

use self::listing::Shelf;

/// How much of a file is read at a time.
const READ_BYTES: usize = 64 << 10;

/// A [`BlobStore`] in one folder; everything lies on its file system, so every move into place is atomic.
#[derive(Clone)]
pub struct FolderBlobStore {
    folders: Arc<Folders>,
    signer: LinkSigner,
    public_base_url: String,
}

/// Where what lies. Every path below is built here.
struct Folders {
    /// Files that are still being written; what a crash leaves behind here is discarded when it is stale.
    partial: PathBuf,
    incoming: PathBuf,
    originals: PathBuf,
    derivatives: PathBuf,
}

impl Folders {
    fn staged(&self, picture_id: PictureId) -> PathBuf {
        self.incoming.join(picture_id.to_string())
    }

    fn original(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        self.originals
            .join(&name[..2])
            .join(&name[2..4])
            .join(&name)
    }

    fn derivative(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        self.derivatives.join(&name[..2]).join(&name)
    }
}

impl FolderBlobStore {
    /// Opens the store in `root`, making the folders that are missing, with mode 0700.
    ///
    /// Links begin with `public_base_url`, for example `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// [`Unavailable`] when the folders cannot be made.
    pub fn open(
        root: &Path,
        signer: LinkSigner,
        public_base_url: &str,
    ) -> Result<Self, Unavailable> {
        let folders = Folders {
            partial: root.join("partial"),
            incoming: root.join("incoming"),
            originals: root.join("originals"),
            derivatives: root.join("derivatives"),
        };
        durable::make_root(root).map_err(unavailable)?;
        for folder in [
            &folders.partial,
            &folders.incoming,
            &folders.originals,
            &folders.derivatives,
        ] {
            durable::make_folders(root, folder).map_err(unavailable)?;
        }
        Ok(Self {
            folders: Arc::new(folders),
            signer,
            public_base_url: public_base_url.trim_end_matches('/').to_owned(),
        })
    }

    fn link(&self, under: &str, token: &str, expires_at: Timestamp) -> Link {
        Link {
            url: format!("{}/{under}/{token}", self.public_base_url),
            expires_at,
        }
    }

    /// Runs file work off the async threads.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folders) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let folders = Arc::clone(&self.folders);
        match tokio::task::spawn_blocking(move || work(&folders)).await {
            Ok(done) => done.map_err(unavailable),
            Err(panicked) => Err(Unavailable::new(SERVICE, panicked)),
        }
    }
}

#[async_trait]
impl BlobStore for FolderBlobStore {
    async fn upload_link(
        &self,
        grant: &UploadGrant,
        expires_at: Timestamp,
    ) -> Result<UploadLink, Unavailable> {
        let token = self.signer.seal_upload(grant, expires_at);
        Ok(UploadLink {
            link: self.link("uploads", &token, expires_at),
            headers: BTreeMap::new(),
        })
    }

    async fn receive(&self, grant: &UploadGrant, body: ByteStream) -> Result<(), ReceiveError> {
        let partial = receive::into_partial(&self.folders.partial, grant, body).await?;
        let picture_id = grant.picture_id;
        self.blocking(move |folders| partial.move_to(&folders.staged(picture_id)))
            .await?;
        Ok(())
    }

    async fn staged(&self, grant: &UploadGrant) -> Result<Option<Bytes>, ReceiveError> {
        let grant = grant.clone();
        self.blocking(move |folders| {
            Ok(receive::read_checked(
                &folders.staged(grant.picture_id),
                &grant,
            ))
        })
        .await?
    }

    async fn keep_original(&self, grant: &UploadGrant) -> Result<(), Unavailable> {
        let (picture_id, digest) = (grant.picture_id, grant.digest);
        self.blocking(move |folders| {
            let original = folders.original(digest);
            durable::make_folders_of(&folders.originals, &original)?;
            durable::link(&folders.staged(picture_id), &original, &folders.partial)
        })
        .await
    }

    async fn discard_staged(&self, picture_id: PictureId) -> Result<(), Unavailable> {
        self.blocking(move |folders| durable::remove(&folders.staged(picture_id)))
            .await
    }

    async fn put_derivative(&self, digest: Digest, body: Bytes) -> Result<(), Unavailable> {
        self.blocking(move |folders| {
            let derivative = folders.derivative(digest);
            durable::make_folders_of(&folders.derivatives, &derivative)?;
            durable::write(&derivative, &body, &folders.partial)
        })
        .await
    }

    async fn derivative(&self, digest: Digest) -> Result<Option<StoredBlob>, Unavailable> {
        read_stream(self.folders.derivative(digest)).await
    }

    async fn original(&self, digest: Digest) -> Result<Option<StoredBlob>, Unavailable> {
        read_stream(self.folders.original(digest)).await
    }

    async fn download_link(
        &self,
        grant: &DownloadGrant,
        expires_at: Timestamp,
    ) -> Result<Link, Unavailable> {
        let token = self.signer.seal_download(grant, expires_at);
        Ok(self.link("originals", &token, expires_at))
    }

    fn derivative_url(&self, digest: Digest) -> String {
        format!("{}/media/{digest}.jpg", self.public_base_url)
    }

    async fn list_originals(
        &self,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Vec<BlobInfo>, Unavailable> {
        self.blocking(move |folders| Shelf::new(&folders.originals, 2).list(after, limit))
            .await
    }

    async fn list_derivatives(
        &self,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Vec<BlobInfo>, Unavailable> {
        self.blocking(move |folders| Shelf::new(&folders.derivatives, 1).list(after, limit))
            .await
    }

    async fn remove_original(
        &self,
        digest: Digest,
        before: Timestamp,
    ) -> Result<bool, Unavailable> {
        self.blocking(move |folders| durable::remove_older(&folders.original(digest), before))
            .await
    }

    async fn remove_derivative(
        &self,
        digest: Digest,
        before: Timestamp,
    ) -> Result<bool, Unavailable> {
        self.blocking(move |folders| durable::remove_older(&folders.derivative(digest), before))
            .await
    }

    async fn discard_stale_uploads(&self, before: Timestamp) -> Result<u64, Unavailable> {
        self.blocking(move |folders| {
            listing::discard_older(&folders.partial, before)?;
            listing::discard_older(&folders.incoming, before)
        })
        .await
    }
}

async fn read_stream(path: PathBuf) -> Result<Option<StoredBlob>, Unavailable> {
    let file = match tokio::fs::File::open(&path).await {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unavailable(error)),
    };
    let size_bytes = file.metadata().await.map_err(unavailable)?.len();
    let body = ReaderStream::with_capacity(file, READ_BYTES).boxed();
    Ok(Some(StoredBlob { size_bytes, body }))
}

const SERVICE: &str = "blob store";

fn unavailable(error: io::Error) -> Unavailable {
    Unavailable::new(SERVICE, error)
}
