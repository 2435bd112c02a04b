//! Starts the gateway and its four servers in this process, each server on a socket of its own on loopback, and ends them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use gateway::config::{JwtSettings, PassThrough, Settings, SigningAlgorithm, SubgraphSettings};
use gateway::engine::{Engine, Limits};
use gateway::execution::http_transport::{Endpoint, HttpSettings, HttpTransport, SubscriptionRoute};
use gateway::execution::in_process_transport::{InProcessTransport, handler};
use gateway::execution::transport::SubgraphTransport;
use gateway::server::EngineSlot;
use gateway::supergraph::Supergraph;
use http::{HeaderMap, HeaderName, HeaderValue};
use service::{Secret, Server, SharedKeys};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::stores_folder::OpenStores;

/// The supergraph that belongs to this code; a test compares the file with the code.
const SUPERGRAPH: &str = include_str!("../../../schema/supergraph.graphql");

/// How large one server's answer may be.
const MAX_RESPONSE_BYTES: usize = 32 << 20;

/// The credentials with which the parts of one system know each other; made anew at every start.
#[derive(Clone)]
pub struct Credentials {
    /// The gateway's, for all four.
    pub gateway: String,
    /// Admin's, for common.
    pub admin: String,
}

impl Default for Credentials {
    fn default() -> Self {
        let secret = || format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        Self { gateway: secret(), admin: secret() }
    }
}

/// A running system.
pub struct System {
    /// Where the gateway listens.
    pub address: SocketAddr,
    shutdown: CancellationToken,
    parts: JoinSet<Result<()>>,
}

/// One of the four servers, listening.
struct Part {
    name: String,
    address: SocketAddr,
    router: Router,
}

impl System {
    /// Starts everything on open stores.
    ///
    /// # Errors
    /// When a port is taken or a server cannot be built.
    pub async fn start(stores: OpenStores, data: &Path, port: u16, in_process: bool) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .with_context(|| format!("cannot listen on port {port}; choose another with --port"))?;
        let address = listener.local_addr()?;
        let credentials = Credentials::default();
        let shutdown = CancellationToken::new();
        let mut parts = JoinSet::new();
        let servers = start_servers(stores, data, &credentials, (&mut parts, &shutdown)).await?;
        let engine = engine(&servers, &credentials, in_process)?;
        let settings = gateway_settings(address, &servers, &credentials)?;
        let stop = shutdown.clone();
        parts.spawn(async move {
            Ok(gateway::server::serve(settings, EngineSlot::holding(engine), listener, stop).await?)
        });
        Ok(Self { address, shutdown, parts })
    }

    /// The address clients use, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends everything: requests under way finish, then the stores close.
    ///
    /// # Errors
    /// When a part ended with an error.
    pub async fn stop(mut self) -> Result<()> {
        self.shutdown.cancel();
        while let Some(ended) = self.parts.join_next().await {
            ended??;
        }
        Ok(())
    }
}

async fn start_servers(
    stores: OpenStores,
    data: &Path,
    credentials: &Credentials,
    (parts, shutdown): (&mut JoinSet<Result<()>>, &CancellationToken),
) -> Result<Vec<Part>> {
    let keys = SharedKeys::default();
    let settings = |callers: &[(&str, &str)]| {
        let callers: BTreeMap<String, Secret> =
            callers.iter().map(|(name, secret)| ((*name).to_owned(), Secret::from(*secret))).collect();
        service::Settings::in_process(data, callers, keys.clone())
    };
    let from_gateway = settings(&[("gateway", &credentials.gateway)]);
    let from_both = settings(&[("gateway", &credentials.gateway), ("admin", &credentials.admin)]);

    let auth_settings = auth::Settings { server: from_gateway.clone(), ..auth::Settings::default() };
    let auth = listen(auth::build(auth_settings, stores.auth.clone()).await?, parts, shutdown).await?;
    let common_settings = common::Settings { server: from_both, ..common::Settings::default() };
    let common =
        listen(common::build(common_settings, stores.common.clone()).await?, parts, shutdown).await?;
    let document = document::Settings { server: from_gateway.clone(), ..document::Settings::default() };
    let document_stores = document::Stores {
        document_meta: stores.common.document_meta.clone(),
        search: stores.common.search_reader.clone(),
    };
    let document = listen(document::build(document, document_stores).await?, parts, shutdown).await?;
    let admin_settings = admin::Settings {
        server: from_gateway,
        common: admin::settings::CommonSettings {
            url: format!("http://{}/graphql", common.address).into(),
            credential: Secret::from(credentials.admin.as_str()),
            ..admin::settings::CommonSettings::default()
        },
        ..admin::Settings::default()
    };
    let to_common = admin::CommonClient::over_http(&admin_settings.common)?;
    let admin =
        listen(admin::build(admin_settings, stores.admin(), to_common).await?, parts, shutdown).await?;
    Ok(vec![auth, common, document, admin])
}

