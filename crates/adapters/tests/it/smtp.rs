//! Mail by SMTP: what a real server gets, and what a failure says of whether a letter was sent.

use std::time::Duration;

use picasso_adapters::smtp::SmtpMailer;
use picasso_commands::ports::{EffectError, Mail, Mailer};
use picasso_testing::{letters_holding, variable};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};
use uuid::Uuid;

const FROM: &str = "Picasso <mail@picasso.example>";
const OPT_OUT: &str = "https://picasso.example/letters/opt-out/abc";
/// How long a letter may take to appear in the server's folder.
const LIMIT: Duration = Duration::from_secs(30);

fn sale(key: &str) -> Mail {
    Mail {
        to: "ann@example.org".into(),
        subject: "Sold: Übersee “Harbour”".into(),
        text: "You sold a picture.\n".into(),
        html: "<p>You sold a picture.</p>".into(),
        kind: "sale",
        opt_out_url: Some(OPT_OUT.into()),
        dedupe_key: key.into(),
    }
}

/// The letters in the server's folder that hold some text, once there are any.
async fn arrived(text: &str) -> Vec<String> {
    let began = Instant::now();
    loop {
        let found = letters_holding(text);
        if !found.is_empty() {
            return found;
        }
        assert!(began.elapsed() < LIMIT, "no letter holds {text}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_letter_arrives_as_text_and_html_with_a_way_to_end_it() {
    let mailer = SmtpMailer::new(&variable("PICASSO_TEST_SMTP_URL"), FROM).expect("a mailer");
    mailer.check().await.expect("the server answers");
    let to = format!("{}@example.org", Uuid::now_v7().simple());
    let mail = Mail {
        to: to.clone(),
        ..sale("purchase/sale/1")
    };
    mailer.send(&mail).await.expect("sent");
    let letters = arrived(&to).await;
    assert_eq!(letters.len(), 1);
    let letter = letters[0].replace("\r\n", "\n");
    for part in [
        "From: Picasso <mail@picasso.example>\n",
        "Subject: Sold: =?utf-8?",
        "Auto-Submitted: auto-generated\n",
        "List-Unsubscribe: <https://picasso.example/letters/opt-out/abc>\n",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n",
        "Content-Type: multipart/alternative",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "You sold a picture.\n",
        "<p>You sold a picture.</p>",
    ] {
        assert!(letter.contains(part), "{part:?} is missing:\n{letter}");
    }
}

#[tokio::test]
async fn a_letter_is_known_by_its_key_and_a_receipt_cannot_be_ended() {
    let mailer = SmtpMailer::new(&variable("PICASSO_TEST_SMTP_URL"), FROM).expect("a mailer");
    let to = format!("{}@example.org", Uuid::now_v7().simple());
    for (key, text) in [
        ("secret-buyer/1", "first"),
        ("secret-buyer/1", "again"),
        ("2", "other"),
    ] {
        let mail = Mail {
            to: to.clone(),
            text: text.into(),
            opt_out_url: None,
            ..sale(key)
        };
        mailer.send(&mail).await.expect("sent");
    }
    let mut ids = Vec::new();
    for text in ["first", "again", "other"] {
        let letters = arrived(&to).await;
        let letter = letters.iter().find(|letter| letter.contains(text));
        let letter = letter.expect("all three arrived");
        assert!(!letter.contains("List-Unsubscribe"), "{letter}");
        assert!(!letter.contains("secret-buyer"), "{letter}");
        let id = letter
            .lines()
            .find(|line| line.starts_with("Message-ID: <"));
        ids.push(id.expect("an id").to_owned());
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

/// What a server of our own does wrong.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// This answer to lines that begin so.
    Answers(&'static str, &'static str),
    /// It leaves when such a line has come.
    LeavesAt(&'static str),
    /// This answer to the content.
    Content(&'static str),
    LeavesAfterContent,
}

/// A mail server that does one thing wrong, each time; answers its address.
async fn faulty(fault: Fault) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, fault));
        }
    });
    format!("smtp://user:hush@127.0.0.1:{port}")
}

