//! How much the webhook inboxes take, whatever keeps them: anyone can send a webhook.

/// The most webhooks one call hands out.
pub(crate) const MAX_RECORDS: u32 = 1_000;
/// The most webhooks that wait to be handled; more are refused until some are.
pub(crate) const MAX_UNHANDLED: u32 = 50_000;
/// The largest body; Stripe's are a few kilobytes.
const MAX_BODY_BYTES: usize = 1 << 20;
/// The longest signature header; one signature takes about 80 bytes.
const MAX_SIGNATURE_BYTES: usize = 4 << 10;

/// Why a webhook is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("a webhook of {bytes} bytes is too large")]
    TooLarge { bytes: usize },
    #[error("{MAX_UNHANDLED} webhooks wait already")]
    Full,
}

pub(crate) fn expect_small(signature: &str, body: &[u8]) -> Result<(), Refusal> {
    let bytes = body.len();
    if bytes > MAX_BODY_BYTES || signature.len() > MAX_SIGNATURE_BYTES {
        return Err(Refusal::TooLarge { bytes });
    }
    Ok(())
}
