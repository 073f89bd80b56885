//! The `Stripe-Signature` header: <https://docs.stripe.com/webhooks#verify-manually>.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// `t=<seconds>,v1=<hex of HMAC-SHA256 over "<seconds>.<body>">`.
pub(super) fn header(body: &str, secret: &str, timestamp_s: i64) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(format!("{timestamp_s}.").as_bytes());
    mac.update(body.as_bytes());
    format!(
        "t={timestamp_s},v1={}",
        hex::encode(mac.finalize().into_bytes())
    )
}

#[cfg(test)]
mod tests {
    use super::header;

    #[test]
    fn a_signature_is_what_stripes_own_check_accepts() {
        let body = r#"{"id":"evt_1"}"#;
        let expected =
            stripe_webhook::Webhook::generate_test_header(body, "whsec_x", Some(1_700_000_000));
        assert_eq!(header(body, "whsec_x", 1_700_000_000), expected);
    }
}
