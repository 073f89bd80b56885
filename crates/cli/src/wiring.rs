//! The one place that names concrete adapters: it opens the stores and plugs adapters into ports.

mod app;
mod blobs;
mod desk;
pub mod feed;
mod reactors;
mod read;
pub mod sandbox;
mod senders;
mod server;
mod stores;
mod write;

pub use blobs::{open_blobs, open_files};
pub use read::ReadSide;
pub use server::{Roles, run};
pub use stores::{Stores, begin_epoch, open_existing_log};
pub use write::WriteSide;
