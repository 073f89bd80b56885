//! Who may use whom, as an allow-list over `cargo metadata`: what is not listed is not allowed.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

use super::workspace::root;

/// One of our crates and those of ours it may use.
struct Law {
    crate_name: &'static str,
    /// In what it ships.
    uses: &'static [&'static str],
    /// In its tests besides.
    tests_use: &'static [&'static str],
}

const LAWS: &[Law] = &[
    Law {
        crate_name: "domain",
        uses: &[],
        tests_use: &[],
    },
    Law {
        crate_name: "eventlog",
        uses: &["domain"],
        tests_use: &[],
    },
    Law {
        crate_name: "commands",
        uses: &["domain", "eventlog"],
        tests_use: &[],
    },
    Law {
        crate_name: "projections",
        uses: &["domain", "eventlog"],
        tests_use: &[],
    },
    Law {
        crate_name: "imaging",
        uses: &["domain", "commands"],
        tests_use: &[],
    },
    Law {
        crate_name: "adapters",
        uses: &["domain", "eventlog", "commands", "projections", "imaging"],
        tests_use: &["sandbox", "testing"],
    },
    Law {
        crate_name: "sandbox",
        uses: &[],
        tests_use: &[],
    },
    Law {
        crate_name: "api",
        uses: &["domain", "eventlog", "commands", "projections"],
        tests_use: &[],
    },
    Law {
        crate_name: "cli",
        uses: &[
            "domain",
            "eventlog",
            "commands",
            "projections",
            "adapters",
            "sandbox",
            "api",
        ],
        tests_use: &["testing"],
    },
    Law {
        crate_name: "testing",
        uses: &[],
        tests_use: &[],
    },
    Law {
        crate_name: "bench",
        uses: &[
            "domain",
            "eventlog",
            "commands",
            "projections",
            "adapters",
            "sandbox",
            "api",
        ],
        tests_use: &[],
    },
];

/// Libraries that do I/O, keep time or prescribe a shape, and the only crates of ours that may use them.
const TECHNOLOGIES: &[(&str, &[&str])] = &[
    ("cqrs-es", &["commands", "bench"]),
    ("rusqlite", &["adapters", "sandbox", "bench"]),
    ("sqlx", &["adapters", "bench"]),
    ("async-nats", &["adapters", "bench"]),
    ("mongodb", &["adapters", "bench"]),
    ("aws-sdk-s3", &["adapters", "testing"]),
    (
        "reqwest",
        &["adapters", "sandbox", "testing", "cli", "bench"],
    ),
    ("tonic", &["api", "cli", "bench"]),
    ("axum", &["api", "sandbox", "cli", "bench"]),
    ("async-stripe", &["adapters", "sandbox"]),
    ("lettre", &["adapters"]),
    ("aws-sdk-sns", &["adapters"]),
    ("image", &["imaging", "cli", "bench"]),
    (
        "tokio",
        &[
            "eventlog",
            "commands",
            "projections",
            "imaging",
            "adapters",
            "sandbox",
            "testing",
            "api",
            "cli",
            "bench",
        ],
    ),
];

struct Dependency {
    name: String,
    in_tests_only: bool,
}

struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

/// Our crates as cargo sees them, names without `picasso-`.
fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {talk}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().map(package).collect()
}

fn package(metadata: &Value) -> Package {
    let dependencies = metadata["dependencies"].as_array().unwrap();
    let dependencies = dependencies.iter().map(|dependency| Dependency {
        name: short(&dependency["name"]),
        in_tests_only: dependency["kind"] == "dev",
    });
    Package {
        name: short(&metadata["name"]),
        dependencies: dependencies.collect(),
    }
}

fn short(name: &Value) -> String {
    let name = name.as_str().unwrap();
    name.strip_prefix("picasso-").unwrap_or(name).to_owned()
}

#[test]
fn every_crate_has_a_law() {
    let found: BTreeSet<_> = packages().into_iter().map(|package| package.name).collect();
    let lawful: BTreeSet<_> = LAWS.iter().map(|law| law.crate_name.to_owned()).collect();
    assert_eq!(found, lawful);
}

#[test]
fn a_crate_uses_only_the_crates_its_law_allows() {
    let ours: Vec<_> = LAWS.iter().map(|law| law.crate_name).collect();
    for package in packages() {
        let law = LAWS.iter().find(|law| law.crate_name == package.name);
        let law = law.unwrap();
        for dependency in package.dependencies {
            let name = dependency.name.as_str();
            let allowed = law.uses.contains(&name)
                || dependency.in_tests_only && law.tests_use.contains(&name);
            assert!(
                allowed || !ours.contains(&name),
                "{} may not use {name}; see ARCHITECTURE.md, \"Who may use whom\"",
                package.name
            );
        }
    }
}

#[test]
fn a_technology_stays_in_the_crates_made_for_it() {
    for package in packages() {
        for dependency in package.dependencies {
            let law = TECHNOLOGIES
                .iter()
                .find(|(technology, _)| *technology == dependency.name);
            let allowed = law.is_none_or(|(_, crates)| crates.contains(&package.name.as_str()));
            assert!(
                allowed || dependency.in_tests_only,
                "{} may not use {}",
                package.name,
                dependency.name
            );
        }
    }
}
