//! Specifications of this aggregate.
