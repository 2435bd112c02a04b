//! The embedded stores of all four servers, in one folder.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use stores::files::Files;
use stores::search::embedded;
use stores::sql::Database;

/// Every store, open. Common and document share the search engine, for only one process may write it.
#[derive(Clone)]
pub struct OpenStores {
    /// The auth database.
    pub auth: Database,
    /// The crawl_info database.
    pub crawl_info: Database,
    /// The files of the NAS.
    pub files: Files,
    /// What common holds: Document Meta, its own database, the search engine.
    pub common: common::Stores,
}

impl OpenStores {
    /// Opens the stores below `data`; makes what is missing.
    ///
    /// # Errors
    /// When the folder cannot be written, or another process holds the search index.
    pub async fn open(data: &Path) -> Result<Self> {
        for folder in ["sql", "search", "nas"] {
            let path = data.join(folder);
            std::fs::create_dir_all(&path)
                .with_context(|| format!("cannot make the folder {}", path.display()))?;
        }
        let sql = |name: &str| data.join("sql").join(format!("{name}.sqlite"));
        let search = embedded::open_writer(&data.join("search")).with_context(|| {
            format!("is another Knlab running on {}? use --data for a second one", data.display())
        })?;
        let search = Arc::new(search);
        Ok(Self {
            auth: auth::StoreSettings::default().open(data).await?,
            crawl_info: Database::open_sqlite("crawl_info", &sql("crawl_info")).await?,
            files: Files::open_folder(&data.join("nas"))?,
            common: common::Stores {
                document_meta: Database::open_sqlite("document_meta", &sql("document_meta")).await?,
                common: Database::open_sqlite("common", &sql("common")).await?,
                search_reader: search.clone(),
                search_writer: search,
            },
        })
    }

    /// What admin holds.
    pub fn admin(&self) -> admin::Stores {
        admin::Stores { crawl_info: self.crawl_info.clone(), files: self.files.clone() }
    }
}
