//! `ReactionCommandService`: likes.

use picasso_commands::Reactions;
use picasso_domain::values::PictureId;
use tonic::{Request, Response, Status};

use crate::{
    convert::{context, receipt},
    proto::commands::v1::{
        LikePictureRequest, LikePictureResponse, UnlikePictureRequest, UnlikePictureResponse,
        reaction_command_service_server::ReactionCommandService,
    },
    status::Refusal,
};

pub(super) struct Service {
    pub reactions: Reactions,
}

#[tonic::async_trait]
impl ReactionCommandService for Service {
    async fn like_picture(
        &self,
        request: Request<LikePictureRequest>,
    ) -> Result<Response<LikePictureResponse>, Status> {
        let message = request.get_ref();
        let context = context(&request, &message.request_id, None)?;
        let id = PictureId::parse(&message.picture_id).map_err(Refusal::from)?;
        let done = self
            .reactions
            .like(&context, id)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(LikePictureResponse {
            receipt: receipt(done),
        }))
    }

    async fn unlike_picture(
        &self,
        request: Request<UnlikePictureRequest>,
    ) -> Result<Response<UnlikePictureResponse>, Status> {
        let message = request.get_ref();
        let context = context(&request, &message.request_id, None)?;
        let id = PictureId::parse(&message.picture_id).map_err(Refusal::from)?;
        let done = self
            .reactions
            .unlike(&context, id)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(UnlikePictureResponse {
            receipt: receipt(done),
        }))
    }
}