/// Ends when the client leaves or the fault says so.
async fn converse(stream: TcpStream, fault: Fault) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 here\r\n").await?;
    let (mut in_content, mut line) = (false, String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if in_content && line != ".\r\n" {
            continue;
        }
        let answer = match fault {
            Fault::LeavesAfterContent if in_content => return Ok(()),
            Fault::Content(answer) if in_content => answer,
            _ if in_content => "250 taken",
            Fault::LeavesAt(verb) if line.starts_with(verb) => return Ok(()),
            Fault::Answers(verb, answer) if line.starts_with(verb) => answer,
            _ if line.starts_with("EHLO") => "250-here\r\n250 AUTH PLAIN",
            _ if line.starts_with("AUTH") => "235 welcome",
            _ if line.starts_with("DATA") => "354 go on",
            _ => "250 fine",
        };
        in_content = answer.starts_with("354");
        stream.write_all(answer.as_bytes()).await?;
        stream.write_all(b"\r\n").await?;
    }
}

async fn outcome(fault: Fault) -> &'static str {
    let mailer = SmtpMailer::new(&faulty(fault).await, FROM).expect("a mailer");
    match mailer.send(&sale("a")).await {
        Ok(()) => "sent",
        Err(EffectError::NotDone(_)) => "not done",
        Err(EffectError::Refused(_)) => "refused",
        Err(EffectError::InDoubt(_)) => "in doubt",
    }
}

#[tokio::test]
async fn only_an_unanswered_content_leaves_a_doubt() {
    let cases = [
        (Fault::None, "sent"),
        (Fault::Answers("EHLO", "421 later"), "not done"),
        (Fault::Answers("AUTH", "535 wrong password"), "not done"),
        (Fault::Answers("MAIL", "451 later"), "not done"),
        (Fault::Answers("MAIL", "550 not from here"), "not done"),
        (Fault::Answers("RCPT", "450 mailbox busy"), "not done"),
        (Fault::Answers("RCPT", "550 nobody here"), "refused"),
        (Fault::Answers("DATA", "452 disk full"), "not done"),
        (Fault::LeavesAt("EHLO"), "not done"),
        (Fault::LeavesAt("MAIL"), "not done"),
        (Fault::LeavesAt("RCPT"), "not done"),
        (Fault::LeavesAt("DATA"), "not done"),
        (Fault::Content("452 disk full"), "not done"),
        (Fault::Content("554 spam"), "refused"),
        (Fault::LeavesAfterContent, "in doubt"),
        (Fault::Content("gibberish"), "in doubt"),
    ];
    for (number, (fault, expected)) in cases.into_iter().enumerate() {
        assert_eq!(outcome(fault).await, expected, "case {number}");
    }
}

#[tokio::test]
async fn a_letter_without_a_server_is_not_sent() {
    // Port 9 of this machine: nothing listens there.
    let mailer = SmtpMailer::new("smtp://127.0.0.1:9", FROM).expect("a mailer");
    let failed = mailer.send(&sale("a")).await.expect_err("nobody there");
    assert!(matches!(failed, EffectError::NotDone(_)), "{failed:?}");
    assert!(
        mailer
            .check()
            .await
            .expect_err("nobody there")
            .is_transient()
    );
}

#[tokio::test]
async fn a_connection_that_the_server_has_closed_costs_no_letter() {
    let url = faulty(Fault::None).await;
    let mailer = SmtpMailer::new(&url, FROM).expect("a mailer");
    for key in ["a", "b", "c"] {
        mailer.send(&sale(key)).await.expect("sent");
    }
}

#[tokio::test]
async fn a_refused_password_or_missing_encryption_wants_a_person() {
    let url = faulty(Fault::Answers("AUTH", "535 wrong password")).await;
    let refused = SmtpMailer::new(&url, FROM).expect("a mailer").check().await;
    let refused = refused.expect_err("refused");
    assert!(!refused.is_transient(), "{refused}");
    assert!(!format!("{refused:?}").contains("hush"), "{refused:?}");
    let plain = format!("{}?tls=required", faulty(Fault::None).await);
    let refused = SmtpMailer::new(&plain, FROM)
        .expect("a mailer")
        .check()
        .await;
    assert!(!refused.expect_err("no STARTTLS here").is_transient());
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    for from in ["", "Picasso", "Picasso <nobody>"] {
        assert!(SmtpMailer::new("smtp://127.0.0.1", from).is_err(), "{from}");
    }
    let mailer = SmtpMailer::new(&faulty(Fault::None).await, FROM).expect("a mailer");
    let nowhere = Mail {
        to: "nobody".into(),
        ..sale("a")
    };
    let refused = mailer.send(&nowhere).await.expect_err("refused");
    assert!(matches!(refused, EffectError::Refused(_)), "{refused:?}");
}
