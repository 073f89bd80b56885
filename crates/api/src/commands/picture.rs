//! `PictureCommandService`: the caller's own pictures.

use picasso_commands::{FinishUpload, Pictures, StartUpload};
use picasso_domain::values::{Digest, PictureId};
use tonic::{Request, Response, Status};

use crate::{
    convert::{
        context, parse_details, parse_edition, parse_licence, parse_price, receipt, timestamp,
    },
    proto::commands::v1::{
        ChangePictureDetailsRequest, ChangePictureDetailsResponse, FinishUploadRequest,
        FinishUploadResponse, PublishPictureRequest, PublishPictureResponse, RepricePictureRequest,
        RepricePictureResponse, StartUploadRequest, StartUploadResponse, WithdrawPictureRequest,
        WithdrawPictureResponse, picture_command_service_server::PictureCommandService,
    },
    status::Refusal,
};

pub(super) struct Service {
    pub pictures: Pictures,
}

#[tonic::async_trait]
impl PictureCommandService for Service {
    async fn start_upload(
        &self,
        request: Request<StartUploadRequest>,
    ) -> Result<Response<StartUploadResponse>, Status> {
        let context = context(&request, &request.get_ref().request_id, None)?;
        let message = request.into_inner();
        let digest = message.sha256.parse::<Digest>();
        let digest = digest
            .map_err(|error| Refusal::invalid("sha256", "MALFORMED", &error.why.to_string()))?;
        let command = StartUpload {
            size_bytes: message.size_bytes,
            digest,
        };
        let ticket = self
            .pictures
            .start_upload(&context, command)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(StartUploadResponse {
            receipt: receipt(ticket.receipt),
            picture_id: ticket.picture_id.to_string(),
            upload_token: ticket.upload_token,
            upload_url: ticket.upload.link.url,
            expires_at: timestamp(ticket.upload.link.expires_at),
            upload_headers: ticket.upload.headers.into_iter().collect(),
        }))
    }

    async fn finish_upload(
        &self,
        request: Request<FinishUploadRequest>,
    ) -> Result<Response<FinishUploadResponse>, Status> {
        let context = context(&request, &request.get_ref().request_id, None)?;
        let message = request.into_inner();
        let command = FinishUpload {
            upload_token: message.upload_token,
            details: parse_details(message.details)?,
            price: parse_price("price", message.price.as_ref())?,
            edition: parse_edition(message.edition)?,
            licence: parse_licence(message.licence)?,
        };
        let finished = self.pictures.finish_upload(&context, command).await;
        let (picture_id, done) = finished.map_err(Refusal::from)?;
        Ok(Response::new(FinishUploadResponse {
            receipt: receipt(done),
            picture_id: picture_id.to_string(),
        }))
    }

    async fn publish_picture(
        &self,
        request: Request<PublishPictureRequest>,
    ) -> Result<Response<PublishPictureResponse>, Status> {
        let message = request.get_ref();
        let context = context(&request, &message.request_id, message.etag.as_deref())?;
        let id = PictureId::parse(&message.picture_id).map_err(Refusal::from)?;
        let done = self
            .pictures
            .publish(&context, id)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(PublishPictureResponse {
            receipt: receipt(done),
        }))
    }

    async fn reprice_picture(
        &self,
        request: Request<RepricePictureRequest>,
    ) -> Result<Response<RepricePictureResponse>, Status> {
        let message = request.get_ref();
        let context = context(&request, &message.request_id, message.etag.as_deref())?;
        let id = PictureId::parse(&message.picture_id).map_err(Refusal::from)?;
        let price = parse_price("price", message.price.as_ref())?;
        let done = self
            .pictures
            .reprice(&context, id, price)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(RepricePictureResponse {
            receipt: receipt(done),
        }))
    }

    async fn change_picture_details(
        &self,
        request: Request<ChangePictureDetailsRequest>,
    ) -> Result<Response<ChangePictureDetailsResponse>, Status> {
        let message = request.get_ref();
        let context = context(&request, &message.request_id, message.etag.as_deref())?;
        let id = PictureId::parse(&message.picture_id).map_err(Refusal::from)?;
        let details = parse_details(request.into_inner().details)?;
        let done = self
            .pictures
            .change_details(&context, id, details)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(ChangePictureDetailsResponse {
            receipt: receipt(done),
        }))
    }

    async fn withdraw_picture(
        &self,
        request: Request<WithdrawPictureRequest>,
    ) -> Result<Response<WithdrawPictureResponse>, Status> {
        let message = request.get_ref();
        let context = context(&request, &message.request_id, message.etag.as_deref())?;
        let id = PictureId::parse(&message.picture_id).map_err(Refusal::from)?;
        let done = self
            .pictures
            .withdraw(&context, id)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(WithdrawPictureResponse {
            receipt: receipt(done),
        }))
    }
}
