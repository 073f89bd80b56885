//! The write side over the embedded adapters and the sandbox: what a deployment in one process runs.

#[path = "write_side/checkout.rs"]
mod checkout;
#[path = "write_side/collector.rs"]
mod collector;
#[path = "write_side/commands.rs"]
mod commands;
#[path = "write_side/faults.rs"]
mod faults;
#[path = "write_side/fixture.rs"]
mod fixture;
#[path = "write_side/letters.rs"]
mod letters;
#[path = "write_side/payouts.rs"]
mod payouts;
#[path = "write_side/payouts_under_faults.rs"]
mod payouts_under_faults;
#[path = "write_side/race.rs"]
mod race;
#[path = "write_side/reactors.rs"]
mod reactors;
#[path = "write_side/rest.rs"]
mod rest;
#[path = "write_side/stall.rs"]
mod stall;
#[path = "write_side/uploads.rs"]
mod uploads;
