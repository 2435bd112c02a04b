//! Registering and changing crawl sources.

use async_graphql::{Context, ID, InputObject, InputType as _, Object, SimpleObject, Union};
use service::error::Result;
use service::{Creation, Long, Role, nullable, require};
use stores::StoreError;
use url::Url;

use super::payload;
use crate::crawl::scope;
use crate::query::store;
use crate::store::sources::{Collection, Limits, SOURCES, Source};
use crate::store::{Store, new_id};
use crate::types::{CrawlSource, CrawlSourceNotFound, InvalidCrawlSource, PrivateHostsNotAllowed};

/// What a source is to be. On a change, what is left out stays as it is.
#[derive(InputObject, Default)]
pub struct CrawlSourceInput {
    /// The name, up to 200 characters. Needed for a new source.
    name: Option<String>,
    /// Where a crawl begins: a page, or a sitemap. Needed for a new source.
    start_url: Option<String>,
    /// Only URLs under this prefix are crawled; the whole host of the start if left out.
    url_prefix: Option<String>,
    /// The collection that its documents belong to. Needed for a new source.
    collection: Option<Collection>,
    /// The category that its documents get.
    category_id: Option<ID>,
    /// The organization that its documents get.
    organization_id: Option<ID>,
    /// How many pages and files a run takes at most, between 1 and 100,000; 1,000 if left out.
    max_pages: Option<i32>,
    /// How many links away from the start a run goes, between 0 and 50; 5 if left out. A sitemap counts as a step.
    max_depth: Option<i32>,
    /// How many bytes one page or file may have, between 1 KiB and 64 MiB; 10 MiB if left out.
    max_bytes: Option<Long>,
    /// The least time between two requests in milliseconds, up to a minute; 1,000 if left out.
    delay_ms: Option<i32>,
    /// Whether hosts that are not on the public internet may be crawled. Only administrators may set it.
    allow_private_hosts: Option<bool>,
    /// The time between two scheduled runs in seconds, at least 60; 0 ends the schedule.
    interval_seconds: Option<i32>,
    /// Whether it may be crawled at all.
    active: Option<bool>,
}

/// A source was registered or changed.
#[derive(SimpleObject)]
pub struct CrawlSourceSaved {
    /// The source.
    source: Box<CrawlSource>,
}

/// What became of a new source.
#[derive(Union)]
pub enum CreateCrawlSourcePayload {
    /// It is registered.
    Saved(CrawlSourceSaved),
    /// Something in it is not allowed.
    Invalid(InvalidCrawlSource),
    /// Only administrators allow private hosts.
    PrivateHosts(PrivateHostsNotAllowed),
}

/// What became of a change of a source.
#[derive(Union)]
pub enum UpdateCrawlSourcePayload {
    /// It is changed.
    Saved(CrawlSourceSaved),
    /// There is no such source.
    NotFound(CrawlSourceNotFound),
    /// Something in the change is not allowed.
    Invalid(InvalidCrawlSource),
    /// Only administrators allow private hosts.
    PrivateHosts(PrivateHostsNotAllowed),
}

/// Mutations of sources.
#[derive(Default)]
pub struct SourceMutation;

#[Object]
impl SourceMutation {
    /// Registers a crawl source. For operators.
    async fn create_crawl_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: CrawlSourceInput,
        #[graphql(
            desc = "A text of the client's own, up to 200 bytes: the same request repeated under it creates nothing more and gets \
                    the same source again; another request under it is refused with the code `IDEMPOTENCY_KEY_REUSED`."
        )]
        idempotency_key: Option<String>,
    ) -> async_graphql::Result<Option<CreateCrawlSourcePayload>> {
        nullable(ctx, async move {
            let user = require(ctx, Role::Operator)?;
            if input.allow_private_hosts == Some(true) && !user.has(Role::Administrator) {
                return payload(PrivateHostsNotAllowed::default());
            }
            let store = store(ctx)?;
            let creation = Creation::new(SOURCES, &user.id, idempotency_key, input.to_value())?;
            if let Some(again) = made_before(store, &creation).await? {
                return Ok(Some(again));
            }
            let mut source = blank(store.now());
            source.created_by = Some(user.id.clone());
            match apply(&mut source, input, store.now()) {
                Err(invalid) => payload(invalid),
                Ok(()) => match store.add_source(&source, &creation).await {
                    Ok(()) => payload(CrawlSourceSaved { source: Box::new(CrawlSource(source)) }),
                    Err(error @ StoreError::AlreadyExists { .. }) => {
                        made_before(store, &creation).await?.map(Some).ok_or_else(|| error.into())
                    }
                    Err(error) => Err(error.into()),
                },
            }
        })
        .await
    }

    /// Changes a crawl source; a run under way goes on as it was. For operators.
    async fn update_crawl_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
        #[graphql(desc = "What is to change.")] input: CrawlSourceInput,
    ) -> async_graphql::Result<Option<UpdateCrawlSourcePayload>> {
        nullable(ctx, async move {
            let user = require(ctx, Role::Operator)?;
            let store = store(ctx)?;
            let Some(mut source) = store.source(&id).await? else {
                return payload(CrawlSourceNotFound::default());
            };
            let before = (source.start_url.clone(), source.url_prefix.clone());
            if let Err(invalid) = apply(&mut source, input, store.now()) {
                return payload(invalid);
            }
            // Whoever may not allow private hosts may not point a source that has them allowed elsewhere either.
            let moved = before != (source.start_url.clone(), source.url_prefix.clone());
            let was_allowed = store.source(&id).await?.is_some_and(|source| source.allow_private_hosts);
            if source.allow_private_hosts && (moved || !was_allowed) && !user.has(Role::Administrator) {
                return payload(PrivateHostsNotAllowed::default());
            }
            store.save_source(&source).await?;
            payload(CrawlSourceSaved { source: Box::new(CrawlSource(source)) })
        })
        .await
    }
}

