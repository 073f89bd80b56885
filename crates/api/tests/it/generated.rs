//! `docs/errors.md` is made from the table of reasons; `PICASSO_BLESS=1` writes it anew.

use std::{env, fmt::Write, fs, path::Path};

use picasso_api::status::{DOMAIN, Reason};
use tonic::Code;

const TABLE: &str = "| reason | code | what is wrong | what helps |\n|---|---|---|---|\n";

#[test]
fn generated_errors_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    let page = page();
    if env::var_os("PICASSO_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &page).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "`make docs` writes {} anew", path.display());
}

fn page() -> String {
    let mut page = format!(
        "# Errors\n\n\
        <!-- Generated from crates/api/src/status/reason.rs by `make docs`; do not edit. -->\n\n\
        Every refusal has one of these reasons. Over gRPC and gRPC-web it stands in `google.rpc.ErrorInfo`\n\
        (`domain` is `{DOMAIN}`) among the status details; over plain HTTP it is the `reason` of a problem document\n\
        (RFC 9457). Reasons never change once released: programs should branch on the reason, not on the message.\n\n\
        Where a field of the request is wrong, `google.rpc.BadRequest` names it. Where waiting helps,\n\
        `google.rpc.RetryInfo` says how long. Every answer carries `x-correlation-id`, which finds its lines in\n\
        the server's log.\n\n{TABLE}"
    );
    for reason in Reason::ALL {
        let (name, code) = (reason.as_str(), as_in_proto(reason.code()));
        let (meaning, remedy) = (reason.meaning(), reason.remedy());
        writeln!(page, "| `{name}` | {code} | {meaning} | {remedy} |").unwrap();
    }
    page
}

/// `InvalidArgument` as google/rpc/code.proto writes it: `INVALID_ARGUMENT`.
fn as_in_proto(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}
