//! Query plan, variables and a transport to response bytes: fetches run as soon as their inputs are there, answers are
//! parsed into slots, the client's answer is written in one walk.

pub mod transport;
