//! Rules of the settings by which the web app signs people in: each goes into the addresses and headers of its pages.

use super::Identity;

impl Identity {
    /// Rules that one setting alone can break.
    pub(super) fn rules(&self) -> [(&'static str, bool, &'static str); 3] {
        [
            (
                "identity.sandbox_url",
                self.sandbox_url.as_deref().is_none_or(is_base),
                "must be an http or https address without a slash at its end",
            ),
            (
                "identity.api_key",
                self.api_key.as_deref().is_none_or(is_key),
                "must be letters, digits, - and _",
            ),
            (
                "identity.auth_domain",
                self.auth_domain.as_deref().is_none_or(is_host),
                "must be the name of a host, without https://",
            ),
        ]
    }

    /// The host of Firebase's sign-in pages for a project.
    pub fn auth_domain(&self, project: &str) -> String {
        let given = self.auth_domain.clone();
        given.unwrap_or_else(|| format!("{project}.firebaseapp.com"))
    }
}

fn is_base(url: &str) -> bool {
    let web = url.starts_with("http://") || url.starts_with("https://");
    web && !url.ends_with('/')
}

fn is_key(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !key.is_empty() && key.bytes().all(plain)
}

fn is_host(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    host.contains('.') && host.bytes().all(plain)
}
