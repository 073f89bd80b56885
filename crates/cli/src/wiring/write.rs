//! The write side: handlers, the checkout process manager and the reactors over their adapters.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures::StreamExt;
use picasso_adapters::{
    imaging::{ImageDarkroom, Limits},
    stripe::{StripeConfig, StripePayments},
};
use picasso_api::http::Files;
use picasso_commands::{
    Accounts, Checkout, Earnings, Executor, Onboarding, Pictures, PicturesConfig, Purchases,
    Reactions, ReturnUrls, UploadTicket,
    ports::{Payments, Payouts},
};
use picasso_domain::{
    Picture,
    values::{FeeRate, PictureId, UserId},
};
use tokio::sync::Notify;

use super::Stores;
use crate::{
    config::{Config, Secret},
    exit::{Code, Failure},
};

/// Everything that takes commands.
#[derive(Clone)]
pub struct WriteSide {
    pub accounts: Accounts,
    pub pictures: Pictures,
    pub purchases: Purchases,
    pub reactions: Reactions,
    pub checkout: Checkout,
    pub onboarding: Onboarding,
    pub earnings: Earnings,
    pub executor: Executor,
    pub files: Files,
    pub payments: Arc<dyn Payments>,
    /// Signalled when a webhook has been stored.
    pub webhook_arrived: Arc<Notify>,
}

impl WriteSide {
    pub fn open(config: &Config, stores: &Stores, files: Files) -> Result<Self, Failure> {
        let executor = Executor::new(Arc::clone(&stores.log));
        let clock = &files.clock;
        let stripe = Arc::new(open_stripe(config)?);
        let payments: Arc<dyn Payments> = stripe.clone();
        let payouts: Arc<dyn Payouts> = stripe;
        let urls = ReturnUrls {
            public_base_url: config.public_url(),
        };
        let checkout = Checkout::new(
            executor.clone(),
            Arc::clone(&payments),
            Arc::clone(clock),
            urls.clone(),
            super::reactors::seconds(config.payments.payout_hold_s),
        );
        let onboarding = Onboarding::new(executor.clone(), Arc::clone(&payouts), urls);
        let earnings = Earnings::new(
            executor.clone(),
            payouts,
            checkout.clone(),
            onboarding.clone(),
            Arc::clone(clock),
        );
        let contacts = Arc::clone(&stores.desk.contacts);
        let pictures = Pictures::new(PicturesConfig {
            executor: executor.clone(),
            blobs: Arc::clone(&files.blobs),
            darkroom: Arc::new(open_darkroom(config)),
            links: files.links.clone(),
            clock: Arc::clone(clock),
        });
        let ttl = super::reactors::seconds(config.payments.checkout_ttl_s);
        Ok(Self {
            accounts: Accounts::new(executor.clone(), contacts, Arc::clone(clock)),
            pictures,
            purchases: Purchases::new(
                executor.clone(),
                checkout.clone(),
                Arc::clone(clock),
                ttl,
                fee_rate(config)?,
            ),
            reactions: Reactions::new(executor.clone()),
            checkout,
            onboarding,
            earnings,
            executor,
            files,
            payments,
            webhook_arrived: Arc::default(),
        })
    }

    /// Whether an upload was finished.
    pub async fn is_uploaded(&self, picture_id: PictureId) -> Result<bool, Failure> {
        let picture: Picture = self.executor.load(&picture_id.to_string()).await?;
        Ok(picture.listing().is_some())
    }

    /// Hands a file over as if it had been PUT to the ticket's link.
    pub async fn put_upload(&self, ticket: &UploadTicket, file: Bytes) -> Result<(), Failure> {
        let files = &self.files;
        let grant = files
            .links
            .open_upload(&ticket.upload_token, files.clock.now())?;
        let body = futures::stream::once(async move { Ok(file) }).boxed();
        Ok(files.blobs.receive(&grant, body).await?)
    }

    /// Whether a person has bought a picture.
    pub async fn owns(&self, buyer: &UserId, picture_id: PictureId) -> Result<bool, Failure> {
        Ok(self.purchases.has_bought(buyer, picture_id).await?)
    }
}

fn open_darkroom(config: &Config) -> ImageDarkroom {
    ImageDarkroom::new(Limits {
        max_pixels: config.pictures.max_pixels(),
        max_side: config.pictures.max_side_px,
        memory_budget_bytes: config.pictures.memory_budget_mib << 20,
        ..Limits::default()
    })
}

fn fee_rate(config: &Config) -> Result<FeeRate, Failure> {
    FeeRate::from_bps(config.payments.fee_bps).map_err(|error| {
        let message = format!("the setting payments.fee_bps {}", error.why);
        Failure::new(Code::Config, message)
    })
}

fn open_stripe(config: &Config) -> Result<StripePayments, Failure> {
    StripePayments::new(StripeConfig {
        secret_key: required("payments.secret_key", config.payments.secret_key.as_ref())?,
        webhook_secret: required(
            "payments.webhook_secret",
            config.payments.webhook_secret.as_ref(),
        )?,
        connect_webhook_secret: config
            .payments
            .connect_webhook_secret
            .as_ref()
            .map(|secret| secret.reveal().to_owned()),
        api_base: config.payments.api_base.clone(),
        timeout: Duration::from_secs(config.payments.timeout_s),
    })
    .map_err(|error| Failure::from_error(Code::Config, &error).hint("see the section payments"))
}

pub fn required(setting: &str, value: Option<&Secret>) -> Result<String, Failure> {
    value
        .map(|secret| secret.reveal().to_owned())
        .ok_or_else(|| unset(setting))
}

/// A setting without which nothing can start.
pub fn unset(setting: &str) -> Failure {
    let message = format!("the setting {setting} is not set");
    let hint = "set it, or use `picasso dev`, which brings a sandbox for everything outside";
    Failure::new(Code::Config, message).hint(hint)
}
