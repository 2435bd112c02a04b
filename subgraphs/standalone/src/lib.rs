//! Knlab in one process: the gateway and its four servers on embedded stores, with sample data.

pub mod access;
pub mod arguments;
pub mod banner;
pub mod contract;
pub mod originals;
pub mod sample;
pub mod seeding;
pub mod stores_folder;
pub mod system;
