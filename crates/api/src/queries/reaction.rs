//! `ReactionQueryService`: what the caller likes.

use picasso_domain::values::PictureId;
use picasso_projections::reactions;
use tonic::{Request, Response, Status};

use super::{Service, paging, person, view};
use crate::{
    convert::timestamp,
    proto::queries::v1::{
        BatchGetReactionsRequest, BatchGetReactionsResponse, LikedPicture,
        ListLikedPicturesRequest, ListLikedPicturesResponse,
        reaction_query_service_server::ReactionQueryService,
    },
    status::Refusal,
};

const MODELS: [&str; 3] = ["reactions", "gallery", "profiles"];
/// How many pictures are asked about at once.
const MAX_BATCH: usize = 100;

#[tonic::async_trait]
impl ReactionQueryService for Service {
    async fn batch_get_reactions(
        &self,
        request: Request<BatchGetReactionsRequest>,
    ) -> Result<Response<BatchGetReactionsResponse>, Status> {
        let caller = person(request.extensions())?;
        let message = request.get_ref();
        self.seen(&request, &message.min_position, &MODELS).await?;
        if message.picture_ids.len() > MAX_BATCH {
            let what = format!("has more than {MAX_BATCH} entries");
            return Err(Refusal::invalid("picture_ids", "TOO_MANY", &what).into());
        }
        let ids: Result<Vec<_>, _> = message
            .picture_ids
            .iter()
            .map(|id| PictureId::parse(id))
            .collect();
        let ids = ids.map_err(Refusal::from)?;
        let liked = self
            .0
            .models
            .reactions
            .liked(&caller, &ids)
            .await
            .map_err(Refusal::from)?;
        let liked_picture_ids = ids
            .iter()
            .filter(|id| liked.contains(id))
            .map(ToString::to_string)
            .collect();
        Ok(Response::new(BatchGetReactionsResponse {
            liked_picture_ids,
        }))
    }

    async fn list_liked_pictures(
        &self,
        request: Request<ListLikedPicturesRequest>,
    ) -> Result<Response<ListLikedPicturesResponse>, Status> {
        let caller = person(request.extensions())?;
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let message = request.into_inner();
        let paging = paging(message.page_size, message.page_token)?;
        let page = self
            .0
            .models
            .reactions
            .list(&caller, &paging)
            .await
            .map_err(Refusal::from)?;
        let pictures = page
            .items
            .into_iter()
            .map(|liked| self.liked_picture(liked))
            .collect();
        let next_page_token = page.next.unwrap_or_default();
        Ok(Response::new(ListLikedPicturesResponse {
            pictures,
            next_page_token,
        }))
    }
}

impl Service {
    fn liked_picture(&self, liked: reactions::LikedPicture) -> LikedPicture {
        LikedPicture {
            picture_id: liked.picture_id.to_string(),
            liked_at: timestamp(liked.liked_at),
            picture: liked
                .picture
                .map(|picture| view::named(&*self.0.blobs, picture)),
        }
    }
}
