//! Fills empty stores with the sample data, through each server's own seeding functions.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use auth::SeedUser;
use common::seed;
use service::Role;
use stores::search::Collection;

use crate::sample::documents::{Documents, SampleDocument};
use crate::sample::people::people;
use crate::sample::{DAY, NOW, id, organizations, taxonomy};
use crate::stores_folder::OpenStores;

/// How many documents are handed to a store at once.
const BATCH: usize = 2_000;

/// The file in the data folder that says that seeding came to its end. Every step before can be repeated.
const MARK: &str = "sample-data-is-complete";

/// Seeds a new data folder; says how many documents it made. A folder whose seeding was cut off is completed.
///
/// # Errors
/// When a store refuses, or the folder cannot be written.
pub async fn seed(stores: &OpenStores, data: &Path, documents: u64) -> Result<u64> {
    let mark = data.join(MARK);
    if mark.exists() {
        return Ok(0);
    }
    auth::migrate(&stores.auth).await?;
    accounts(stores).await.context("the sample accounts")?;
    stores.common.migrate().await?;
    taxonomy_and_codes(stores).await.context("categories, organizations and codes")?;
    let made = sample_documents(stores, documents).await.context("the sample documents")?;
    personal(stores, documents).await.context("bookmarks and saved searches")?;
    crate::originals::seed(stores, documents).await.context("crawl sources, runs and files")?;
    std::fs::write(&mark, "").with_context(|| format!("cannot write {}", mark.display()))?;
    Ok(made)
}

async fn accounts(stores: &OpenStores) -> Result<()> {
    let users: Vec<SeedUser> = people()
        .into_iter()
        .map(|person| SeedUser {
            id: person.id,
            email: person.email,
            name: person.name.to_owned(),
            roles: Role::from_name(person.role).into_iter().collect(),
            password: person.password.to_owned(),
            created_at: person.created_at,
        })
        .collect();
    auth::seed(&stores.auth, &users, &[]).await
}

async fn taxonomy_and_codes(stores: &OpenStores) -> Result<()> {
    let categories = taxonomy::categories();
    let id_of = |slug: &str| categories.iter().find(|category| category.slug == slug).map(|c| c.id.clone());
    let rows: Vec<seed::Category> = categories
        .iter()
        .map(|category| seed::Category {
            id: category.id.clone(),
            slug: category.slug.to_owned(),
            parent_id: category.parent.and_then(id_of),
            position: category.position,
            name_ko: category.name_ko.to_owned(),
            name_en: category.name_en.to_owned(),
            created_at: NOW,
            updated_at: NOW,
        })
        .collect();
    seed::categories(&stores.common, &rows).await?;
    let rows: Vec<seed::Organization> = organizations::organizations()
        .into_iter()
        .map(|organization| seed::Organization {
            id: organization.id,
            slug: organization.slug.to_owned(),
            name_ko: organization.name_ko.to_owned(),
            name_en: organization.name_en.to_owned(),
            kind: organization.kind.to_owned(),
            homepage: Some(organization.homepage),
            created_at: NOW,
            updated_at: NOW,
        })
        .collect();
    seed::organizations(&stores.common, &rows).await?;
    code_tables(stores).await
}

async fn code_tables(stores: &OpenStores) -> Result<()> {
    for (number, (name, title_ko, title_en, codes)) in (0_u64..).zip(taxonomy::CODE_TABLES) {
        let table = seed::CodeTable {
            id: id("code-table", number, NOW),
            name: name.to_owned(),
            title_ko: title_ko.to_owned(),
            title_en: title_en.to_owned(),
            created_at: NOW,
            updated_at: NOW,
        };
        let rows: Vec<seed::Code> = (0_u64..)
            .zip(codes)
            .map(|(position, (value, label_ko, label_en))| seed::Code {
                id: id(name, position, NOW),
                table_id: table.id.clone(),
                value: (*value).to_owned(),
                position: position.try_into().unwrap_or(i64::MAX),
                label_ko: (*label_ko).to_owned(),
                label_en: (*label_en).to_owned(),
                active: true,
            })
            .collect();
        seed::code_table(&stores.common, &table, &rows).await?;
    }
    Ok(())
}

async fn sample_documents(stores: &OpenStores, count: u64) -> Result<u64> {
    let maker = Documents::default();
    let begin = Instant::now();
    let mut made = 0;
    let mut documents = maker.take(count);
    loop {
        let rows: Vec<seed::NewDocument> = documents.by_ref().take(BATCH).map(new_document).collect();
        if rows.is_empty() {
            return Ok(made);
        }
        seed::documents(&stores.common, &rows, NOW).await?;
        seed::index(&stores.common).await?;
        made += rows.len() as u64;
        if count > BATCH as u64 {
            eprintln!("  {made} of {count} documents, {:.0} s", begin.elapsed().as_secs_f64());
        }
    }
}

fn new_document(document: SampleDocument) -> seed::NewDocument {
    seed::NewDocument {
        id: Some(document.id),
        collection: match document.collection {
            "politica" => Collection::Politica,
            "screening" => Collection::Screening,
            _ => Collection::Project,
        },
        title: document.title,
        summary: document.summary,
        body: document.body,
        language: document.language.to_owned(),
        author: Some(document.author),
        source_url: Some(document.source_url),
        published_at: document.published_at,
        category_id: Some(document.category_id),
        organization_id: Some(document.organization_id),
        keywords: document.keywords,
        details: document.details,
    }
}

async fn personal(stores: &OpenStores, documents: u64) -> Result<()> {
    let maker = Documents::default();
    let mut bookmarks = Vec::new();
    let mut searches = Vec::new();
    for (place, person) in (0_u64..).zip(people()) {
        for number in 0..5_u64.min(documents) {
            let document = maker.document((place * 7 + number * 3) % documents);
            bookmarks.push(seed::Bookmark {
                id: id("bookmark", place * 100 + number, NOW - DAY),
                user_id: person.id.clone(),
                document_id: document.id,
                note: (number % 2 == 0).then(|| "다음 주 회의 자료".to_owned()),
                created_at: NOW - DAY,
                updated_at: NOW - DAY,
            });
        }
        for (number, text) in (0_u64..).zip(["탄소중립", "artificial intelligence"]) {
            searches.push(seed::SavedSearch {
                id: id("saved-search", place * 100 + number, NOW - DAY),
                user_id: person.id.clone(),
                name: text.to_owned(),
                parameters: seed::Parameters {
                    text: Some(text.to_owned()),
                    order: seed::Order::Newest,
                    ..seed::Parameters::default()
                },
                created_at: NOW - DAY,
                updated_at: NOW - DAY,
            });
        }
    }
    seed::bookmarks(&stores.common, &bookmarks).await?;
    seed::saved_searches(&stores.common, &searches).await?;
    Ok(())
}
