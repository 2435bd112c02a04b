//! Puts the server together.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use service::settings::DatabaseSettings;
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
    server.health.add("crawl_info", move || ping(database.clone()));
    server.health.add("nas", move || ping_files(files.clone()));
    Ok(server)
}

async fn ping(database: Database) -> stores::Result<()> {
    database.ping().await
}

async fn ping_files(files: Files) -> stores::Result<()> {
    files.ping().await
}

/// Opens (creates) the stores that the settings name; embedded ones are in the data folder.
///
/// # Errors
/// When the settings are wrong, or the database file or a folder cannot be opened. A MySQL, WebDAV or S3 server that does not
/// answer is no error: this server starts without it and says that it is not ready.
pub async fn open_stores(settings: &Settings) -> anyhow::Result<Stores> {
    let (data, crawl_info) = (&settings.server.data, settings.stores.crawl_info.as_ref());
    let files = Files::open(&settings.stores.nas.place(data)?)?;
    Ok(Stores { crawl_info: DatabaseSettings::open(crawl_info, "crawl_info", data).await?, files })
}

/// The `main` of the server in a process of its own.
pub fn main() -> ExitCode {
    run_main("admin", sdl, |settings: Settings| async move {
        let stores = open_stores(&settings).await?;
        let common = CommonClient::over_http(&settings.common)?;
        build(settings, stores, common).await
    })
}
