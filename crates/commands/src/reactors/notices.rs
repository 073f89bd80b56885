//! Tells other systems of the business: what was bought, and what is liked.

use std::sync::Arc;

use picasso_domain::{
    DomainEvent, Timestamp,
    purchase::{PurchaseEvent, Terms},
    values::{Money, PictureId, UserId},
};
use picasso_eventlog::RecordedEvent;
use serde::{Deserialize, Serialize};

use super::{Once, Outcome, Planner, Worker};
use crate::ports::{Notification, Notifier, Task};

const KIND: &str = "notify";

/// A piece of news in its documented form (docs/notifications.md); fields are added, never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum News {
    SaleMade {
        purchase_id: String,
        picture_id: PictureId,
        seller_id: UserId,
        price: Money,
        occurred_at: Timestamp,
    },
    PurchaseGranted {
        purchase_id: String,
        picture_id: PictureId,
        buyer_id: UserId,
        price: Money,
        occurred_at: Timestamp,
    },
    /// People who have come to like a picture since it was last told, less those who took it back.
    PictureLiked {
        picture_id: PictureId,
        owner_id: UserId,
        people: u64,
        until: Timestamp,
    },
}

impl News {
    fn kind(&self) -> &'static str {
        match self {
            Self::SaleMade { .. } => "sale_made",
            Self::PurchaseGranted { .. } => "purchase_granted",
            Self::PictureLiked { .. } => "picture_liked",
        }
    }

    fn picture_id(&self) -> PictureId {
        match self {
            Self::SaleMade { picture_id, .. }
            | Self::PurchaseGranted { picture_id, .. }
            | Self::PictureLiked { picture_id, .. } => *picture_id,
        }
    }

    pub(super) fn task(&self, about: &str, at: Timestamp) -> Task {
        let payload = serde_json::to_string(self).expect("news have only JSON's own types");
        let key = format!("{about}/{}/{}", self.kind(), at.as_microsecond());
        Task {
            payload,
            ..Task::new(KIND, key, at)
        }
    }
}

/// Plans news of purchases.
pub struct NoticePlanner {
    /// What happened before is not told: who begins to listen does not hear the past.
    pub since: Timestamp,
}

impl Planner for NoticePlanner {
    const NAME: &'static str = "notices";

    fn plan(&self, event: &RecordedEvent, data: &DomainEvent) -> Vec<Task> {
        let DomainEvent::Purchase(PurchaseEvent::PurchaseGranted { terms, .. }) = data else {
            return vec![];
        };
        if event.recorded_at < self.since {
            return vec![];
        }
        let news = granted(event, terms);
        news.iter()
            .map(|news| news.task(&event.aggregate_id, event.recorded_at))
            .collect()
    }
}

fn granted(event: &RecordedEvent, terms: &Terms) -> [News; 2] {
    let (purchase_id, occurred_at) = (event.aggregate_id.clone(), event.recorded_at);
    let (picture_id, price) = (terms.picture_id, terms.price.money());
    [
        News::PurchaseGranted {
            purchase_id: purchase_id.clone(),
            picture_id,
            buyer_id: terms.buyer.clone(),
            price,
            occurred_at,
        },
        News::SaleMade {
            purchase_id,
            picture_id,
            seller_id: terms.seller.clone(),
            price,
            occurred_at,
        },
    ]
}

/// Publishes news, each piece at most once.
pub struct Notices {
    pub notifier: Arc<dyn Notifier>,
    pub once: Arc<Once>,
}

impl Worker for Notices {
    const KIND: &'static str = KIND;

    async fn attempt(&self, task: &Task) -> Outcome {
        let news: News = match serde_json::from_str(&task.payload) {
            Ok(news) => news,
            Err(error) => {
                tracing::error!(key = task.key, %error, "a notification cannot be read");
                return Outcome::Done;
            }
        };
        let notification = Notification {
            kind: news.kind(),
            body: task.payload.clone(),
            group: news.picture_id().to_string(),
            dedupe_key: task.key.clone(),
        };
        let publish = || self.notifier.publish(&notification);
        self.once.attempt(task, publish).await
    }
}
