//! The first half of an item's way: fetched, read for links, stored on the NAS.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use url::Url;

use super::change::{Change, New};
use super::fetch::{Answer, Content, FetchError};
use super::media::Kind;
use super::original::{self, Found};
use super::page::Page;
use super::run::{RunWork, Stop};
use super::{charset, document, scope, sitemap, text};
use crate::store::items::{Item, ItemReason, ItemState};

/// How many redirects in a row are followed.
const MAX_REDIRECTS: i64 = 5;

/// What an HTTP status means for trying again.
fn passes(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

impl RunWork {
    /// Fetches a discovered item and writes what comes of it.
    pub(super) async fn take(&mut self, mut item: Item) -> Result<(), Stop> {
        let Ok(url) = Url::parse(&item.url) else {
            return self.write(Change::of(item.ended(ItemState::Failed, ItemReason::Unreadable))).await;
        };
        if !self.scope.contains(&url) && item.url != self.source.start_url {
            return self.write(Change::of(item.ended(ItemState::Skipped, ItemReason::OutOfScope))).await;
        }
        if !self.rules.allow(&url) {
            return self.write(Change::of(item.ended(ItemState::Skipped, ItemReason::Robots))).await;
        }
        self.be_polite().await;
        let max_bytes = u64::try_from(self.source.limits.max_bytes).unwrap_or_default();
        let answer = self.fetcher.fetch(&url, max_bytes).await;
        item.attempts += 1;
        match answer {
            Ok(Answer::Content(content)) => self.content(item, &url, content).await,
            Ok(Answer::Redirect { status, location }) => {
                item.http_status = Some(status.into());
                self.redirect(item, &url, &location).await
            }
            Ok(Answer::Status { status, retry_after }) => {
                item.http_status = Some(status.into());
                let detail = format!("the site answered {status}");
                match passes(status) {
                    true => self.try_later(item, ItemReason::HttpStatus, detail, retry_after).await,
                    false => {
                        self.write(Change::of(
                            item.ended(ItemState::Failed, ItemReason::HttpStatus).because(detail),
                        ))
                        .await
                    }
                }
            }
            Ok(Answer::OtherKind { status, content_type }) => {
                item.http_status = Some(status.into());
                item.content_type = Some(text::shorten(&text::line(&content_type), 200));
                self.write(Change::of(item.ended(ItemState::Skipped, ItemReason::MediaType))).await
            }
            Ok(Answer::TooLarge { status }) => {
                item.http_status = Some(status.into());
                self.write(Change::of(item.ended(ItemState::Failed, ItemReason::TooLarge))).await
            }
            Err(FetchError::Refused(refusal)) => {
                let item =
                    item.ended(ItemState::Failed, ItemReason::PrivateHost).because(refusal.to_string());
                self.write(Change::of(item)).await
            }
            Err(FetchError::Unreachable(why)) => {
                self.try_later(item, ItemReason::Unreachable, why.to_owned(), None).await
            }
        }
    }

    async fn try_later(
        &self,
        mut item: Item,
        reason: ItemReason,
        detail: String,
        after: Option<Duration>,
    ) -> Result<(), Stop> {
        if item.attempts >= self.settings.fetch_attempts {
            return self.write(Change::of(item.ended(ItemState::Failed, reason).because(detail))).await;
        }
        let wait = after.unwrap_or_default().max(self.backoff(item.attempts));
        item.next_attempt_at = self.store.now() + i64::try_from(wait.as_micros()).unwrap_or(i64::MAX / 2);
        (item.reason, item.detail) = (Some(reason), Some(detail));
        self.write(Change::of(item)).await
    }

    /// The other URL becomes an item of its own, so that a page counts once however many URLs lead to it.
    async fn redirect(&self, mut item: Item, url: &Url, location: &str) -> Result<(), Stop> {
        let Some(target) = scope::normalize(url, location) else {
            let item =
                item.ended(ItemState::Failed, ItemReason::Unreadable).because("the redirect leads nowhere");
            return self.write(Change::of(item)).await;
        };
        item.redirect_to = Some(target.to_string());
        if !self.scope.contains(&target) {
            return self.write(Change::of(item.ended(ItemState::Skipped, ItemReason::OutOfScope))).await;
        }
        if target == *url || self.leads_back(&item, &target).await? {
            return self.write(Change::of(item.ended(ItemState::Failed, ItemReason::RedirectLoop))).await;
        }
        if item.redirects >= MAX_REDIRECTS {
            return self.write(Change::of(item.ended(ItemState::Failed, ItemReason::TooManyRedirects))).await;
        }
        let found = vec![New { url: target, depth: item.depth, redirects: item.redirects + 1 }];
        self.write(Change::of(item.ended(ItemState::Skipped, ItemReason::Redirected)).finding(found)).await
    }

    /// Whether the known redirects from `target` lead back to the item.
    async fn leads_back(&self, item: &Item, target: &Url) -> Result<bool, Stop> {
        let mut at = target.to_string();
        for _ in 0..=MAX_REDIRECTS {
            match self.store.item_at(&self.run.id, &at).await?.and_then(|next| next.redirect_to) {
                Some(next) if next == item.url => return Ok(true),
                Some(next) => at = next,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    async fn content(&self, mut item: Item, url: &Url, content: Content) -> Result<(), Stop> {
        item.http_status = Some(content.status.into());
        item.content_type = Some(text::shorten(&text::line(&content.content_type), 200));
        let hash = hex::encode(Sha256::digest(&content.body));
        item.content_hash = Some(hash.clone());
        (item.reason, item.detail) = (None, None);
        if content.kind == Kind::Xml {
            return self.sitemap(item, url, &content).await;
        }
        let mut found = Vec::new();
        if matches!(content.kind, Kind::Html | Kind::Text) {
            let Some(page) = read_page(&content, url).await else {
                return self.write(Change::of(item.ended(ItemState::Failed, ItemReason::Unreadable))).await;
            };
            item.title = Some(page.title);
            found = self.found(&item, page.links);
            let left_out = match (page.no_index, page.body.is_empty()) {
                (true, _) => Some(ItemReason::NoIndex),
                (false, true) => Some(ItemReason::NoText),
                (false, false) => None,
            };
            if let Some(reason) = left_out {
                return self.write(Change::of(item.ended(ItemState::Skipped, reason)).finding(found)).await;
            }
        }
        if let Some(same) = self.store.same_content(&item, &hash).await? {
            let item = item.ended(ItemState::Skipped, ItemReason::DuplicateContent).because(same.url);
            return self.write(Change::of(item).finding(found)).await;
        }
        let title = item.title.clone();
        let what = Found { body: content.body, hash: &hash, kind: content.kind, title: title.as_deref() };
        let original = original::store(&self.store, &self.source, &item, what).await?;
        item.file_id = Some(original.file.id.clone());
        (item.state, item.attempts, item.next_attempt_at) = (ItemState::Stored, 0, 0);
        self.write(Change::of(item).finding(found).storing(original.file, original.new_blob)).await
    }

    /// A list of pages is no document; what is listed is one step further.
    async fn sitemap(&self, item: Item, url: &Url, content: &Content) -> Result<(), Stop> {
        match sitemap::read(&charset::decode(&content.body, &content.content_type), url) {
            Some(links) => {
                let found = self.found(&item, links);
                self.write(Change::of(item.ended(ItemState::Skipped, ItemReason::Sitemap)).finding(found))
                    .await
            }
            None => self.write(Change::of(item.ended(ItemState::Skipped, ItemReason::MediaType))).await,
        }
    }

    fn found(&self, item: &Item, links: Vec<Url>) -> Vec<New> {
        let inside = links.into_iter().filter(|link| self.scope.contains(link));
        inside.map(|url| New { url, depth: item.depth + 1, redirects: 0 }).collect()
    }
}

/// Reading a large page takes a while; other requests are not to wait for it.
async fn read_page(content: &Content, url: &Url) -> Option<Page> {
    let (kind, body, content_type, url) =
        (content.kind, content.body.clone(), content.content_type.clone(), url.clone());
    tokio::task::spawn_blocking(move || document::extract(kind, &body, &content_type, &url))
        .await
        .ok()
        .flatten()
}
