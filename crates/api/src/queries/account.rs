//! `AccountQueryService`: people.

use picasso_domain::values::{Handle, UserId};
use picasso_projections::profiles::ProfileDocument;
use tonic::{Request, Response, Status};

use super::{Service, person};
use crate::{
    convert::timestamp,
    proto::queries::v1::{
        Account, GetAccountRequest, GetAccountResponse, GetMyAccountRequest, GetMyAccountResponse,
        Notifications, account_query_service_server::AccountQueryService, get_account_request,
    },
    status::Refusal,
};

const MODELS: [&str; 1] = ["profiles"];

#[tonic::async_trait]
impl AccountQueryService for Service {
    async fn get_account(
        &self,
        request: Request<GetAccountRequest>,
    ) -> Result<Response<GetAccountResponse>, Status> {
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let found = self.find(request.into_inner().account).await?;
        Ok(Response::new(GetAccountResponse {
            account: Some(account(found)),
        }))
    }

    async fn get_my_account(
        &self,
        request: Request<GetMyAccountRequest>,
    ) -> Result<Response<GetMyAccountResponse>, Status> {
        let user_id = person(request.extensions())?;
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let found = self
            .0
            .models
            .profiles
            .get(&user_id)
            .await
            .map_err(Refusal::from)?;
        let notifications = Notifications {
            sales: found.notifications.sales,
            likes: found.notifications.likes,
        };
        Ok(Response::new(GetMyAccountResponse {
            account: Some(account(found)),
            notifications: Some(notifications),
        }))
    }
}

impl Service {
    async fn find(
        &self,
        who: Option<get_account_request::Account>,
    ) -> Result<ProfileDocument, Refusal> {
        let profiles = &self.0.models.profiles;
        match who {
            Some(get_account_request::Account::UserId(id)) => {
                Ok(profiles.get(&UserId::parse(&id)?).await?)
            }
            Some(get_account_request::Account::Handle(handle)) => {
                Ok(profiles.by_handle(&Handle::parse(&handle)?).await?)
            }
            None => Err(Refusal::invalid("account", "EMPTY", "is missing")),
        }
    }
}

fn account(found: ProfileDocument) -> Account {
    Account {
        user_id: found.user_id.to_string(),
        handle: found.handle.as_str().to_owned(),
        display_name: found.profile.display_name.0.as_str().to_owned(),
        bio: found.profile.bio.0.as_str().to_owned(),
        registered_at: timestamp(found.registered_at),
        etag: found.version.to_string(),
    }
}
