//! `PayoutCommandService`: letting sellers be paid.

use picasso_commands::Onboarding;
use tonic::{Request, Response, Status};

use crate::{
    convert::{context, receipt},
    proto::commands::v1::{
        StartPayoutOnboardingRequest, StartPayoutOnboardingResponse,
        payout_command_service_server::PayoutCommandService,
    },
    status::Refusal,
};

pub(super) struct Service {
    pub onboarding: Onboarding,
}

#[tonic::async_trait]
impl PayoutCommandService for Service {
    async fn start_payout_onboarding(
        &self,
        request: Request<StartPayoutOnboardingRequest>,
    ) -> Result<Response<StartPayoutOnboardingResponse>, Status> {
        let message = request.get_ref();
        let context = context(&request, &message.request_id, None)?;
        let started = self.onboarding.start(&context).await;
        let started = started.map_err(Refusal::from)?;
        Ok(Response::new(StartPayoutOnboardingResponse {
            receipt: receipt(started.receipt),
            onboarding_url: started.url.unwrap_or_default(),
        }))
    }
}
