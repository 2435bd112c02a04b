//! The configuration tree to [`Settings`]: one function a section.

use std::path::{Path, PathBuf};

use http::{HeaderName, HeaderValue};

use super::document::{Node, Value};
use super::environment::Environment;
use super::reader::{Mistakes, Section};
use super::settings::{
    CorsSettings, JwtSettings, Limits, LogFormat, LogSettings, PassThrough, Secret, Settings,
    SigningAlgorithm, SubgraphSettings, Timeouts,
};
use super::values::{
    address, boolean, bytes, count, duration, header_name, log_filter, one_of, origin, path, text, url,
};
use crate::execution::http_transport::{SubscriptionProtocol, SubscriptionRoute};

/// What reading needs besides the tree.
pub(super) struct Reading<'a> {
    pub environment: &'a Environment,
    /// Relative paths in the file start here.
    pub folder: &'a Path,
    pub mistakes: Mistakes,
}

impl Reading<'_> {
    pub fn settings(&self, root: Node) -> Settings {
        let mut settings = Settings::default();
        let mut section = Section::open("", root, &self.mistakes);
        section.set(&mut settings.listen, "listen", address);
        settings.admin_listen = section.get("admin_listen", address);
        settings.supergraph = section.get("supergraph", text).map(|path| self.path(&path));
        section.set(&mut settings.graphiql, "graphiql", boolean);
        settings.subgraphs = (section.named("subgraphs").into_iter())
            .map(|(name, node)| {
                let path = format!("subgraphs.{name}");
                (name, self.subgraph(Section::open(&path, node, &self.mistakes)))
            })
            .collect();
        settings.jwt = section.optional_section("jwt").and_then(jwt);
        limits(section.section("limits"), &mut settings.limits);
        timeouts(section.section("timeouts"), &mut settings.timeouts);
        cors(section.section("cors"), &mut settings.cors);
        if let Some(names) = section.list("forward_headers", header_name) {
            settings.forward_headers = names;
        }
        settings.override_labels = section.list("override_labels", text).unwrap_or_default();
        settings.pass_through = self.pass_through(section.named("pass_through"));
        log(section.section("log"), &mut settings.log);
        settings
    }

    fn subgraph(&self, mut section: Section) -> SubgraphSettings {
        let mut subscriptions = section.section("subscriptions");
        SubgraphSettings {
            urls: section.one_or_many(("url", "urls"), url).unwrap_or_default(),
            headers: self.headers(&mut section),
            timeout: section.get("timeout", duration),
            unshared_subscriptions: subscriptions.get("shared", boolean) == Some(false),
            subscriptions: SubscriptionRoute {
                protocol: subscriptions.get("protocol", one_of(PROTOCOLS)).unwrap_or_default(),
                path: subscriptions.get("path", path),
            },
        }
    }

    fn pass_through(&self, entries: Vec<(String, Node)>) -> Vec<PassThrough> {
        let mut routes: Vec<_> = (entries.into_iter())
            .filter_map(|(path, node)| {
                let origin = node.origin.clone();
                let mut section = Section::open(&format!("pass_through.{path}"), node, &self.mistakes);
                let taken = ["/graphql", "/health/", "/graphiql/"].iter().any(|ours| path.starts_with(ours));
                let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.~".contains(&b));
                if !path.starts_with('/') || path == "/" || taken || !plain {
                    let reason =
                        "a passed-on path begins with `/`, is plain text and not one of the gateway's own";
                    section.mistake(&origin, "", reason.to_owned());
                }
                let max_body = section.get("max_body", bytes);
                let headers = self.headers(&mut section);
                let bare = |text: &str| url(text).map(|url| url.trim_end_matches('/').to_owned());
                let urls = section.require_one_or_many(("url", "urls"), bare)?;
                Some(PassThrough { path, urls, headers, max_body })
            })
            .collect();
        routes.sort_by_key(|route| std::cmp::Reverse(route.path.len()));
        routes
    }

    fn headers(&self, section: &mut Section) -> Vec<(HeaderName, HeaderValue)> {
        let path = section.path_of("headers");
        (section.named("headers").into_iter())
            .filter_map(|(name, node)| {
                let origin = node.origin.clone();
                let header = header_name(&name).and_then(|parsed| {
                    let secret = self.secret(&format!("{path}.{name}"), node)?;
                    let mut value = HeaderValue::from_str(secret.reveal())
                        .map_err(|_| "holds a character that a header cannot hold".to_owned())?;
                    value.set_sensitive(true);
                    Ok((parsed, value))
                });
                header.map_err(|reason| section.mistake(&origin, &format!("headers.{name}"), reason)).ok()
            })
            .collect()
    }

    /// A secret: plain text, or where to read it.
    fn secret(&self, path: &str, node: Node) -> Result<Secret, String> {
        if let Value::Text(text) = node.value {
            return Ok(Secret(text));
        }
        let mut section = Section::open(path, node, &self.mistakes);
        let (file, variable) = (section.get("file", text), section.get("env", text));
        match (file, variable) {
            (Some(file), None) => {
                let path = self.path(&file);
                let content = std::fs::read_to_string(&path);
                let content = content.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                Ok(Secret(content.trim_end_matches(['\r', '\n']).to_owned()))
            }
            (None, Some(name)) => match self.environment.get(&name) {
                Some(value) => Ok(Secret(value.to_owned())),
                None => Err(format!("the environment variable {name} is not set")),
            },
            _ => Err("is a text, `{ file: PATH }` or `{ env: NAME }`".to_owned()),
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }
}

