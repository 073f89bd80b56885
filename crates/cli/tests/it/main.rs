//! Journeys over the real binary: real processes, real sockets, real photographs.

mod support;

mod browser;
mod chaos;
mod command_line;
mod events_url;
mod feed;
mod journey;
mod links;
mod outages;
