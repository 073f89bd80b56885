//! The services that take commands: each method reads its message, calls one handler, answers its receipt.

mod account;
mod payout;
mod picture;
mod purchase;
mod reaction;

use picasso_commands::{Accounts, Onboarding, Pictures, Purchases, Reactions};
use tonic::service::RoutesBuilder;

use crate::proto::commands::v1::{
    account_command_service_server::AccountCommandServiceServer,
    payout_command_service_server::PayoutCommandServiceServer,
    picture_command_service_server::PictureCommandServiceServer,
    purchase_command_service_server::PurchaseCommandServiceServer,
    reaction_command_service_server::ReactionCommandServiceServer,
};

/// The write side.
#[derive(Clone)]
pub struct Commands {
    pub accounts: Accounts,
    pub pictures: Pictures,
    pub purchases: Purchases,
    pub onboarding: Onboarding,
    pub reactions: Reactions,
}

impl Commands {
    pub(crate) fn mount(self, routes: &mut RoutesBuilder, message_bytes: usize) {
        let Self {
            accounts,
            pictures,
            purchases,
            onboarding,
            reactions,
        } = self;
        routes
            .add_service(
                AccountCommandServiceServer::new(account::Service { accounts })
                    .max_decoding_message_size(message_bytes),
            )
            .add_service(
                PayoutCommandServiceServer::new(payout::Service { onboarding })
                    .max_decoding_message_size(message_bytes),
            )
            .add_service(
                PictureCommandServiceServer::new(picture::Service { pictures })
                    .max_decoding_message_size(message_bytes),
            )
            .add_service(
                PurchaseCommandServiceServer::new(purchase::Service { purchases })
                    .max_decoding_message_size(message_bytes),
            )
            .add_service(
                ReactionCommandServiceServer::new(reaction::Service { reactions })
                    .max_decoding_message_size(message_bytes),
            );
    }
}
