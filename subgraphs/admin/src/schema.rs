//! The schema with everything its resolvers need.

use async_graphql::Schema;

use crate::crawl::Wake;
use crate::files::links::Signer;
use crate::loaders::loaders;
use crate::mutation::Mutation;
use crate::query::Query;
use crate::settings::Settings;
use crate::store::Store;
use crate::subscription::Subscription;

/// The schema of admin.
pub type AdminSchema = Schema<Query, Mutation, Subscription>;

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation::default(), Subscription)
        .enable_federation()
        .enable_subscription_in_federation()
}

/// The schema over a store.
pub fn schema(store: Store, settings: &Settings, signer: Signer, wake: Wake) -> AdminSchema {
    builder()
        .data(loaders(store.clone()))
        .data(store.clock.clone())
        .data(store)
        .data(signer)
        .data(wake)
        .data(settings.links.clone())
        .data(settings.crawl.clone())
        .finish()
}

/// The schema as SDL; no store is needed for it.
pub fn sdl() -> String {
    service::export_sdl(&builder().finish())
}
