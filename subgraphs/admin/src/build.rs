//! Puts the server together.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use service::{Server, run_main};
use stores::files::Files;
use stores::sql::Database;

use crate::common_client::CommonClient;
use crate::crawl::{Sites, Wake, Worker};
use crate::files::links::Signer;
use crate::files::routes::{FileRoutes, routes};
use crate::schema::{schema, sdl};
use crate::settings::Settings;
use crate::store::{Store, Stores};

/// The server over its stores; `common` is where documents go.
pub async fn build(settings: Settings, stores: Stores, common: CommonClient) -> anyhow::Result<Server> {
    let store = Store::open(stores, settings.server.clock.clone()).await?;
    let signer = Signer::new(&settings.link_secret()?)?;
    let wake = Wake::default();
    let callers = Arc::new(settings.server.callers.clone());
    let file_routes = routes(FileRoutes { store: store.clone(), signer: signer.clone(), callers });
    let sites = Sites::new(Duration::from_secs(settings.crawl.request_timeout_seconds))?;
    let worker = Worker::new(store.clone(), common, settings.crawl.clone(), sites, wake.clone());
    let schema = schema(store.clone(), &settings, signer, wake);
    let server =
        service::server("admin", schema, &settings.server, file_routes, vec![Box::pin(worker.work())])?;
    let (database, files) = (store.database.clone(), store.files.clone());
    server.health.add("sql", move || ping(database.clone()));
    server.health.add("files", move || ping_files(files.clone()));
    Ok(server)
}

async fn ping(database: Database) -> stores::Result<()> {
    database.ping().await
}

async fn ping_files(files: Files) -> stores::Result<()> {
    files.ping().await
}

/// Opens (creates) the embedded stores in a data folder.
pub async fn open_stores(data: &Path) -> anyhow::Result<Stores> {
    let database = Settings::database_file(data);
    if let Some(folder) = database.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let nas = Settings::nas_folder(data);
    std::fs::create_dir_all(&nas)?;
    let crawl_info = Database::open_sqlite("crawl_info", &database).await?;
    Ok(Stores { crawl_info, files: Files::open_folder(&nas)? })
}

/// The `main` of the server in a process of its own, on embedded stores.
pub fn main() -> ExitCode {
    run_main("admin", sdl, |settings: Settings| async move {
        let stores = open_stores(&settings.server.data).await?;
        let common = CommonClient::over_http(&settings.common)?;
        build(settings, stores, common).await
    })
}
