//! What is handed to common for an item: read again from the stored original, so that going on after a kill needs nothing else.

use serde_json::to_string;
use service::DateTime;
use sha2::{Digest as _, Sha256};
use stores::Result;
use url::Url;

use super::media::Kind;
use super::{charset, language, page, text};
use crate::common_client::NewDocument;
use crate::store::Store;
use crate::store::files::File;
use crate::store::items::Item;
use crate::store::sources::{Collection, Source};

/// The most characters that common takes.
const MAX_BODY: usize = 500_000;
const MAX_SUMMARY: usize = 10_000;

/// What can be made of an original.
pub enum Reading {
    /// A document.
    Document(Box<NewDocument>),
    /// A file without text for us: it is kept as an original only.
    FileOnly,
    /// It cannot be read any more.
    Unreadable,
}

/// Reads the original of an item.
pub async fn read(store: &Store, source: &Source, item: &Item, file: &File) -> Result<Reading> {
    let kind = match file.media_type.as_deref() {
        Some("text/html") => Kind::Html,
        Some("text/plain") => Kind::Text,
        _ => return Ok(Reading::FileOnly),
    };
    let (Some(key), Ok(url)) = (&file.blob_key, Url::parse(&item.url)) else {
        return Ok(Reading::Unreadable);
    };
    let body = store.files.read_all(key).await?;
    let content_type = item.content_type.clone().unwrap_or_default();
    let read = tokio::task::spawn_blocking(move || extract(kind, &body, &content_type, &url)).await;
    let Ok(Some(page)) = read else { return Ok(Reading::Unreadable) };
    Ok(Reading::Document(Box::new(NewDocument {
        collection: collection(source.collection).to_owned(),
        title: page.title,
        summary: page.summary.map(|summary| text::shorten(&summary, MAX_SUMMARY - 1)),
        body: page.body.chars().take(MAX_BODY).collect(),
        language: page.language,
        author: page.author,
        source_url: item.url.clone(),
        // Without a date of its own, a page counts from when this content was found first.
        published_at: DateTime(page.published_at.unwrap_or(file.created_at)).to_text(),
        category_id: source.category_id.clone(),
        organization_id: source.organization_id.clone(),
    })))
}

/// The page in a content; `None` when it cannot be read.
pub fn extract(kind: Kind, body: &[u8], content_type: &str, url: &Url) -> Option<page::Page> {
    let source = charset::decode(body, content_type);
    match kind {
        Kind::Html => page::read(&source, url),
        Kind::Text => {
            let body = text::plain(&source);
            let title = body.lines().find(|line| !line.is_empty()).map(|line| text::shorten(line, 200));
            let language = language::detect(&body);
            Some(page::Page {
                title: title.unwrap_or_else(|| text::name_of(url)),
                body,
                language,
                ..page::Page::default()
            })
        }
        Kind::Xml | Kind::Pdf | Kind::Hwp => None,
    }
}

fn collection(collection: Collection) -> &'static str {
    match collection {
        Collection::Politica => "POLITICA",
        Collection::Screening => "SCREENING",
        Collection::Project => "PROJECT",
    }
}

/// The idempotency key of handing an item over. It follows from source, URL, content, and everything that is said about it: the
/// same request has the same key at every try and in every run, another request never has it.
pub fn key(source: &Source, item: &Item, document: &NewDocument) -> String {
    let mut hash = Sha256::new();
    for part in [&source.id, &item.url, item.content_hash.as_deref().unwrap_or_default()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(to_string(document).unwrap_or_default());
    format!("crawl:{}", hex::encode(hash.finalize()))
}
