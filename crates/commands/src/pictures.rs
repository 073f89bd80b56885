//! Uploading, publishing, repricing, describing and withdrawing pictures.
//!
//! Keeps true: an event never names a file that is not durably stored; a refused upload leaves nothing behind
//! but a staged file, which is discarded.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use picasso_domain::{
    Picture, Timestamp,
    picture::{Details, Edition, Licence, PictureCommand, Upload},
    values::{Derivative, Digest, Original, PictureId, Price},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{
    CommandError, Context, Executor, Receipt, UploadError,
    accounts::require_registered,
    executor::{Ask, Reply, decide_at},
    links::LinkSigner,
    ports::{
        BlobStore, Clock, Darkroom, DevelopError, Developed, MAX_UPLOAD_BYTES, UploadGrant,
        UploadLink,
    },
};

/// How long an upload may take from start to finish.
const UPLOAD_TTL: jiff::SignedDuration = jiff::SignedDuration::from_hours(2);
/// How many uploads are finished at once: each holds its whole file in memory.
const FINISHING: usize = 4;
/// How long a finish waits for its turn.
const FINISH_WAIT: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy)]
pub struct StartUpload {
    pub size_bytes: u64,
    pub digest: Digest,
}

/// Where to PUT the file, and what to finish with.
#[derive(Debug, Clone)]
pub struct UploadTicket {
    pub picture_id: PictureId,
    pub upload_token: String,
    pub upload: UploadLink,
    pub receipt: Receipt,
}

#[derive(Debug, Clone, Serialize)]
pub struct FinishUpload {
    pub upload_token: String,
    pub details: Details,
    pub price: Price,
    pub edition: Edition,
    pub licence: Licence,
}

/// What the picture commands need.
pub struct PicturesConfig {
    pub executor: Executor,
    pub blobs: Arc<dyn BlobStore>,
    pub darkroom: Arc<dyn Darkroom>,
    pub links: LinkSigner,
    pub clock: Arc<dyn Clock>,
}

/// Commands about pictures.
#[derive(Clone)]
pub struct Pictures {
    executor: Executor,
    blobs: Arc<dyn BlobStore>,
    darkroom: Arc<dyn Darkroom>,
    links: LinkSigner,
    clock: Arc<dyn Clock>,
    finishing: Arc<Semaphore>,
}

/// What is remembered of a started upload: enough to seal the same ticket again.
#[derive(Serialize, Deserialize)]
struct Started {
    picture_id: PictureId,
    expires_at: Timestamp,
}

impl Pictures {
    #[must_use]
    pub fn new(config: PicturesConfig) -> Self {
        Self {
            executor: config.executor,
            blobs: config.blobs,
            darkroom: config.darkroom,
            links: config.links,
            clock: config.clock,
            finishing: Arc::new(Semaphore::new(FINISHING)),
        }
    }

    /// Gives leave to PUT one file.
    ///
    /// # Errors
    /// [`UploadError::Size`] for an empty or too large file.
    pub async fn start_upload(
        &self,
        context: &Context,
        command: StartUpload,
    ) -> Result<UploadTicket, CommandError> {
        let StartUpload { size_bytes, digest } = command;
        if !(1..=MAX_UPLOAD_BYTES).contains(&size_bytes) {
            let max = MAX_UPLOAD_BYTES;
            return Err(UploadError::Size { max }.into());
        }
        require_registered(&self.executor, &context.actor).await?;
        let partition = context.actor.as_str();
        let ask = Ask::new(context, partition, "StartUpload", &(size_bytes, digest))?;
        let expires_at = self.clock.now() + UPLOAD_TTL;
        let (started, receipt) = self
            .executor
            .run(&ask, &|_| {
                let picture_id = PictureId::new(Uuid::now_v7());
                let value = Started {
                    picture_id,
                    expires_at,
                };
                Box::pin(async move { Ok(Reply { value, version: 0 }) })
            })
            .await?;
        let Started {
            picture_id,
            expires_at,
        } = started;
        let grant = UploadGrant {
            picture_id,
            owner: context.actor.clone(),
            size_bytes,
            digest,
        };
        Ok(UploadTicket {
            picture_id,
            upload_token: self.links.seal_upload(&grant, expires_at),
            upload: self.blobs.upload_link(&grant, expires_at).await?,
            receipt,
        })
    }

