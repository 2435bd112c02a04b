//! The auth server: who you are. Owns the auth database alone: users, roles, sessions, service clients, personal API keys
//! and the keys that sign access tokens. Private signing keys lie in the database sealed with AES-256-GCM; the sealing key
//! comes from the settings or from a file with mode 0600.

mod argon2id;
mod first_administrator;
mod ids;
mod jwks;
mod loaders;
mod mutation;
mod passwords;
mod query;
mod secrets;
mod seed;
pub mod settings;
mod sign_in;
mod signing;
mod state;
mod store;
mod types;
mod upkeep;

use std::sync::Arc;

use anyhow::Context as _;
use async_graphql::{EmptySubscription, Schema, SchemaBuilder};
use futures::future::BoxFuture;
use stores::StoreError;
use stores::sql::{Database, Migrations, Migrator};

pub use seed::{SeedClient, SeedUser, seed};
pub use settings::{FirstAdministrator, Settings, StoreSettings};

use ids::Ids;
use mutation::Mutation;
use passwords::Passwords;
use query::Query;
use signing::{KeyRing, Schedule, Signer};
use state::Auth;
use store::Store;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/auth/sqlite");
static MYSQL: Migrator = sqlx::migrate!("../../migrations/auth/mysql");
const MIGRATIONS: Migrations = Migrations { sqlite: &SQLITE, mysql: &MYSQL };

fn schema() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query, Mutation::default(), EmptySubscription).enable_federation()
}

/// The schema as federation SDL.
pub fn sdl() -> String {
    service::export_sdl(&schema().finish())
}

/// Brings the auth database to the newest schema.
///
/// # Errors
/// When that fails; a database server that is not there yet is brought up to date when it is.
pub async fn migrate(database: &Database) -> stores::Result<()> {
    database.migrate(&MIGRATIONS).await
}

/// Builds the server over an opened database; brings its schema up to date first. Keys are published to `settings.server.token.shared` if it is there, so that
/// servers in the same process can check tokens without fetching them.
pub async fn build(mut settings: Settings, database: Database) -> anyhow::Result<service::Server> {
    let shared = settings.server.token.shared.get_or_insert_default().clone();
    migrate(&database).await?;
    let auth = state(&settings, &database, shared).await?;
    first_keys(&auth).await?;
    let extra = jwks::routes(Arc::clone(&auth.signer.ring));
    let mut background: Vec<BoxFuture<'static, ()>> = vec![Box::pin(upkeep::run(auth.clone()))];
    if let Some(wanted) = settings.first_administrator {
        background.extend(first_administrator::begin(&auth, wanted).await?);
    }
    let schema = schema()
        .data(loaders::loaders(auth.store.clone(), auth.clock.clone()))
        .data(auth)
        .limit_depth(12)
        .limit_complexity(2000)
        .limit_directives(50)
        .finish();
    let server = service::server("auth", schema, &settings.server, extra, background)?;
    server.health.add("auth", move || {
        let database = database.clone();
        async move { database.ping().await }
    });
    Ok(server)
}

/// Makes or reads the signing keys, so that mistakes show at the start. A database that is not there is waited for: keys are read
/// when they are needed.
async fn first_keys(auth: &Auth) -> anyhow::Result<()> {
    match auth.signer.ring.active().await {
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Unavailable { .. })) => {
            tracing::warn!(error = %format!("{error:#}"), "the signing keys cannot be read yet");
            Ok(())
        }
        keys => keys.map(|_| ()).context("the signing keys"),
    }
}

async fn state(
    settings: &Settings,
    database: &Database,
    shared: service::SharedKeys,
) -> anyhow::Result<Auth> {
    let store = Store::new(database.clone());
    let clock = settings.server.clock.clone();
    let lifetime_seconds = i64::from(settings.lifetimes.access_token_seconds);
    let schedule = Schedule::new(settings.keys.rotation_days, lifetime_seconds);
    let seal = Arc::new(settings.seal()?);
    let ring = KeyRing::new(store.clone(), clock.clone(), Arc::clone(&seal), schedule, shared);
    let signer = Signer {
        ring: Arc::new(ring),
        issuer: settings.server.token.issuer.clone(),
        audience: settings.server.token.audience.clone(),
        lifetime_seconds,
        clock: clock.clone(),
    };
    Ok(Auth {
        store,
        ids: Arc::new(Ids::new(clock.clone())),
        clock,
        passwords: Arc::new(Passwords::new().await?),
        signer: Arc::new(signer),
        seal,
        lifetimes: settings.lifetimes.clone(),
    })
}