async fn listen(
    server: Server,
    parts: &mut JoinSet<Result<()>>,
    shutdown: &CancellationToken,
) -> Result<Part> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let part =
        Part { name: server.name.clone(), address: listener.local_addr()?, router: server.router.clone() };
    parts.spawn(service::serve(server, listener, shutdown.clone()));
    Ok(part)
}

fn engine(servers: &[Part], credentials: &Credentials, in_process: bool) -> Result<Engine> {
    let supergraph = Arc::new(Supergraph::parse(SUPERGRAPH).context("schema/supergraph.graphql")?);
    let mut subgraphs = Vec::new();
    for subgraph in supergraph.subgraphs() {
        let part = servers
            .iter()
            .find(|part| part.name == subgraph.name)
            .with_context(|| format!("the supergraph names a server {} that there is not", subgraph.name))?;
        let endpoint = Endpoint {
            urls: vec![format!("http://{}/graphql", part.address).parse()?],
            headers: caller_headers(credentials)?.into_iter().collect::<HeaderMap>(),
            timeout: std::time::Duration::from_secs(20),
            subscriptions: SubscriptionRoute::default(),
        };
        subgraphs.push((endpoint, part.router.clone()));
    }
    let transport: Arc<dyn SubgraphTransport> = if in_process {
        let called = |(endpoint, router): (Endpoint, Router)| {
            let answer = move |request: http::Request<bytes::Bytes>| {
                let router = router.clone();
                // A router answers every request; its error type has no value.
                async move {
                    router
                        .oneshot(request.map(axum::body::Body::from))
                        .await
                        .unwrap_or_else(|never| match never {})
                }
            };
            (endpoint, handler(answer))
        };
        Arc::new(InProcessTransport::new(subgraphs.into_iter().map(called).collect(), MAX_RESPONSE_BYTES))
    } else {
        Arc::new(HttpTransport::new(HttpSettings::new(
            subgraphs.into_iter().map(|(endpoint, _)| endpoint).collect(),
        )))
    };
    let engine = Engine::new(supergraph, transport, Limits::default());
    // The progress of a crawl begins with how it stands, which everybody has to see.
    Ok(engine.with_unshared_subscriptions(["admin".to_owned()].into()))
}

fn gateway_settings(address: SocketAddr, servers: &[Part], credentials: &Credentials) -> Result<Settings> {
    let url = |name: &str| {
        let part =
            servers.iter().find(|part| part.name == name).with_context(|| format!("no server {name}"))?;
        anyhow::Ok(format!("http://{}", part.address))
    };
    let subgraphs = servers
        .iter()
        .map(|part| {
            let settings = SubgraphSettings {
                urls: vec![format!("http://{}/graphql", part.address)],
                headers: caller_headers(credentials)?,
                ..SubgraphSettings::default()
            };
            Ok((part.name.clone(), settings))
        })
        .collect::<Result<BTreeMap<_, _>>>()?;
    let token = service::TokenSettings::default();
    let jwt = JwtSettings {
        jwks_urls: vec![format!("{}/.well-known/jwks.json", url("auth")?)],
        issuer: token.issuer,
        audience: token.audience,
        algorithms: vec![SigningAlgorithm::EdDsa],
        types: vec!["at+jwt".to_owned()],
        leeway: std::time::Duration::from_secs(15),
        refresh: std::time::Duration::from_secs(300),
    };
    let pass = |path: &str, url: String| {
        let headers = caller_headers(credentials)?;
        anyhow::Ok(PassThrough { path: path.to_owned(), urls: vec![url], headers, max_body: None })
    };
    let pass_through = vec![pass("/files/", url("admin")?)?, pass("/.well-known/jwks.json", url("auth")?)?];
    Ok(Settings { listen: address, subgraphs, jwt: Some(jwt), pass_through, ..Settings::default() })
}

fn caller_headers(credentials: &Credentials) -> Result<Vec<(HeaderName, HeaderValue)>> {
    let mut secret = HeaderValue::from_str(&credentials.gateway)?;
    secret.set_sensitive(true);
    Ok(vec![
        (HeaderName::from_static("x-knlab-caller"), HeaderValue::from_static("gateway")),
        (HeaderName::from_static("x-knlab-credential"), secret),
    ])
}
