//! `AccountCommandService`: one's own account.

use picasso_commands::{Accounts, RegisterAccount, ports::Identity};
use picasso_domain::{
    account::{Notifications, Profile},
    values::{Bio, DisplayName, Handle, Personal},
};
use tonic::{Request, Response, Status};

use crate::{
    convert::{caller, context, receipt},
    proto::commands::v1::{
        ChangeProfileRequest, ChangeProfileResponse, ChooseNotificationsRequest,
        ChooseNotificationsResponse, RegisterAccountRequest, RegisterAccountResponse,
        account_command_service_server::AccountCommandService,
    },
    status::Refusal,
};

pub(super) struct Service {
    pub accounts: Accounts,
}

#[tonic::async_trait]
impl AccountCommandService for Service {
    async fn register_account(
        &self,
        request: Request<RegisterAccountRequest>,
    ) -> Result<Response<RegisterAccountResponse>, Status> {
        let context = context(&request, &request.get_ref().request_id, None)?;
        let email = verified_email(caller(request.extensions())?);
        let message = request.into_inner();
        let command = RegisterAccount {
            handle: Handle::parse(&message.handle).map_err(Refusal::from)?,
            profile: profile(&message.display_name, &message.bio)?,
            email,
        };
        let done = self
            .accounts
            .register(&context, command)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(RegisterAccountResponse {
            receipt: receipt(done),
        }))
    }

    async fn change_profile(
        &self,
        request: Request<ChangeProfileRequest>,
    ) -> Result<Response<ChangeProfileResponse>, Status> {
        let context = context(&request, &request.get_ref().request_id, None)?;
        let message = request.into_inner();
        let profile = profile(&message.display_name, &message.bio)?;
        let done = self
            .accounts
            .change_profile(&context, profile)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(ChangeProfileResponse {
            receipt: receipt(done),
        }))
    }

    async fn choose_notifications(
        &self,
        request: Request<ChooseNotificationsRequest>,
    ) -> Result<Response<ChooseNotificationsResponse>, Status> {
        let context = context(&request, &request.get_ref().request_id, None)?;
        let ChooseNotificationsRequest { sales, likes, .. } = request.into_inner();
        let done = self
            .accounts
            .choose_notifications(&context, Notifications { sales, likes })
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(ChooseNotificationsResponse {
            receipt: receipt(done),
        }))
    }
}

/// Receipts are sent only to an address that the identity provider has seen to be the caller's.
fn verified_email(caller: &Identity) -> Option<String> {
    caller.email.clone().filter(|_| caller.email_verified)
}

fn profile(display_name: &str, bio: &str) -> Result<Profile, Refusal> {
    Ok(Profile {
        display_name: Personal(DisplayName::parse(display_name)?),
        bio: Personal(Bio::parse(bio)?),
    })
}
