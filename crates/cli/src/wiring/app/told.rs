//! What the web app's pages are told at `/app/config.json`: where to sign in, what is only a sandbox, and how
//! large a picture may be. Everybody can read it.

use picasso_commands::ports::MAX_UPLOAD_BYTES;
use serde_json::{Value, json};

use crate::config::{Config, Identity, Pictures};

/// Firebase's own library wants a key; the emulator takes any.
const EMULATORS_KEY: &str = "emulator";

pub fn to_pages(config: &Config) -> Value {
    let mut told = json!({
        "identity": sign_in(&config.identity),
        "payments": if config.payments.api_base.is_some() { "sandbox" } else { "stripe" },
        "pictures": limits(&config.pictures),
        "version": env!("CARGO_PKG_VERSION"),
    });
    if let Some(url) = &config.mail.sandbox_url {
        told["mailbox"] = format!("{url}/mail").into();
    }
    told
}

/// What an upload would be refused for, so that nobody sends it in vain.
fn limits(pictures: &Pictures) -> Value {
    json!({
        "maxBytes": MAX_UPLOAD_BYTES,
        "maxPixels": pictures.max_pixels(),
        "maxSide": pictures.max_side_px,
    })
}

fn sign_in(identity: &Identity) -> Value {
    if let Some(url) = &identity.sandbox_url {
        return json!({"kind": "sandbox", "url": format!("{url}/identity")});
    }
    let project = identity.project_id.as_deref().unwrap_or_default();
    let mut told = json!({
        "kind": "firebase",
        "projectId": project,
        "authDomain": identity.auth_domain(project),
    });
    let key = identity.api_key.as_deref();
    if let Some(key) = key.or(identity.emulator_url.as_ref().map(|_| EMULATORS_KEY)) {
        told["apiKey"] = key.into();
    }
    if let Some(url) = &identity.emulator_url {
        told["emulatorUrl"] = url.as_str().into();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn settings() -> Config {
        let mut config = Config::default();
        config.payments.secret_key = Some(Secret::new("sk_hush"));
        config.payments.webhook_secret = Some(Secret::new("whsec_hush"));
        config.mail.smtp_url = Some(Secret::new("smtps://u:hush@h"));
        config.keys.links = Some(Secret::new("hush"));
        config.identity.project_id = Some("shop".to_owned());
        config.identity.api_key = Some("AIza1".to_owned());
        config
    }

    #[test]
    fn in_production_it_names_the_firebase_project_and_no_secret() {
        let told = to_pages(&settings());
        let identity = json!({
            "kind": "firebase", "projectId": "shop", "authDomain": "shop.firebaseapp.com",
            "apiKey": "AIza1",
        });
        let version = env!("CARGO_PKG_VERSION");
        let pictures =
            json!({"maxBytes": 104_857_600, "maxPixels": 100_000_000, "maxSide": 30_000});
        let expected = json!({
            "identity": identity, "payments": "stripe", "pictures": pictures, "version": version,
        });
        assert_eq!(told, expected);
        assert!(!told.to_string().contains("hush"));
    }

    #[test]
    fn it_names_the_limits_that_are_set() {
        let mut config = settings();
        config.pictures.max_megapixels = 12;
        config.pictures.max_side_px = 5_000;
        let told = &to_pages(&config)["pictures"];
        assert_eq!(told["maxPixels"], 12_000_000);
        assert_eq!(told["maxSide"], 5_000);
    }

    #[test]
    fn in_development_it_names_the_sandbox_where_it_is() {
        let mut config = settings();
        let url = "http://127.0.0.1:9099".to_owned();
        config.identity.sandbox_url = Some(url.clone());
        config.mail.sandbox_url = Some(url.clone());
        config.payments.api_base = Some(url);
        let told = to_pages(&config);
        let identity = json!({"kind": "sandbox", "url": "http://127.0.0.1:9099/identity"});
        assert_eq!(told["identity"], identity);
        assert_eq!(told["mailbox"], "http://127.0.0.1:9099/mail");
        assert_eq!(told["payments"], "sandbox");
        assert!(!told.to_string().contains("hush"));
    }

    #[test]
    fn the_emulator_is_named_beside_its_project() {
        let mut config = settings();
        config.identity.api_key = None;
        config.identity.emulator_url = Some("http://127.0.0.1:9099".to_owned());
        let told = &to_pages(&config)["identity"];
        assert_eq!(told["emulatorUrl"], "http://127.0.0.1:9099");
        assert_eq!(told["apiKey"], EMULATORS_KEY);
    }
}
