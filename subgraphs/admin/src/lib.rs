//! The admin server: crawl sources, runs and items, and the files of the NAS. It alone reaches the database `crawl_info` and
//! the NAS, and it is the only server that calls another: what a crawl finds is handed to common.

mod build;
pub mod common_client;
pub mod crawl;
pub mod files;
pub mod loaders;
pub mod mutation;
pub mod query;
pub mod schema;
mod seed;
pub mod settings;
pub mod store;
pub mod subscription;
pub mod types;

pub use build::{build, main, open_stores};
pub use common_client::CommonClient;
pub use schema::sdl;
pub use seed::{SeedDocument, SeedSource, seed};
pub use settings::Settings;
pub use store::Stores;
