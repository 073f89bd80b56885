//! What build.rs makes of proto/: messages, services, clients, and the descriptor set that reflection serves.

#![allow(clippy::all, clippy::pedantic, missing_docs)]

pub mod types {
    pub mod v1 {
        tonic::include_proto!("picasso.types.v1");
    }
}

pub mod commands {
    pub mod v1 {
        tonic::include_proto!("picasso.commands.v1");
    }
}

pub mod queries {
    pub mod v1 {
        tonic::include_proto!("picasso.queries.v1");
    }
}

pub mod events {
    pub mod v1 {
        tonic::include_proto!("picasso.events.v1");
    }
}

pub mod operations {
    pub mod v1 {
        tonic::include_proto!("picasso.operations.v1");
    }
}

/// The encoded `FileDescriptorSet` of all packages above, with comments.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/picasso.bin"));
