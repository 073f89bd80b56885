//! `LibraryQueryService`: what the caller has bought, and links to originals.

use jiff::SignedDuration;
use picasso_commands::ports::DownloadGrant;
use picasso_domain::values::PictureId;
use picasso_projections::library::LibraryItem;
use tonic::{Request, Response, Status};

use super::{Service, paging, person, view};
use crate::{
    convert::{edition, licence, money, timestamp},
    proto::queries::v1::{
        GetDownloadLinkRequest, GetDownloadLinkResponse, LibraryEntry, ListLibraryRequest,
        ListLibraryResponse, library_query_service_server::LibraryQueryService,
    },
    status::{Reason, Refusal},
};

const MODELS: [&str; 3] = ["library", "gallery", "profiles"];
/// How long a link to an original works: long enough to begin a download, too short to be passed around.
const LINK_TTL: SignedDuration = SignedDuration::from_mins(5);

#[tonic::async_trait]
impl LibraryQueryService for Service {
    async fn list_library(
        &self,
        request: Request<ListLibraryRequest>,
    ) -> Result<Response<ListLibraryResponse>, Status> {
        let buyer = person(request.extensions())?;
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let message = request.into_inner();
        let paging = paging(message.page_size, message.page_token)?;
        let page = self
            .0
            .models
            .library
            .list(&buyer, &paging)
            .await
            .map_err(Refusal::from)?;
        let entries = page
            .items
            .into_iter()
            .map(|item| self.entry(item))
            .collect();
        let next_page_token = page.next.unwrap_or_default();
        Ok(Response::new(ListLibraryResponse {
            entries,
            next_page_token,
        }))
    }

    async fn get_download_link(
        &self,
        request: Request<GetDownloadLinkRequest>,
    ) -> Result<Response<GetDownloadLinkResponse>, Status> {
        let caller = person(request.extensions())?;
        let message = request.get_ref();
        self.seen(&request, &message.min_position, &MODELS).await?;
        let id = PictureId::parse(&message.picture_id).map_err(Refusal::from)?;
        let right = self.0.models.downloads.may_download(&caller, id).await;
        let right = right.map_err(Refusal::from)?;
        let right = right.ok_or_else(|| Refusal::new(Reason::NoRightToDownload))?;
        let grant = DownloadGrant {
            original: right.original,
            media_type: right.media_type,
            file_name: right.file_name,
        };
        let expires_at = self.0.clock.now() + LINK_TTL;
        let link = self
            .0
            .blobs
            .download_link(&grant, expires_at)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(GetDownloadLinkResponse {
            url: link.url,
            expires_at: timestamp(link.expires_at),
            file_name: grant.file_name,
            size_bytes: right.size_bytes,
        }))
    }
}

impl Service {
    fn entry(&self, item: LibraryItem) -> LibraryEntry {
        let LibraryItem {
            bought,
            seller,
            artwork,
        } = item;
        LibraryEntry {
            picture_id: bought.picture_id.to_string(),
            purchase_id: bought.purchase_id.to_string(),
            seller: Some(view::person(seller)),
            price: money(bought.price.money()),
            edition: edition(bought.edition).into(),
            licence: licence(bought.licence).into(),
            bought_at: timestamp(bought.bought_at),
            picture: artwork.map(|artwork| view::picture(&*self.0.blobs, &artwork)),
        }
    }
}
