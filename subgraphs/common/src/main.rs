//! The program `common`: opens the embedded stores under the data folder and serves.

use std::process::ExitCode;
use std::sync::Arc;

use common::{Settings, Stores};
use stores::search::embedded;
use stores::sql::Database;

fn main() -> ExitCode {
    service::run_main("common", common::sdl, |settings: Settings| async move {
        let data = settings.server.data.clone();
        let search = Arc::new(embedded::open_writer(&data.join("search"))?);
        let stores = Stores {
            document_meta: Database::open_sqlite("document_meta", &data.join("sql/document_meta.sqlite"))
                .await?,
            common: Database::open_sqlite("common", &data.join("sql/common.sqlite")).await?,
            search_reader: search.clone(),
            search_writer: search,
        };
        common::build(settings, stores).await
    })
}
