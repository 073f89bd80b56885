//! The laws of the whole workspace: who may use whom, and the style that a reader relies on.
//!
//! They stand in the crate that everybody depends on, so that no other crate needs building to check them.

#![allow(clippy::unwrap_used)]

mod it {
    mod dependencies;
    mod documents;
    mod tidy;
    mod workspace;
}