    /// Checks and develops a received file and records the picture.
    ///
    /// # Errors
    /// [`CommandError::Upload`] saying what is wrong with the token or the file.
    pub async fn finish_upload(
        &self,
        context: &Context,
        command: FinishUpload,
    ) -> Result<(PictureId, Receipt), CommandError> {
        // Whose it is and what for, however old: what was answered once is answered again.
        let grant = self.opened(context, &command, Timestamp::MIN)?;
        let picture_id = grant.picture_id;
        let ask = Ask::new(context, picture_id.to_string(), "FinishUpload", &command)?;
        if let Some(((), receipt)) = self.executor.answered(&ask).await? {
            return Ok((picture_id, receipt));
        }
        let receipt = match self.take_in_once(context, &grant, command).await? {
            Some(upload) => {
                let upload = PictureCommand::Upload(Box::new(upload));
                self.decide(&ask, picture_id, upload).await?
            }
            None => {
                let id = &ask.partition;
                self.executor.remember::<Picture>(&ask, id).await?
            }
        };
        self.discard(picture_id).await;
        Ok((picture_id, receipt))
    }

    /// The grant in a command's token, if it is the caller's and was still good at `now`.
    fn opened(
        &self,
        context: &Context,
        command: &FinishUpload,
        now: Timestamp,
    ) -> Result<UploadGrant, CommandError> {
        let opened = self.links.open_upload(&command.upload_token, now);
        let grant = opened.map_err(UploadError::from)?;
        if grant.owner == context.actor {
            Ok(grant)
        } else {
            Err(UploadError::NotYours.into())
        }
    }

    /// # Errors
    /// [`CommandError::Picture`], as for every command about a picture.
    pub async fn publish(&self, context: &Context, id: PictureId) -> Result<Receipt, CommandError> {
        let ask = Ask::new(context, id.to_string(), "PublishPicture", &id)?;
        let actor = context.actor.clone();
        self.decide(&ask, id, PictureCommand::Publish { actor })
            .await
    }

    /// # Errors
    /// [`CommandError::Picture`].
    pub async fn reprice(
        &self,
        context: &Context,
        id: PictureId,
        price: Price,
    ) -> Result<Receipt, CommandError> {
        let ask = Ask::new(context, id.to_string(), "RepricePicture", &(id, price))?;
        let actor = context.actor.clone();
        self.decide(&ask, id, PictureCommand::Reprice { actor, price })
            .await
    }

    /// # Errors
    /// [`CommandError::Picture`].
    pub async fn change_details(
        &self,
        context: &Context,
        id: PictureId,
        details: Details,
    ) -> Result<Receipt, CommandError> {
        let content = (id, &details);
        let ask = Ask::new(context, id.to_string(), "ChangePictureDetails", &content)?;
        let actor = context.actor.clone();
        self.decide(&ask, id, PictureCommand::ChangeDetails { actor, details })
            .await
    }

    /// # Errors
    /// [`CommandError::Picture`].
    pub async fn withdraw(
        &self,
        context: &Context,
        id: PictureId,
    ) -> Result<Receipt, CommandError> {
        let ask = Ask::new(context, id.to_string(), "WithdrawPicture", &id)?;
        let actor = context.actor.clone();
        self.decide(&ask, id, PictureCommand::Withdraw { actor })
            .await
    }

    async fn decide(
        &self,
        ask: &Ask<'_>,
        picture_id: PictureId,
        command: PictureCommand,
    ) -> Result<Receipt, CommandError> {
        let id = picture_id.to_string();
        let (id, command) = (id.as_str(), &command);
        let ((), receipt) = self
            .executor
            .run(ask, &|unit| {
                Box::pin(async move {
                    decide_at::<Picture>(&unit, ask.context, id, command.clone()).await
                })
            })
            .await?;
        Ok(receipt)
    }

