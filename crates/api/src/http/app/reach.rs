//! Whom the web app's pages may reach, as a content security policy (<https://www.w3.org/TR/CSP3/>).

use std::collections::BTreeSet;

/// Origins beside the page's own, for example `https://cdn.example.org`.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Where pictures are shown from.
    pub images: BTreeSet<String>,
    /// Who is called: sign-in, uploads, downloads.
    pub calls: BTreeSet<String>,
    /// Whose scripts run.
    pub scripts: BTreeSet<String>,
    /// Whose pages are framed.
    pub frames: BTreeSet<String>,
}

impl Reach {
    /// Nothing inline runs and nothing is evaluated: no directive says so.
    pub(super) fn policy(&self) -> String {
        let mut policy = "default-src 'self'".to_owned();
        let mut allow = |directive: &str, own: &str, origins: &BTreeSet<String>| {
            let all = origins.iter().fold(own.to_owned(), |mut all, origin| {
                all.push(' ');
                all.push_str(origin);
                all
            });
            policy.push_str(&format!("; {directive} {all}"));
        };
        allow("img-src", "'self' blob: data:", &self.images);
        allow("connect-src", "'self'", &self.calls);
        allow("script-src", "'self'", &self.scripts);
        let nobody = BTreeSet::new();
        if self.frames.is_empty() {
            allow("frame-src", "'none'", &nobody);
        } else {
            allow("frame-src", "'self'", &self.frames);
        }
        for closed in ["frame-ancestors", "base-uri", "object-src"] {
            allow(closed, "'none'", &nobody);
        }
        allow("form-action", "'self'", &nobody);
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(origin: &str) -> BTreeSet<String> {
        BTreeSet::from([origin.to_owned()])
    }

    #[test]
    fn a_page_reaches_itself_and_nobody_else() {
        assert_eq!(
            Reach::default().policy(),
            "default-src 'self'; img-src 'self' blob: data:; connect-src 'self'; script-src 'self'; \
             frame-src 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; \
             form-action 'self'"
        );
    }

    #[test]
    fn a_page_reaches_those_that_are_named_for_what_they_are_named() {
        let policy = Reach {
            images: only("https://cdn.example.org"),
            calls: only("https://bucket.example.org"),
            scripts: only("https://apis.google.com"),
            frames: only("https://shop.firebaseapp.com"),
        }
        .policy();
        for directive in [
            "img-src 'self' blob: data: https://cdn.example.org;",
            "connect-src 'self' https://bucket.example.org;",
            "script-src 'self' https://apis.google.com;",
            "frame-src 'self' https://shop.firebaseapp.com;",
        ] {
            assert!(policy.contains(directive), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}
