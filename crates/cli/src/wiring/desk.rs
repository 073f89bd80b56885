//! The reactors' desk: in the database of the event log if one is set, in a file of the data folder otherwise.

use std::sync::Arc;

use picasso_adapters::{postgres::desk::PostgresDesk, sqlite};
use picasso_commands::ports::{Agenda, ContactBook, EffectLedger, WebhookInbox};

use super::stores::{cannot_open, cannot_open_database};
use crate::{config::Config, exit::Failure};

/// What the reactors work from, wherever it is kept.
pub struct Desk {
    pub agenda: Arc<dyn Agenda>,
    pub webhooks: Arc<dyn WebhookInbox>,
    pub contacts: Arc<dyn ContactBook>,
    pub effects: Arc<dyn EffectLedger>,
}

impl Desk {
    pub async fn open(config: &Config) -> Result<Self, Failure> {
        if let Some(url) = config.events.url() {
            let desk = PostgresDesk::open(url).await;
            let desk = desk.map_err(|error| cannot_open_database("desk", &error))?;
            return Ok(Self {
                agenda: Arc::new(desk.agenda()),
                webhooks: Arc::new(desk.webhook_inbox()),
                contacts: Arc::new(desk.contact_book()),
                effects: Arc::new(desk.effect_ledger()),
            });
        }
        let desk = sqlite::desk::Desk::open(&config.data_dir.join("desk.db"))
            .map_err(|error| cannot_open("desk", &error))?;
        Ok(Self {
            agenda: Arc::new(desk.agenda()),
            webhooks: Arc::new(desk.webhook_inbox()),
            contacts: Arc::new(desk.contact_book()),
            effects: Arc::new(desk.effect_ledger()),
        })
    }
}
