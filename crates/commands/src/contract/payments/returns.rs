//! What became of a payment is told, whoever took it back.

use picasso_domain::values::{Money, PaymentId};

use super::{PRICE, Provider, Trouble, checkout::assert_may_be_repeated, paid, purchase};
use crate::{
    contract::payments::Call,
    ports::{DisputeStatus, PaymentError, PaymentReport, RefundRequest, WebhookNotice},
};

async fn report(provider: &dyn Provider, payment_id: &PaymentId) -> PaymentReport {
    let report = provider.payments().payment(payment_id).await;
    report.expect("a report")
}

async fn disputes(provider: &dyn Provider, payment_id: &PaymentId) -> Vec<(Money, DisputeStatus)> {
    let disputes = report(provider, payment_id).await.disputes;
    disputes.iter().map(|it| (it.amount, it.status)).collect()
}

/// The last of so many webhooks.
async fn last_notice(provider: &dyn Provider, count: usize) -> WebhookNotice {
    let webhook = provider.webhooks(count).await.remove(count - 1);
    let (body, signature) = (&webhook.body, &webhook.signature);
    let read = provider
        .payments()
        .read_webhook(body, signature, webhook.received_at);
    read.expect("a webhook")
}

pub async fn a_payment_nobody_took_back_says_so(provider: &dyn Provider) {
    let (_, payment_id) = paid(provider).await;
    let expected = PaymentReport {
        purchase_id: Some(purchase()),
        received: Some(PRICE),
        refunded: None,
        disputes: vec![],
    };
    assert_eq!(report(provider, &payment_id).await, expected);
}

pub async fn a_refund_of_ours_is_told(provider: &dyn Provider) {
    let (_, payment_id) = paid(provider).await;
    let request = RefundRequest {
        key: "refund-1".into(),
        payment_id: payment_id.clone(),
        amount: PRICE,
    };
    let refund = provider.payments().refund(&request).await;
    let told = report(provider, &payment_id).await.refunded;
    assert_eq!(told, Some(refund.expect("a refund")));
}

pub async fn a_refund_in_the_dashboard_is_told_and_names_its_payment(provider: &dyn Provider) {
    let (session_id, payment_id) = paid(provider).await;
    provider.refund_in_dashboard(&session_id).await;
    let told = report(provider, &payment_id).await;
    assert!(told.refunded.is_some(), "{told:?}");
    let notice = last_notice(provider, 2).await;
    assert_eq!(notice.taken_back, Some(payment_id), "{notice:?}");
    assert_eq!(notice.purchase_id, Some(purchase()), "{notice:?}");
}

pub async fn a_part_given_back_is_no_refund(provider: &dyn Provider) {
    let (_, payment_id) = paid(provider).await;
    let request = RefundRequest {
        key: "refund-1".into(),
        payment_id: payment_id.clone(),
        amount: Money {
            amount_minor: 1,
            ..PRICE
        },
    };
    let refund = provider.payments().refund(&request).await;
    refund.expect("a refund");
    assert_eq!(report(provider, &payment_id).await.refunded, None);
}

pub async fn a_dispute_is_told_until_it_is_won(provider: &dyn Provider) {
    let (session_id, payment_id) = paid(provider).await;
    provider.dispute(&session_id).await;
    let open = [(PRICE, DisputeStatus::Open)];
    assert_eq!(disputes(provider, &payment_id).await, open);
    provider.decide_dispute(&session_id, true).await;
    let won = [(PRICE, DisputeStatus::Won)];
    assert_eq!(disputes(provider, &payment_id).await, won);
}

pub async fn a_dispute_is_told_until_it_is_lost(provider: &dyn Provider) {
    let (session_id, payment_id) = paid(provider).await;
    provider.dispute(&session_id).await;
    provider.decide_dispute(&session_id, false).await;
    let lost = [(PRICE, DisputeStatus::Lost)];
    assert_eq!(disputes(provider, &payment_id).await, lost);
}

pub async fn a_dispute_names_its_payment(provider: &dyn Provider) {
    let (session_id, payment_id) = paid(provider).await;
    provider.dispute(&session_id).await;
    let begun = last_notice(provider, 2).await;
    provider.decide_dispute(&session_id, false).await;
    let ended = last_notice(provider, 3).await;
    for notice in [begun, ended] {
        let taken_back = notice.taken_back.as_ref();
        assert_eq!(taken_back, Some(&payment_id), "{notice:?}");
    }
}

pub async fn what_is_disputed_is_not_refunded(provider: &dyn Provider) {
    let (session_id, payment_id) = paid(provider).await;
    provider.dispute(&session_id).await;
    let request = RefundRequest {
        key: "refund-1".into(),
        payment_id,
        amount: PRICE,
    };
    let refused = provider.payments().refund(&request).await;
    assert!(matches!(refused, Err(PaymentError::Refused { .. })));
    assert_eq!(provider.books(&purchase()).await.refunded, 0);
}

pub async fn a_report_in_trouble_claims_nothing(provider: &dyn Provider, trouble: Trouble) {
    let (session_id, payment_id) = paid(provider).await;
    provider.refund_in_dashboard(&session_id).await;
    provider.spoil(Call::Report, trouble).await;
    let lost = provider.payments().payment(&payment_id).await;
    assert_may_be_repeated(&lost.expect_err("trouble"), trouble);
    assert!(report(provider, &payment_id).await.refunded.is_some());
}

pub async fn of_a_payment_nobody_made_nothing_is_told(provider: &dyn Provider) {
    for id in ["pi_unknown", "../refunds", ""] {
        let report = provider.payments().payment(&PaymentId(id.into())).await;
        let refused = matches!(report, Err(PaymentError::Refused { .. }));
        assert!(refused, "{id}: {report:?}");
    }
}
