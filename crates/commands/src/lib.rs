//! The write side: takes commands, looks facts up, lets aggregates decide and appends what they decided.
//!
//! Keeps true: a command is answered only after its events are durable; the same request id again gets the
//! first answer. Knows nothing of projections.

mod accounts;
pub mod bridge;
mod checkout;
pub mod contract;
mod earnings;
mod error;
mod executor;
pub mod letters;
pub mod links;
mod onboarding;
mod pictures;
pub mod ports;
mod purchases;
mod reactions;
pub mod reactors;

pub use accounts::{Accounts, RegisterAccount};
pub use checkout::{Checkout, ReturnUrls};
pub use earnings::{Earnings, NextLook};
pub use error::{CommandError, UploadError};
pub use executor::{Context, Executor, Receipt};
pub use onboarding::{Onboarding, OnboardingStarted};
pub use pictures::{FinishUpload, Pictures, PicturesConfig, StartUpload, UploadTicket};
pub use purchases::{CheckoutStarted, Purchases, StartCheckout};
pub use reactions::Reactions;
