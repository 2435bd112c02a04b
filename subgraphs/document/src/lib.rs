//! The document server: what people read. It reads Document Meta and the three search indexes and writes nothing.

pub mod loaders;
pub mod query;
pub mod settings;
pub mod store;
pub mod types;

use async_graphql::{EmptyMutation, EmptySubscription, Schema, SchemaBuilder};
use service::Server;

pub use settings::Settings;
pub use store::Stores;

use query::Query;

/// The schema of this server.
pub type DocumentSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// The schema as federation SDL.
pub fn sdl() -> String {
    service::export_sdl(&builder().finish())
}

/// The schema on stores that are open.
pub fn schema(stores: &Stores) -> DocumentSchema {
    builder().data(loaders::loaders(stores)).data(stores.clone()).finish()
}

/// Builds the server on stores that are open.
pub async fn build(settings: Settings, stores: Stores) -> anyhow::Result<Server> {
    let server =
        service::server("document", schema(&stores), &settings.server, axum::Router::new(), Vec::new())?;
    let Stores { document_meta, search } = stores;
    server.health.add("document_meta", move || {
        let database = document_meta.clone();
        async move { store::document::check(&database).await }
    });
    server.health.add_optional("search", move || {
        let search = search.clone();
        async move { search.ping().await }
    });
    Ok(server)
}

fn builder() -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription)
        .enable_federation()
        .register_output_type::<types::document::Document>()
        .limit_depth(40)
        .limit_directives(50)
}
