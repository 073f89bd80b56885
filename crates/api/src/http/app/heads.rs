//! What the head of a page says before any script runs: to programs that show links what the page is about (the Open Graph
//! protocol, ogp.me), and to browsers on phones, which have the longest way, which pictures they will want first.

use std::{sync::Arc, time::Duration};

use maud::{Markup, html};
use picasso_commands::ports::BlobStore;
use picasso_domain::values::{DerivativeKind, PictureId};
use picasso_projections::{
    gallery::{Artwork, Filter, GalleryPicture, GalleryQueries},
    query::{Paging, QueryError},
};
use tokio::time::timeout;

/// A page does not wait for it any longer.
const PATIENCE: Duration = Duration::from_millis(500);
const PICTURES: &str = "pictures/";
/// The first window of a phone shows no more pictures.
const WINDOW: u32 = 2;
/// Where pictures stand in one column, and how wide (`web/src/gallery/layout.ts`).
const ONE_COLUMN: &str = "(max-width: 575px)";
const COLUMN_WIDTH: &str = "calc(100vw - 2rem)";
/// What a card of the explore page chooses from, and what a picture's own page does (`web/src/ui/Picture.tsx`).
const OF_CARD: &[DerivativeKind] = &[
    DerivativeKind::ThumbnailSmall,
    DerivativeKind::ThumbnailLarge,
];
const OF_PAGE: &[DerivativeKind] = &[
    DerivativeKind::ThumbnailSmall,
    DerivativeKind::ThumbnailLarge,
    DerivativeKind::PreviewSmall,
    DerivativeKind::Preview,
];

/// Knows the pages where people come in: all pictures, and one that was shared.
#[derive(Clone)]
pub struct Heads {
    pub gallery: GalleryQueries,
    pub blobs: Arc<dyn BlobStore>,
    /// Where the app is, without a slash at its end.
    pub public_url: String,
}

impl Heads {
    /// Of the page at a path and query; nothing for any other, for a picture that not everybody may see, and when the read
    /// store is in trouble: pages work without.
    pub(super) async fn of(&self, path: &str, query: Option<&str>) -> Option<Markup> {
        let head = async {
            match path.strip_prefix(PICTURES).map(PictureId::parse) {
                Some(Ok(id)) => self.picture(id).await.map(Some),
                None if path.is_empty() && query.is_none() => self.explore().await.map(Some),
                _ => Ok(None),
            }
        };
        match timeout(PATIENCE, head).await {
            Ok(Ok(head)) => head,
            Ok(Err(QueryError::NotFound { .. })) => None,
            Ok(Err(error)) => {
                tracing::warn!(%error, "a page's head does not say what it is about");
                None
            }
            Err(_) => {
                tracing::warn!(
                    "a page's head does not say what it is about: the read store is slow"
                );
                None
            }
        }
    }

    async fn explore(&self) -> Result<Markup, QueryError> {
        let paging = Paging {
            size: WINDOW,
            token: String::new(),
        };
        let page = self.gallery.list(None, &Filter::default(), &paging).await?;
        Ok(html! {
            @for picture in &page.items {
                (self.early(&picture.artwork, OF_CARD))
            }
        })
    }

    async fn picture(&self, id: PictureId) -> Result<Markup, QueryError> {
        let GalleryPicture {
            artwork, artist, ..
        } = self.gallery.get(None, id).await?;
        let details = &artwork.details;
        let title = details.title.as_str();
        let (description, alt) = (details.description.as_str(), details.alt_text.as_str());
        Ok(html! {
            meta property="og:site_name" content="Picasso";
            meta property="og:type" content="website";
            meta property="og:title" content=(format!("{title} · {}", artist.display_name));
            meta property="og:url" content=(format!("{}/{PICTURES}{id}", self.public_url));
            @if !description.is_empty() {
                meta property="og:description" content=(description);
            }
            @if let Some(preview) = artwork.derivative(DerivativeKind::Preview) {
                meta property="og:image" content=(self.blobs.derivative_url(preview.digest));
                meta property="og:image:width" content=(preview.dimensions.width);
                meta property="og:image:height" content=(preview.dimensions.height);
                meta property="og:image:alt" content=(if alt.is_empty() { title } else { alt });
                meta name="twitter:card" content="summary_large_image";
            }
            (self.early(&artwork, OF_PAGE))
        })
    }

    /// Asks for a picture as the page will, once its scripts have come and run.
    fn early(&self, artwork: &Artwork, kinds: &[DerivativeKind]) -> Markup {
        let found = kinds.iter().filter_map(|kind| artwork.derivative(*kind));
        let candidates = found.map(|derivative| {
            let url = self.blobs.derivative_url(derivative.digest);
            format!("{url} {}w", derivative.dimensions.width)
        });
        let candidates: Vec<_> = candidates.collect();
        html! {
            link rel="preload" as="image" fetchpriority="high" media=(ONE_COLUMN) imagesizes=(COLUMN_WIDTH)
                imagesrcset=(candidates.join(", "));
        }
    }
}