/// The source that the same request has made before.
async fn made_before(store: &Store, creation: &Creation) -> Result<Option<CreateCrawlSourcePayload>> {
    let Some(id) = creation.made_before(&store.database).await? else { return Ok(None) };
    let source = store.source(&id).await?;
    Ok(source.map(|source| CrawlSourceSaved { source: Box::new(CrawlSource(source)) }.into()))
}

fn blank(now: i64) -> Source {
    Source {
        id: new_id(),
        name: String::new(),
        start_url: String::new(),
        url_prefix: String::new(),
        collection: Collection::Politica,
        category_id: None,
        organization_id: None,
        limits: Limits { max_pages: 1_000, max_depth: 5, max_bytes: 10 << 20, delay_ms: 1_000 },
        allow_private_hosts: false,
        interval_seconds: None,
        next_run_at: None,
        active: true,
        created_by: None,
        created_at: now,
        updated_at: now,
    }
}

fn invalid(field: &str, message: &str) -> InvalidCrawlSource {
    InvalidCrawlSource { field: field.to_owned(), message: message.to_owned() }
}

/// Lays the input over the source. A blank source needs a name, a start and a collection.
fn apply(
    source: &mut Source,
    input: CrawlSourceInput,
    now: i64,
) -> std::result::Result<(), InvalidCrawlSource> {
    let is_new = source.name.is_empty();
    if is_new && input.collection.is_none() {
        return Err(invalid("collection", "a new source needs a collection"));
    }
    source.name = input.name.map_or(source.name.clone(), |name| name.trim().to_owned());
    if source.name.is_empty()
        || source.name.chars().count() > 200
        || source.name.chars().any(char::is_control)
    {
        return Err(invalid(
            "name",
            "the name must have between 1 and 200 characters, without control characters",
        ));
    }
    apply_urls(source, input.start_url.as_deref(), input.url_prefix.as_deref())?;
    apply_limits(&mut source.limits, [input.max_pages, input.max_depth, input.delay_ms], input.max_bytes)?;
    source.collection = input.collection.unwrap_or(source.collection);
    source.category_id = input.category_id.map(|id| id.0).or(source.category_id.take());
    source.organization_id = input.organization_id.map(|id| id.0).or(source.organization_id.take());
    source.allow_private_hosts = input.allow_private_hosts.unwrap_or(source.allow_private_hosts);
    source.active = input.active.unwrap_or(source.active);
    source.updated_at = now;
    match input.interval_seconds {
        None => {}
        Some(0) => (source.interval_seconds, source.next_run_at) = (None, None),
        Some(seconds) if seconds >= 60 => {
            source.interval_seconds = Some(i64::from(seconds));
            source.next_run_at = Some(now + i64::from(seconds) * 1_000_000);
        }
        Some(_) => {
            return Err(invalid(
                "intervalSeconds",
                "the interval must be at least 60 seconds, or 0 for none",
            ));
        }
    }
    Ok(())
}

fn apply_urls(
    source: &mut Source,
    start: Option<&str>,
    prefix: Option<&str>,
) -> std::result::Result<(), InvalidCrawlSource> {
    let url = |text: &str| Url::parse(text).ok().and_then(|url| scope::normalize(&url, url.as_str()));
    let problem = "an absolute http or https URL without user name and password is needed";
    let plain = |url: &Url| url.username().is_empty() && url.password().is_none();
    let start_url =
        url(start.unwrap_or(&source.start_url)).filter(plain).ok_or_else(|| invalid("startUrl", problem))?;
    let prefix_url = match (prefix, start) {
        (Some(prefix), _) => url(prefix).filter(plain).ok_or_else(|| invalid("urlPrefix", problem))?,
        (None, Some(_)) => start_url.join("/").map_err(|_| invalid("startUrl", problem))?,
        (None, None) => url(&source.url_prefix).ok_or_else(|| invalid("urlPrefix", problem))?,
    };
    if start_url.host_str() != prefix_url.host_str()
        || start_url.port_or_known_default() != prefix_url.port_or_known_default()
    {
        return Err(invalid("urlPrefix", "the prefix must be on the host of the start"));
    }
    source.start_url = start_url.into();
    source.url_prefix = prefix_url.into();
    Ok(())
}

fn apply_limits(
    limits: &mut Limits,
    [max_pages, max_depth, delay_ms]: [Option<i32>; 3],
    max_bytes: Option<Long>,
) -> std::result::Result<(), InvalidCrawlSource> {
    let fields = [
        ("maxPages", max_pages.map(i64::from), &mut limits.max_pages, 1..=100_000),
        ("maxDepth", max_depth.map(i64::from), &mut limits.max_depth, 0..=50),
        ("delayMs", delay_ms.map(i64::from), &mut limits.delay_ms, 0..=60_000),
        ("maxBytes", max_bytes.map(|bytes| bytes.0), &mut limits.max_bytes, 1_024..=64 << 20),
    ];
    for (field, given, limit, range) in fields {
        let Some(value) = given else { continue };
        if !range.contains(&value) {
            return Err(invalid(field, &format!("must be between {} and {}", range.start(), range.end())));
        }
        *limit = value;
    }
    Ok(())
}
