//! Style that a reader relies on and no compiler checks.

use super::workspace::{Source, sources};

/// Nine in ten files are under 500 lines; none is over this.
const MAX_LINES: usize = 700;

/// Fails with every file that breaks a rule, not with the first one.
fn every_source(rule: &str, holds: impl Fn(&Source) -> bool) {
    let broken: Vec<_> = sources()
        .into_iter()
        .filter(|source| !holds(source))
        .map(|source| source.path)
        .collect();
    assert!(broken.is_empty(), "{rule}: {broken:#?}");
}

fn every_shipped_source(rule: &str, holds: impl Fn(&Source) -> bool) {
    every_source(rule, |source| {
        !source.path.contains("/src/") || holds(source)
    });
}

#[test]
fn a_file_opens_by_saying_what_it_is_for() {
    every_source("the first line begins with //!", |source| {
        source.text.starts_with("//! ")
    });
}

#[test]
fn a_module_is_named_after_itself() {
    every_source("picture.rs and picture/, not picture/mod.rs", |source| {
        !source.path.ends_with("/mod.rs")
    });
}

#[test]
fn a_file_can_be_read_in_one_sitting() {
    every_source("a file has at most 700 lines", |source| {
        source.text.lines().count() <= MAX_LINES
    });
}

#[test]
fn what_happened_is_matched_without_a_wildcard() {
    every_shipped_source("no `_ =>` in evolve and in read models", |source| {
        let decisive = if source.text.contains("impl Projection for") {
            before_tests(&source.text).to_owned()
        } else {
            bodies_of(&source.text, "fn evolve(")
        };
        !decisive.contains("_ =>")
    });
}

#[test]
fn only_the_bridge_knows_cqrs_es() {
    every_shipped_source(
        "cqrs_es is named in bridge.rs and by its peer in bench alone",
        |source| {
            // A benchmark is no part of the product: it has cqrs-es as a peer.
            let may = [
                "crates/commands/src/bridge.rs",
                "bench/src/pg_append/contenders.rs",
            ];
            may.contains(&source.path.as_str()) || !source.text.contains("cqrs_es")
        },
    );
}

#[test]
fn only_the_wiring_names_concrete_adapters() {
    every_shipped_source("adapters are named in wiring.rs alone", |source| {
        let in_cli = source.path.starts_with("crates/cli/");
        let wires = source.path.starts_with("crates/cli/src/wiring");
        !in_cli || wires || !source.text.contains("picasso_adapters")
    });
}

fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text)
}

/// The bodies of all functions whose signature begins so: up to the brace at the signature's indentation.
fn bodies_of(text: &str, signature: &str) -> String {
    let mut bodies = String::new();
    let mut end: Option<String> = None;
    for line in text.lines() {
        let starts = line.trim_start().starts_with(signature);
        if starts && !line.ends_with(';') {
            let indentation = line.len() - line.trim_start().len();
            end = Some(format!("{}}}", " ".repeat(indentation)));
        }
        if end.is_some() {
            bodies.push_str(line);
            bodies.push('\n');
        }
        if end.as_deref() == Some(line) {
            end = None;
        }
    }
    bodies
}

#[test]
fn a_body_ends_at_its_own_brace() {
    let text = "impl A {\n    fn evolve(&mut self) {\n        a\n    }\n    fn other() {\n        b\n    }\n}\n";
    let body = bodies_of(text, "fn evolve(");
    assert!(body.contains("a\n") && !body.contains('b'), "{body}");
}
