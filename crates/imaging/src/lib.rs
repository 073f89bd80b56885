//! Develops uploads: strict decoding within limits, upright, and three public renditions without metadata.
//!
//! Keeps true: a file is refused by its header before anything is allocated for its pixels; all decodes at once
//! stay within one memory budget; a rendition carries pixels and an ICC profile, nothing else of the original.

mod admission;
mod deadline;
mod icc;
mod jpeg;
mod limits;
mod orientation;
mod palette;
mod png;
mod raster;
mod render;
mod source;
mod watermark;
mod webp;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use picasso_commands::ports::{Darkroom, DevelopError, Developed};
use tokio::task::JoinError;

pub use self::limits::Limits;
use self::{admission::Admission, deadline::Deadline, source::Source};

/// A [`Darkroom`] in this process: zune-jpeg, png and image-webp decode, fast_image_resize scales, jpeg-encoder
/// writes. Animations, CMYK profiles and pictures of more than 8 bits a channel become still 8-bit sRGB-like
/// pixels or are refused; transparency is laid on white.
#[derive(Clone)]
pub struct ImageDarkroom {
    limits: Limits,
    admission: Arc<Admission>,
}

impl ImageDarkroom {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let admission = Arc::new(Admission::new(&limits));
        Self { limits, admission }
    }
}

#[async_trait]
impl Darkroom for ImageDarkroom {
    async fn develop(&self, file: Bytes) -> Result<Developed, DevelopError> {
        let place = self.admission.queue()?;
        let limits = self.limits;
        let source = on_a_worker(move || Source::inspect(file, &limits)).await?;
        let admitted = place.admit(source.memory_bytes(&limits)?).await?;
        let allowed = Duration::from_millis(limits.max_millis);
        let deadline = Deadline::after(allowed);
        // A decoder that cannot be interrupted keeps its memory and its worker until it ends; the caller does not wait.
        let work = on_a_worker(move || {
            let developed = render::develop(&source, deadline);
            drop(admitted);
            developed
        });
        tokio::time::timeout(allowed, work)
            .await
            .unwrap_or(Err(DevelopError::TooSlow))
    }
}

async fn on_a_worker<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DevelopError> + Send + 'static,
) -> Result<T, DevelopError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|failed: JoinError| Err(DevelopError::Internal(failed.into())))
}
