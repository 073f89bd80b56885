//! Webhooks are believed by their signature alone, and name the purchase and the payment they are about.

use std::{collections::HashSet, time::Duration};

use jiff::SignedDuration;
use picasso_domain::Timestamp;

use super::{PRICE, Provider, open, paid, purchase};
use crate::ports::{RefundRequest, WebhookError, WebhookNotice, WebhookRecord};

/// How old a signature may be: <https://docs.stripe.com/webhooks#replay-attacks>.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

fn read(
    provider: &dyn Provider,
    webhook: &WebhookRecord,
    received_at: Timestamp,
) -> Result<WebhookNotice, WebhookError> {
    let (body, signature) = (&webhook.body, &webhook.signature);
    provider
        .payments()
        .read_webhook(body, signature, received_at)
}

/// The notices of the first `count` webhooks.
async fn notices(provider: &dyn Provider, count: usize) -> Vec<WebhookNotice> {
    let webhooks = provider.webhooks(count).await;
    let notices = webhooks
        .iter()
        .map(|webhook| read(provider, webhook, webhook.received_at));
    notices.collect::<Result<_, _>>().expect("signed notices")
}

pub async fn a_payment_is_reported_with_its_purchase(provider: &dyn Provider) {
    let (_, payment_id) = paid(provider).await;
    let notice = notices(provider, 1).await.remove(0);
    assert_eq!(notice.purchase_id, Some(purchase()));
    assert_eq!(notice.payment, Some((payment_id, PRICE)));
}

pub async fn a_second_charge_is_reported_as_another_payment(provider: &dyn Provider) {
    let session_id = open(provider).await.session_id;
    provider.pay_twice(&session_id).await;
    let notices = notices(provider, 2).await;
    let ours = notices
        .iter()
        .filter(|notice| notice.purchase_id == Some(purchase()));
    let payments = ours.filter_map(|notice| Some(notice.payment.as_ref()?.0.0.as_str()));
    assert_eq!(payments.collect::<HashSet<_>>().len(), 2, "{notices:?}");
    assert_eq!(provider.books(&purchase()).await.payments, 2);
}

pub async fn what_else_happens_names_the_purchase_and_no_payment(provider: &dyn Provider) {
    let session_id = open(provider).await.session_id;
    provider.decline(&session_id).await;
    provider.pass(Duration::from_secs(61 * 60)).await;
    for notice in notices(provider, 2).await {
        assert_eq!(notice.purchase_id, Some(purchase()), "{notice:?}");
        assert_eq!(notice.payment, None, "{notice:?}");
    }
}

pub async fn a_refund_names_the_purchase(provider: &dyn Provider) {
    let (_, payment_id) = paid(provider).await;
    let request = RefundRequest {
        key: "refund-1".into(),
        payment_id,
        amount: PRICE,
    };
    let refund = provider.payments().refund(&request).await;
    refund.expect("a refund");
    let notices = notices(provider, 2).await;
    let ids: HashSet<_> = notices.iter().map(|notice| &notice.event_id).collect();
    assert_eq!(ids.len(), 2, "{notices:?}");
    for notice in notices {
        assert_eq!(notice.purchase_id, Some(purchase()), "{notice:?}");
    }
}

/// Changes of one byte, anywhere, in the body or the signature.
pub async fn an_altered_webhook_is_forged(provider: &dyn Provider) {
    paid(provider).await;
    let webhook = provider.webhooks(1).await.remove(0);
    let mut altered = webhook.clone();
    let last = altered.body.len() - 1;
    altered.body.insert(last, b' ');
    let mut resigned = webhook.clone();
    let last = resigned.signature.pop().expect("a signature");
    resigned.signature.push(if last == '0' { '1' } else { '0' });
    let mut moved = webhook.clone();
    let (_, signatures) = moved.signature.split_once(',').expect("t=…,v1=…");
    moved.signature = format!("t={},{signatures}", Timestamp::now().as_second() + 7);
    let mut bare = webhook.clone();
    bare.signature = String::new();
    for forged in [altered, resigned, moved, bare] {
        let refused = read(provider, &forged, forged.received_at);
        assert!(
            matches!(refused, Err(WebhookError::Forged)),
            "{:?} {refused:?}",
            forged.signature
        );
    }
}

/// The time of receipt counts, so a webhook that waited in our inbox is as good as new.
pub async fn a_webhook_is_old_by_when_it_came_and_not_by_when_it_is_read(provider: &dyn Provider) {
    paid(provider).await;
    let webhook = provider.webhooks(1).await.remove(0);
    read(provider, &webhook, webhook.received_at).expect("fresh");
    let margin = SignedDuration::from_secs(30);
    for late in [TOLERANCE + margin, -(TOLERANCE + margin)] {
        let refused = read(provider, &webhook, webhook.received_at + late);
        assert!(
            matches!(refused, Err(WebhookError::Forged)),
            "{late} {refused:?}"
        );
    }
}
