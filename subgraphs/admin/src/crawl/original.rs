//! The original of an item on the NAS. Its id follows from source, URL and content, so that storing it again, after a kill or
//! in a later run, finds the same file.

use bytes::Bytes;
use stores::{Result, StoreError};
use url::Url;
use uuid::Uuid;

use super::media::Kind;
use super::text;
use crate::files::names;
use crate::store::Store;
use crate::store::files::{File, ROOT};
use crate::store::items::Item;
use crate::store::sources::Source;

/// The folder that holds one folder per source.
const FOLDER: &str = "originals";

/// An original, and the content that was written for it (none if it was there already).
pub struct Original {
    /// The file.
    pub file: File,
    /// The key of the new content.
    pub new_blob: Option<String>,
}

/// What was found at a URL.
pub struct Found<'a> {
    /// The content.
    pub body: Bytes,
    /// Its SHA-256, in hex.
    pub hash: &'a str,
    /// Its kind.
    pub kind: Kind,
    /// Its title, if it has one.
    pub title: Option<&'a str>,
}

/// Stores what was found, unless it is there already.
pub async fn store(store: &Store, source: &Source, item: &Item, found: Found<'_>) -> Result<Original> {
    let id =
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{} {} {}", source.id, item.url, found.hash).as_bytes())
            .to_string();
    match store.file(&id).await? {
        Some(file) if file.purging => {
            let detail = "the original is just being removed for good".to_owned();
            return Err(StoreError::Unavailable { store: "nas".to_owned(), detail });
        }
        Some(file) if file.deleted_at.is_none() => return Ok(Original { file, new_blob: None }),
        Some(mut file) => {
            file.parent_id = folder(store, source).await?;
            (file.deleted_at, file.deleted_with) = (None, None);
            return Ok(Original { file, new_blob: None });
        }
        None => {}
    }
    let size = i64::try_from(found.body.len()).unwrap_or(i64::MAX);
    let now = store.now();
    let file = File {
        name: name(item, &found, &id),
        parent_id: folder(store, source).await?,
        size,
        media_type: Some(found.kind.media_type().to_owned()),
        sha256: Some(found.hash.to_owned()),
        is_original: true,
        created_at: now,
        updated_at: now,
        id,
        ..File::default()
    };
    let key = store.write_blob(found.body).await?;
    Ok(Original { file: File { blob_key: Some(key.clone()), ..file }, new_blob: Some(key) })
}

async fn folder(store: &Store, source: &Source) -> Result<String> {
    let originals = store.ensure_folder(ROOT, FOLDER).await?;
    store.ensure_folder(&originals, &names::made_from(&source.name, &source.id)).await
}

/// The title or the URL's last segment, part of the id (so that names do not collide), and the extension of its kind.
fn name(item: &Item, found: &Found<'_>, id: &str) -> String {
    let from_url = || Url::parse(&item.url).map(|url| text::name_of(&url)).unwrap_or_default();
    let title = found.title.filter(|title| !title.is_empty()).map_or_else(from_url, str::to_owned);
    let extension = found.kind.extension();
    let stem = title.strip_suffix(&format!(".{extension}")).unwrap_or(&title);
    format!(
        "{}-{}.{extension}",
        names::made_from(&text::shorten(stem, 60), "page"),
        id.get(..8).unwrap_or_default()
    )
}
