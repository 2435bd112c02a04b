//! Knlab in one process: the gateway and its four servers on embedded stores.

pub mod sample;
