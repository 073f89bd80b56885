//! Where the mail server is and how one signs in there, as one URL; the form is the one that lettre takes.

use std::net::IpAddr;

use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::SmtpError;

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    None,
    /// It begins in the clear and must change over before anything else (RFC 3207).
    Upgraded,
    /// From the first byte on (RFC 8314).
    Implicit,
}

/// A mail server. No `Debug`: it holds a password.
#[derive(Clone)]
pub(super) struct Server {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub credentials: Option<Credentials>,
}

impl Server {
    pub(super) fn parse(url: &str) -> Result<Self, SmtpError> {
        let url = Url::parse(url).map_err(|_| SmtpError::Address)?;
        let parameters: Vec<_> = url.query_pairs().collect();
        let (tls, port) = match (url.scheme(), parameters.as_slice()) {
            ("smtp", []) => (Tls::None, 25),
            ("smtp", [(name, value)]) if name == "tls" && value == "required" => {
                (Tls::Upgraded, 587)
            }
            ("smtps", []) => (Tls::Implicit, 465),
            _ => return Err(SmtpError::Address),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(SmtpError::Address)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let credentials = credentials(&url)?;
        if credentials.is_some() && tls == Tls::None && !is_this_machine(host) {
            return Err(SmtpError::PasswordInTheClear);
        }
        Ok(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(port),
            tls,
            credentials,
        })
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, SmtpError> {
    let decode = |text| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(String::from).map_err(|_| SmtpError::Address)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) if !user.is_empty() => {
            Ok(Some(Credentials::new(decode(user)?, decode(password)?)))
        }
        _ => Err(SmtpError::Address),
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Server {
        Server::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    #[test]
    fn the_scheme_and_its_parameter_choose_encryption_and_port() {
        let cases = [
            ("smtp://mail.example", Tls::None, 25),
            ("smtp://mail.example?tls=required", Tls::Upgraded, 587),
            ("smtps://mail.example", Tls::Implicit, 465),
            ("smtps://mail.example:2465", Tls::Implicit, 2465),
        ];
        for (url, tls, port) in cases {
            let server = parse(url);
            assert_eq!((server.tls, server.port), (tls, port), "{url}");
            assert_eq!(server.host, "mail.example");
        }
        assert_eq!(parse("smtp://[::1]:25").host, "::1");
    }

    #[test]
    fn names_and_passwords_may_hold_any_character() {
        let server = parse("smtps://ann%40example.org:p%3Aw%2F@mail.example");
        let wanted = Credentials::new("ann@example.org".into(), "p:w/".into());
        assert!(server.credentials == Some(wanted));
    }

    #[test]
    fn a_password_goes_in_the_clear_to_this_machine_only() {
        for url in ["smtp://u:p@127.0.0.1:25", "smtp://u:p@localhost"] {
            assert!(parse(url).credentials.is_some());
        }
        let refused = Server::parse("smtp://u:p@mail.example").err();
        assert!(matches!(refused, Some(SmtpError::PasswordInTheClear)));
    }

    #[test]
    fn what_is_no_mail_server_is_refused() {
        let wrong = [
            "",
            "mail.example:25",
            "http://mail.example",
            "smtp://",
            "smtp://mail.example?tls=perhaps",
            "smtps://mail.example?tls=required",
            "smtps://u@mail.example",
            "smtps://:p@mail.example",
        ];
        for url in wrong {
            assert!(Server::parse(url).is_err(), "{url}");
        }
    }
}