const PROTOCOLS: &[(&str, SubscriptionProtocol)] =
    &[("events", SubscriptionProtocol::Events), ("websocket", SubscriptionProtocol::WebSocket)];

const ALGORITHMS: &[(&str, SigningAlgorithm)] = &[
    ("EdDSA", SigningAlgorithm::EdDsa),
    ("RS256", SigningAlgorithm::Rs256),
    ("ES256", SigningAlgorithm::Es256),
];

fn jwt(mut section: Section) -> Option<JwtSettings> {
    let jwks_urls = section.require_one_or_many(("jwks_url", "jwks_urls"), url);
    let issuer = section.require("issuer", text);
    let audience = section.require("audience", text);
    let algorithms = section.list("algorithms", one_of(ALGORITHMS));
    let types = section.list("types", |word| text(word).map(|word| word.to_ascii_lowercase()));
    let leeway = section.get("leeway", duration);
    let refresh = section.get("refresh", duration);
    Some(JwtSettings {
        jwks_urls: jwks_urls?,
        issuer: issuer?,
        audience: audience?,
        algorithms: algorithms.unwrap_or_else(|| vec![SigningAlgorithm::EdDsa]),
        types: types.unwrap_or_else(|| vec!["at+jwt".to_owned()]),
        leeway: leeway.unwrap_or(std::time::Duration::from_secs(10)),
        refresh: refresh.unwrap_or(std::time::Duration::from_secs(60)),
    })
}

fn limits(mut section: Section, limits: &mut Limits) {
    section.set(&mut limits.body, "body", bytes);
    section.set(&mut limits.headers, "headers", bytes);
    section.set(&mut limits.operation.depth, "depth", count);
    section.set(&mut limits.operation.aliases, "aliases", count);
    section.set(&mut limits.operation.tokens, "tokens", count);
    section.set(&mut limits.operation.root_fields, "root_fields", count);
    section.set(&mut limits.operation.directives, "directives", count);
    section.set(&mut limits.operation.selections, "selections", count);
    section.set(&mut limits.operation.introspection, "introspection", boolean);
    section.set(&mut limits.operation.recursion, "recursion", count);
    section.set(&mut limits.operation.errors, "errors", count);
    section.set(&mut limits.subgraph_response, "subgraph_response", bytes);
    section.set(&mut limits.response, "response", bytes);
    section.set(&mut limits.plan_cache, "plan_cache", bytes);
    section.set(&mut limits.connections, "connections", count);
    section.set(&mut limits.requests, "requests", count);
    section.set(&mut limits.websocket_operations, "websocket_operations", count);
}

fn timeouts(mut section: Section, timeouts: &mut Timeouts) {
    section.set(&mut timeouts.request, "request", duration);
    section.set(&mut timeouts.subgraph, "subgraph", duration);
    section.set(&mut timeouts.connect, "connect", duration);
    section.set(&mut timeouts.headers, "headers", duration);
    section.set(&mut timeouts.body, "body", duration);
    section.set(&mut timeouts.write, "write", duration);
    section.set(&mut timeouts.websocket_init, "websocket_init", duration);
    section.set(&mut timeouts.keep_alive, "keep_alive", duration);
    section.set(&mut timeouts.shutdown, "shutdown", duration);
    section.set(&mut timeouts.drain, "drain", duration);
    section.set(&mut timeouts.pass_through, "pass_through", duration);
}

fn cors(mut section: Section, cors: &mut CorsSettings) {
    cors.origins = section.list("origins", origin).unwrap_or_default();
    cors.max_age = section.get("max_age", duration);
}

fn log(mut section: Section, log: &mut LogSettings) {
    section.set(&mut log.format, "format", one_of(&[("text", LogFormat::Text), ("json", LogFormat::Json)]));
    section.set(&mut log.filter, "filter", log_filter);
}
