//! Under which version a document stands in an index.

use tantivy::collector::DocSetCollector;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, Term};

use super::fields::{FIELDS, ID, PUBLISHED_AT, REMOVED, VERSION};

/// How a document stands in an index.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub version: i64,
    /// Not live: it was removed with this version.
    pub is_live: bool,
    pub address: DocAddress,
}

pub(super) fn standing(searcher: &Searcher, id: &str) -> tantivy::Result<Option<Standing>> {
    let term = Term::from_field_text(FIELDS.id, id);
    for (ordinal, segment) in (0..).zip(searcher.segment_readers()) {
        let Some(mut postings) =
            segment.inverted_index(FIELDS.id)?.read_postings(&term, IndexRecordOption::Basic)?
        else {
            continue;
        };
        while postings.doc() != TERMINATED {
            let doc = postings.doc();
            if !segment.is_deleted(doc) {
                let version = segment.fast_fields().i64(VERSION)?.first(doc).unwrap_or(i64::MIN);
                let is_live = segment.fast_fields().i64(PUBLISHED_AT)?.first(doc).is_some();
                return Ok(Some(Standing { version, is_live, address: DocAddress::new(ordinal, doc) }));
            }
            postings.advance();
        }
    }
    Ok(None)
}

/// Every removed document with the version of its removal.
pub(super) fn removals(searcher: &Searcher) -> tantivy::Result<Vec<(String, i64)>> {
    let query = TermQuery::new(Term::from_field_text(FIELDS.state, REMOVED), IndexRecordOption::Basic);
    let mut removals = Vec::new();
    for address in searcher.search(&query, &DocSetCollector)? {
        let columns = searcher.segment_reader(address.segment_ord).fast_fields();
        let version = columns.i64(VERSION)?.first(address.doc_id).unwrap_or(i64::MIN);
        let mut id = String::new();
        if let Some(ids) = columns.str(ID)?
            && let Some(ordinal) = ids.ords().first(address.doc_id)
        {
            ids.ord_to_str(ordinal, &mut id)?;
        }
        removals.push((id, version));
    }
    Ok(removals)
}
