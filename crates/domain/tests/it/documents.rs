//! What the documents name exists: tests in ARCHITECTURE.md, files in every page, so that no map shows a road
//! that is gone.

use std::{collections::BTreeSet, fs, path::Path};

use super::workspace::{root, sources};

const PAGES: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/operations.md",
    "docs/recipes.md",
];

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands between backticks on one line, code blocks aside.
fn quoted(text: &str) -> Vec<String> {
    let mut quoted = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            quoted.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    quoted
}

/// The files a quotation names; `{a,b}.rs` names two, and a name with `<…>` or `*` in it is a pattern.
fn files(quotation: &str) -> Vec<String> {
    let known = [
        "crates/", "docs/", "proto/", "bench/", "web/", "infra/", "scripts/",
    ];
    let is_path = known.iter().any(|folder| quotation.starts_with(folder));
    if !is_path || quotation.contains(['<', '*', ' ']) {
        return Vec::new();
    }
    match (quotation.split_once('{'), quotation.split_once('}')) {
        (Some((before, rest)), Some((_, after))) => rest
            .split('}')
            .next()
            .unwrap_or_default()
            .split(',')
            .map(|middle| format!("{before}{middle}{after}"))
            .collect(),
        _ => vec![quotation.to_owned()],
    }
}

#[test]
fn every_test_that_guards_an_invariant_exists() {
    let text = page("ARCHITECTURE.md");
    let (_, section) = text.split_once("## Invariants").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let named: BTreeSet<_> = quoted(section).into_iter().collect();
    assert!(named.len() > 30, "only {} tests are named", named.len());
    let code: String = sources().into_iter().map(|source| source.text).collect();
    let missing: Vec<_> = named
        .into_iter()
        .filter(|name| !code.contains(&format!("fn {name}(")))
        .collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}

#[test]
fn every_file_that_a_page_names_exists() {
    let mut missing = Vec::new();
    for path in PAGES {
        let named = quoted(&page(path));
        for file in named.iter().flat_map(|quotation| files(quotation)) {
            if !root().join(&file).exists() {
                missing.push(format!("{path}: {file}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let mut broken = Vec::new();
    let decisions = fs::read_dir(root().join("docs/adr")).unwrap();
    let decisions = decisions.map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        format!("docs/adr/{name}")
    });
    for path in PAGES.iter().map(|&path| path.to_owned()).chain(decisions) {
        let folder = root().join(&path).parent().unwrap().to_owned();
        for link in page(&path).split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap_or_default();
            let elsewhere = target.is_empty() || target.contains("://");
            if !elsewhere && !folder.join(target).exists() {
                broken.push(format!("{path}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// A word as reasons and enum values are written: `PRICE_RISEN`.
fn is_constant(word: &str) -> bool {
    let letters = word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    letters && word.contains('_')
}

fn proto_files(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            proto_files(&path, text);
        } else {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_reason_that_the_api_speaks_of_is_one() {
    let mut proto = String::new();
    proto_files(&root().join("proto"), &mut proto);
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    let comments: Vec<_> = proto.lines().filter(is_comment).collect();
    let code: Vec<_> = proto.lines().filter(|line| !is_comment(line)).collect();
    let mut known = page("crates/api/tests/it/reasons.txt");
    known.extend(code);
    let words = comments
        .iter()
        .flat_map(|line| line.split(|c: char| !c.is_ascii_alphabetic() && c != '_'));
    let unknown: BTreeSet<_> = words
        .filter(|word| is_constant(word) && !known.contains(word))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
