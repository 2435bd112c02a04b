//! The common server: what all share. It owns categories, organizations, code tables, bookmarks and saved searches, and it is
//! the only writer of Document Meta and of the search indexes. It may reach those two databases and the three indexes.

pub mod indexer;
pub mod loaders;
pub mod mutation;
pub mod query;
pub mod seed;
pub mod settings;
pub mod store;
pub mod types;

use async_graphql::{EmptySubscription, Schema, SchemaBuilder};
use service::Server;

pub use indexer::Indexer;
pub use settings::Settings;
pub use store::{Stores, migrate_document_meta};

use loaders::FreshLoaders;
use mutation::Mutation;
use query::Query;

type CommonSchema = Schema<Query, Mutation, EmptySubscription>;

/// Two full pages of one hundred within each other, and a little more.
const MOST_COMPLEX: usize = 250_000;

fn schema() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .enable_federation()
        .limit_depth(40)
        .limit_directives(50)
        .limit_complexity(MOST_COMPLEX)
}

/// The schema as federation SDL.
pub fn sdl() -> String {
    service::export_sdl(&schema().finish())
}

/// Builds the server on stores that are open; brings their schemas up to date first.
pub async fn build(settings: Settings, stores: Stores) -> anyhow::Result<Server> {
    let indexer = Indexer::new(stores.clone(), settings.server.clock.clone(), settings.indexer.clone());
    build_with(settings, stores, indexer).await
}

/// As `build`, with an indexer that the caller keeps a hand on: to drain it, or to stop it at a point of its choice.
pub async fn build_with(settings: Settings, stores: Stores, indexer: Indexer) -> anyhow::Result<Server> {
    stores.migrate().await?;
    let schema: CommonSchema = schema()
        .data(stores.clone())
        .data(indexer.clone())
        .data(settings.server.clock.clone())
        .extension(FreshLoaders(stores.clone()))
        .finish();
    let background = vec![Box::pin(indexer.run()) as futures::future::BoxFuture<'static, ()>];
    let server = service::server("common", schema, &settings.server, axum::Router::new(), background)?;
    let Stores { document_meta, common, search_reader, .. } = stores;
    server.health.add("document_meta", move || {
        let database = document_meta.clone();
        async move { database.ping().await }
    });
    server.health.add("common", move || {
        let database = common.clone();
        async move { database.ping().await }
    });
    // Without it documents are taken in all the same; they are found once it is back.
    server.health.add_optional("search", move || {
        let search = search_reader.clone();
        async move { search.ping().await }
    });
    Ok(server)
}
