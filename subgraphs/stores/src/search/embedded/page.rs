//! One pass over the matching documents: the hits of a page, how many there are in all, and the facets.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use super::fields::{CATEGORY, ID, KEYWORD, LANGUAGE, ORGANIZATION, PUBLISHED_AT, YEAR};
use crate::search::cursor::Cursor;
use crate::search::{Collection, Facet, SearchOrder};

/// What a page needs of one collection.
pub(super) struct PageCollector<'a> {
    pub collection: Collection,
    pub order: SearchOrder,
    pub after: Option<&'a Cursor>,
    pub limit: usize,
    pub facets: &'a [Facet],
}

/// The best of one or several segments.
#[derive(Default)]
pub(super) struct Page {
    pub top: Vec<Ranked>,
    pub total: u64,
    pub facets: BTreeMap<Facet, BTreeMap<String, u64>>,
}

/// A matching document and its place in the order: falling rank, rising id.
pub(super) struct Ranked {
    pub rank: i64,
    pub id: String,
    pub collection: Collection,
    pub address: DocAddress,
}

pub(super) struct SegmentPage {
    collection: Collection,
    segment: SegmentOrdinal,
    order: SearchOrder,
    after: Option<Cursor>,
    limit: usize,
    published_at: Column<i64>,
    ids: Option<StrColumn>,
    /// The worst of the best is on top.
    best: BinaryHeap<(Reverse<i64>, u64, DocId)>,
    total: u64,
    counters: Vec<(Facet, Counter)>,
}

enum Counter {
    Documents,
    Terms { column: StrColumn, counts: Vec<u64> },
    Years { column: Column<i64>, counts: BTreeMap<i64, u64> },
}

impl Page {
    /// Joins what several segments or collections found.
    pub(super) fn merged(pages: impl IntoIterator<Item = Self>, limit: usize) -> Self {
        let mut merged = Self::default();
        for page in pages {
            merged.top.extend(page.top);
            merged.total += page.total;
            for (facet, counts) in page.facets {
                let all = merged.facets.entry(facet).or_default();
                for (value, count) in counts {
                    *all.entry(value).or_default() += count;
                }
            }
        }
        merged.top.sort_by(|one, other| other.rank.cmp(&one.rank).then_with(|| one.id.cmp(&other.id)));
        merged.top.truncate(limit);
        merged
    }
}

impl Collector for PageCollector<'_> {
    type Fruit = Page;
    type Child = SegmentPage;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentPage> {
        let mut counters = Vec::with_capacity(self.facets.len());
        for facet in self.facets {
            counters.extend(Counter::new(*facet, reader)?.map(|counter| (*facet, counter)));
        }
        Ok(SegmentPage {
            collection: self.collection,
            segment,
            order: self.order,
            after: self.after.cloned(),
            limit: self.limit,
            published_at: reader.fast_fields().i64(PUBLISHED_AT)?,
            ids: reader.fast_fields().str(ID)?,
            best: BinaryHeap::new(),
            total: 0,
            counters,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.order == SearchOrder::Relevance && self.limit > 0
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Page>>) -> tantivy::Result<Page> {
        Ok(Page::merged(fruits.into_iter().collect::<tantivy::Result<Vec<_>>>()?, self.limit))
    }
}

impl SegmentCollector for SegmentPage {
    type Fruit = tantivy::Result<Page>;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        for (_, counter) in &mut self.counters {
            counter.count(doc);
        }
        if self.limit > 0 {
            self.offer(doc, score);
        }
    }

    fn harvest(self) -> tantivy::Result<Page> {
        let mut page = Page { total: self.total, ..Page::default() };
        for (facet, counter) in self.counters {
            page.facets.insert(facet, counter.values(self.collection, self.total)?);
        }
        for (Reverse(rank), ordinal, doc) in self.best {
            let mut id = String::new();
            if let Some(ids) = &self.ids {
                ids.ord_to_str(ordinal, &mut id)?;
            }
            let address = DocAddress::new(self.segment, doc);
            page.top.push(Ranked { rank, id, collection: self.collection, address });
        }
        Ok(page)
    }
}

impl SegmentPage {
    fn offer(&mut self, doc: DocId, score: Score) {
        let published_at = self.published_at.first(doc).unwrap_or_default();
        let rank = match self.order {
            // The bits of a positive float are ordered as the float.
            SearchOrder::Relevance => i64::from(score.max(0.0).to_bits()),
            SearchOrder::Newest => published_at,
            SearchOrder::Oldest => !published_at,
        };
        let is_worse = |worst: &(Reverse<i64>, u64, DocId)| rank < worst.0.0;
        if self.best.len() == self.limit && self.best.peek().is_some_and(is_worse) {
            return;
        }
        let ordinal = self.ids.as_ref().and_then(|ids| ids.ords().first(doc)).unwrap_or_default();
        if !self.is_after(rank, ordinal) {
            return;
        }
        self.best.push((Reverse(rank), ordinal, doc));
        if self.best.len() > self.limit {
            self.best.pop();
        }
    }

    fn is_after(&self, rank: i64, ordinal: u64) -> bool {
        match &self.after {
            Some(cursor) if rank == cursor.rank => {
                let mut id = String::new();
                let is_read =
                    self.ids.as_ref().is_some_and(|ids| ids.ord_to_str(ordinal, &mut id).unwrap_or(false));
                is_read && id > cursor.id
            }
            Some(cursor) => rank < cursor.rank,
            None => true,
        }
    }
}

impl Counter {
    /// `None` where no document of the segment has such values.
    fn new(facet: Facet, reader: &SegmentReader) -> tantivy::Result<Option<Self>> {
        let name = match facet {
            Facet::Collection => return Ok(Some(Self::Documents)),
            Facet::Year => {
                let column = reader.fast_fields().i64(YEAR)?;
                return Ok(Some(Self::Years { column, counts: BTreeMap::new() }));
            }
            Facet::Category => CATEGORY,
            Facet::Organization => ORGANIZATION,
            Facet::Keyword => KEYWORD,
            Facet::Language => LANGUAGE,
        };
        let column = reader.fast_fields().str(name)?;
        Ok(column.map(|column| Self::Terms { counts: vec![0; column.num_terms()], column }))
    }

    fn count(&mut self, doc: DocId) {
        match self {
            Self::Documents => {}
            Self::Terms { column, counts } => {
                for ordinal in column.term_ords(doc) {
                    if let Some(count) =
                        usize::try_from(ordinal).ok().and_then(|ordinal| counts.get_mut(ordinal))
                    {
                        *count += 1;
                    }
                }
            }
            Self::Years { column, counts } => {
                for year in column.values_for_doc(doc) {
                    *counts.entry(year).or_default() += 1;
                }
            }
        }
    }

    fn values(self, collection: Collection, total: u64) -> tantivy::Result<BTreeMap<String, u64>> {
        Ok(match self {
            Self::Documents if total == 0 => BTreeMap::new(),
            Self::Documents => BTreeMap::from([(collection.name().to_owned(), total)]),
            Self::Years { counts, .. } => {
                counts.into_iter().map(|(year, count)| (year.to_string(), count)).collect()
            }
            Self::Terms { column, counts } => {
                let mut values = BTreeMap::new();
                for (ordinal, count) in (0..).zip(counts).filter(|(_, count)| *count > 0) {
                    let mut value = String::new();
                    column.ord_to_str(ordinal, &mut value)?;
                    values.insert(value, count);
                }
                values
            }
        })
    }
}
