//! Counts over time.

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use super::fields::PUBLISHED_AT;

/// Counts matching documents per bucket; buckets are given by their ascending beginnings.
pub(super) struct BucketCollector {
    pub starts: Vec<i64>,
}

pub(super) struct SegmentBuckets {
    starts: Vec<i64>,
    counts: Vec<u64>,
    published_at: Column<i64>,
}

impl Collector for BucketCollector {
    type Fruit = Vec<u64>;
    type Child = SegmentBuckets;

    fn for_segment(&self, _: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentBuckets> {
        Ok(SegmentBuckets {
            starts: self.starts.clone(),
            counts: vec![0; self.starts.len()],
            published_at: reader.fast_fields().i64(PUBLISHED_AT)?,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, fruits: Vec<Vec<u64>>) -> tantivy::Result<Vec<u64>> {
        let mut sums = vec![0; self.starts.len()];
        for counts in fruits {
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        Ok(sums)
    }
}

impl SegmentCollector for SegmentBuckets {
    type Fruit = Vec<u64>;

    fn collect(&mut self, doc: DocId, _: Score) {
        let Some(published_at) = self.published_at.first(doc) else { return };
        let bucket = self.starts.partition_point(|start| *start <= published_at);
        if let Some(count) = bucket.checked_sub(1).and_then(|bucket| self.counts.get_mut(bucket)) {
            *count += 1;
        }
    }

    fn harvest(self) -> Vec<u64> {
        self.counts
    }
}