    async fn is_uploaded(&self, picture_id: PictureId) -> Result<bool, CommandError> {
        let picture: Picture = self.executor.load(&picture_id.to_string()).await?;
        Ok(picture.listing().is_some())
    }

    /// `None` when the picture is there: finished before, or meanwhile, under another request id, which took
    /// the file away. The grant is for one file, so it is this picture.
    async fn take_in_once(
        &self,
        context: &Context,
        grant: &UploadGrant,
        command: FinishUpload,
    ) -> Result<Option<Upload>, CommandError> {
        if self.is_uploaded(grant.picture_id).await? {
            return Ok(None);
        }
        self.opened(context, &command, self.clock.now())?;
        match self.take_in(context, grant, command).await {
            Ok(upload) => Ok(Some(upload)),
            Err(_) if self.is_uploaded(grant.picture_id).await? => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// Develops a staged file and stores everything an event will name.
    async fn take_in(
        &self,
        context: &Context,
        grant: &UploadGrant,
        command: FinishUpload,
    ) -> Result<Upload, CommandError> {
        let turn = tokio::time::timeout(FINISH_WAIT, self.finishing.acquire());
        let Ok(Ok(_turn)) = turn.await else {
            return Err(UploadError::Busy.into());
        };
        let file = self.received(grant).await?;
        let developed = self.develop(grant.picture_id, file).await?;
        self.blobs.keep_original(grant).await?;
        let derivatives = self.store_derivatives(&developed).await?;
        Ok(Upload {
            artist: context.actor.clone(),
            original: Original {
                digest: grant.digest,
                size_bytes: grant.size_bytes,
                media_type: developed.media_type,
                dimensions: developed.dimensions,
            },
            derivatives,
            thumbhash: developed.thumbhash,
            dominant_colour: developed.dominant_colour,
            details: command.details,
            price: command.price,
            edition: command.edition,
            licence: command.licence,
        })
    }

    async fn received(&self, grant: &UploadGrant) -> Result<Bytes, CommandError> {
        let staged = self.blobs.staged(grant).await.map_err(UploadError::from)?;
        Ok(staged.ok_or(UploadError::NotReceived)?)
    }

    /// A file that is no picture is thrown away; one we had no time for stays, to be finished again.
    async fn develop(&self, picture_id: PictureId, file: Bytes) -> Result<Developed, CommandError> {
        let developed = self.darkroom.develop(file).await;
        if let Err(refusal) = &developed
            && is_about_the_file(refusal)
        {
            self.discard(picture_id).await;
        }
        Ok(developed.map_err(UploadError::from)?)
    }

    async fn store_derivatives(
        &self,
        developed: &Developed,
    ) -> Result<Vec<Derivative>, CommandError> {
        let mut stored = Vec::with_capacity(developed.derivatives.len());
        for derivative in &developed.derivatives {
            let digest = Digest::new(Sha256::digest(&derivative.body).into());
            self.blobs
                .put_derivative(digest, derivative.body.clone())
                .await?;
            stored.push(Derivative {
                kind: derivative.kind,
                digest,
                dimensions: derivative.dimensions,
                size_bytes: derivative.body.len() as u64,
            });
        }
        Ok(stored)
    }

    /// Staged files that stay behind are collected later, so a failure here is only noted.
    async fn discard(&self, picture_id: PictureId) {
        if let Err(error) = self.blobs.discard_staged(picture_id).await {
            tracing::warn!(%picture_id, %error, "a staged upload was left for the collector");
        }
    }
}

/// Whether developing the same file again would end the same way.
fn is_about_the_file(refusal: &DevelopError) -> bool {
    match refusal {
        DevelopError::UnsupportedFormat
        | DevelopError::Damaged(_)
        | DevelopError::SideTooLong { .. }
        | DevelopError::TooManyPixels { .. }
        | DevelopError::AbsurdCompression => true,
        DevelopError::TooSlow | DevelopError::Busy | DevelopError::Internal(_) => false,
    }
}
