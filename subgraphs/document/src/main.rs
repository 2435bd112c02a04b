//! The document server as a program.

use std::process::ExitCode;
use std::sync::Arc;

use document::{Settings, Stores};
use stores::search::embedded::open_reader;
use stores::sql::Database;

fn main() -> ExitCode {
    service::run_main("document", document::sdl, build)
}

async fn build(settings: Settings) -> anyhow::Result<service::Server> {
    let data = &settings.server.data;
    let document_meta =
        Database::open_sqlite("document_meta", &data.join("sql/document_meta.sqlite")).await?;
    let search = Arc::new(open_reader(&data.join("search"))?);
    document::build(settings, Stores { document_meta, search }).await
}
