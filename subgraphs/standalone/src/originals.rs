//! The admin server's share of the sample data: sources with runs and items, and an original page on the NAS for documents.

use std::collections::BTreeMap;

use admin::{SeedDocument, SeedSource};
use anyhow::Result;

use crate::sample::documents::{Documents, SampleDocument};
use crate::sample::people::people;
use crate::sample::sources::sources;
use crate::stores_folder::OpenStores;

/// How many documents get an item and an original; more would only fill the disk.
const MOST: u64 = 2_000;

/// Adds what is missing for the first `documents` sample documents.
///
/// # Errors
/// When a store refuses.
pub async fn seed(stores: &OpenStores, documents: u64) -> Result<()> {
    let maker = Documents::default();
    let mut by_organization: BTreeMap<String, Vec<SampleDocument>> = BTreeMap::new();
    for document in maker.take(documents.min(MOST)) {
        by_organization.entry(document.organization_id.clone()).or_default().push(document);
    }
    let operator = people().into_iter().find(|person| person.role == "operator").map(|person| person.id);
    let organizations = crate::sample::organizations::organizations();
    let sources: Vec<SeedSource> = sources()
        .into_iter()
        .filter_map(|source| {
            let organization =
                organizations.iter().find(|organization| organization.slug == source.organization)?;
            let mut found = by_organization.remove(&organization.id).unwrap_or_default();
            found.sort_by_key(|document| document.published_at);
            Some(SeedSource {
                id: source.id,
                name: source.name,
                start_url: source.start_url,
                collection: "politica".to_owned(),
                category_id: found.first().map(|document| document.category_id.clone()),
                organization_id: Some(organization.id.clone()),
                created_by: operator.clone(),
                created_at: source.created_at,
                documents: found.into_iter().map(found_document).collect(),
            })
        })
        .collect();
    admin::seed(&stores.admin(), &sources).await
}

fn found_document(document: SampleDocument) -> SeedDocument {
    let paragraphs: String =
        document.body.split("\n\n").map(|paragraph| format!("<p>{paragraph}</p>\n")).collect();
    let html = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body><article>\n<h1>{title}</h1>\n\
         <p>{}</p>\n{paragraphs}</article></body></html>\n",
        document.language,
        document.author,
        title = document.title,
    );
    SeedDocument {
        id: document.id,
        url: document.source_url,
        title: document.title,
        found_at: document.published_at,
        html: Some(html),
    }
}
