//! The admin server's tests: against real embedded stores, a real web site and a stand-in for common on loopback.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod access;
mod crawling;
mod entities;
mod fake_common;
mod files;
mod kills;
mod nas_faults;
mod parts;
mod progress;
mod races;
mod real_common;
mod scheduling;
mod site;
mod uploads;
mod world;
