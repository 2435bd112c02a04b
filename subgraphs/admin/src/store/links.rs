//! Which item and which original each document came from.

use std::collections::HashMap;

use stores::Result;
use stores::params;
use stores::sql::{NewRow, Transaction, Value, placeholders};

use super::Store;

/// Where a document came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The crawl item.
    pub item_id: Option<String>,
    /// The original on the NAS.
    pub file_id: Option<String>,
}

impl Store {
    /// Where documents came from, by document id.
    pub async fn links(&self, documents: &[String]) -> Result<HashMap<String, Link>> {
        let sql =
            format!("SELECT * FROM document_links WHERE document_id IN {}", placeholders(documents.len()));
        let args: Vec<Value> = documents.iter().map(Value::from).collect();
        let rows = self.database.query(&sql, &args).await?;
        rows.iter()
            .map(|row| {
                Ok((
                    row.text("document_id")?,
                    Link { item_id: row.opt_text("item_id")?, file_id: row.opt_text("file_id")? },
                ))
            })
            .collect()
    }

    /// Inside a transaction: notes where a document came from last.
    pub async fn link_document(
        &self,
        transaction: &mut Transaction,
        document_id: &str,
        link: &Link,
    ) -> Result<()> {
        let columns = ["document_id", "item_id", "file_id", "updated_at"];
        let values = params![document_id, link.item_id.clone(), link.file_id.clone(), self.now()];
        let row = NewRow { table: "document_links", columns: &columns, values };
        transaction.upsert(&row, &["document_id"], &columns[1..]).await
    }
}
