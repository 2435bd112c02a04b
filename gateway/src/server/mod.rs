//! HTTP, WebSocket and server-sent events for clients: the one place that knows their status codes and headers. Requests go
//! from here to the engine and their answers back.

mod auth;
mod events;
mod facts;
mod gateway;
mod graphiql;
mod graphql;
mod health;
mod lent_body;
mod listener;
mod media_type;
mod multipart;
mod negotiation;
mod pace;
mod parameters;
mod pass_through;
mod refusal;
mod request_log;
pub mod supergraph_file;
mod upstream;
mod websocket;
mod write_deadline;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::{HeaderMap, Method, StatusCode};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowHeaders, AllowMethods, Any, CorsLayer};

use crate::config::{CorsSettings, Settings};

pub use auth::install_crypto;
pub use gateway::{Answers, EngineSlot, Gateway};

use refusal::Refusal;

/// Answers below this are sent as they are.
const COMPRESS_ABOVE: u64 = 1024;

/// Serves clients until shutdown, then lets running requests end.
pub async fn serve(
    settings: Settings,
    engine: EngineSlot,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let gateway = Gateway::new(settings, engine);
    // Background work ends together with serving, however that ends.
    let background = shutdown.child_token();
    let _stop = background.clone().drop_guard();
    if let Some(tokens) = &gateway.tokens {
        tokio::spawn(tokens.refresh(background.clone()));
    }
    if let Some(address) = gateway.settings.admin_listen {
        let admin = TcpListener::bind(address).await.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot listen on {address} (`admin_listen`): {error}"))
        })?;
        let routes = health::detailed_routes().with_state(gateway.clone());
        let stop = gateway.ending.clone();
        tokio::spawn(async move {
            axum::serve(admin, routes).with_graceful_shutdown(stop.cancelled_owned()).await
        });
    }
    listener::run(gateway.clone(), router(gateway), listener, shutdown).await
}

/// Everything that clients can reach.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let settings = &gateway.settings;
    // What comes piece by piece must not wait in a compressor.
    let compress = SizeAbove::new(COMPRESS_ABOVE)
        .and(NotForContentType::new("text/event-stream"))
        .and(NotForContentType::new("multipart/mixed"));
    let mut graphql = Router::new()
        .route("/graphql", any(graphql::handle))
        .layer(CompressionLayer::new().compress_when(compress));
    // Without origins no answer has a CORS header, and browsers keep other pages out.
    let mut passed_on = pass_through::routes(&settings.pass_through, &gateway.upstream);
    if !settings.cors.origins.is_empty() {
        graphql = graphql.layer(cors(&settings.cors));
        passed_on = passed_on.layer(cors_of_passed_paths(&settings.cors));
    }
    let mut router = graphql.merge(passed_on);
    if settings.admin_listen.is_none() {
        router = router.merge(health::routes());
    }
    if settings.graphiql {
        router = router.route("/", get(page)).merge(graphiql::routes());
    }
    router
        .fallback(async || {
            Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing here; GraphQL is at /graphql")
        })
        .layer(CatchPanicLayer::custom(request_log::panicked))
        .layer(middleware::from_fn(request_log::observe))
        .with_state(gateway)
}

async fn page(State(_): State<Arc<Gateway>>, headers: HeaderMap) -> Response {
    graphiql::page(&headers).into_response()
}

fn cors(settings: &CorsSettings) -> CorsLayer {
    origins(settings)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            http::header::ACCEPT,
            http::header::AUTHORIZATION,
            http::header::CONTENT_TYPE,
            request_log::REQUEST_ID,
        ])
        .expose_headers([request_log::REQUEST_ID])
}

/// The servers behind these paths know which methods and headers they take; cookies never go along.
fn cors_of_passed_paths(settings: &CorsSettings) -> CorsLayer {
    origins(settings)
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(Any)
}

fn origins(settings: &CorsSettings) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(settings.origins.clone())
        .max_age(settings.max_age.unwrap_or(Duration::from_secs(600)))
}
