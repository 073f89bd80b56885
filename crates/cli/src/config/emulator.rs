//! The one rule that keeps the Firebase Auth emulator away from production: with it, anybody can be anybody.

use super::{Config, Secret};

/// What projects of the emulator are called, and no real one
/// (<https://firebase.google.com/docs/emulator-suite/connect_auth>).
const DEMO_PREFIX: &str = "demo-";

impl Config {
    /// The emulator is taken only where nothing says that this is production: a project that can be a real one, a key
    /// that moves real money, or an https address for people to come to.
    pub(super) fn emulator_rule(&self) -> (&'static str, bool, &'static str) {
        let setting = "identity.emulator_url";
        let Some(url) = &self.identity.emulator_url else {
            return (setting, true, "");
        };
        let project = self.identity.project_id.as_deref().unwrap_or_default();
        let rules = [
            (
                url.starts_with("http://") || url.starts_with("https://"),
                "must be an http or https address",
            ),
            (
                project.starts_with(DEMO_PREFIX),
                "is for projects whose identity.project_id begins with demo-, which no real one does",
            ),
            (
                !self.payments.secret_key.as_ref().is_some_and(is_live),
                "may not stand beside a live payments.secret_key",
            ),
            (
                !self.public_url().starts_with("https:"),
                "may not stand beside an https server.public_url",
            ),
        ];
        let broken = rules.into_iter().find(|(holds, _)| !holds);
        broken.map_or((setting, true, ""), |(_, rule)| (setting, false, rule))
    }
}

/// Stripe's keys are `sk_test_…` and `rk_test_…` when no money moves; whatever else it is may be live.
fn is_live(key: &Secret) -> bool {
    let key = key.reveal();
    !key.starts_with("sk_test_") && !key.starts_with("rk_test_")
}
