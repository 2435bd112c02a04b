//! Orders and cursors.

use std::collections::BTreeSet;

use stores::StoreError;
use stores::search::{Collection, IndexedDocument, SearchOrder, SearchRequest};

use super::corpus::{day, documents};
use super::{Opened, everything, ids, words};

const ORDERS: [SearchOrder; 3] = [SearchOrder::Relevance, SearchOrder::Newest, SearchOrder::Oldest];

/// Many documents with few different dates and texts, so that ties are the rule.
fn many() -> Vec<IndexedDocument> {
    let template = documents().remove(0);
    (0..120_u32)
        .map(|number| IndexedDocument {
            id: format!("m{:03}", number * 37 % 120),
            collection: Collection::ALL[number as usize % 3],
            title: ["예산 심의", "예산안 예산", "국회 예산 결산 보고"][number as usize % 3].to_owned(),
            published_at: day(2020 + i32::try_from(number % 4).unwrap(), 1, 1),
            ..template.clone()
        })
        .collect()
}

async fn pages(opened: &Opened, request: &SearchRequest) -> Vec<String> {
    let mut request = request.clone();
    let mut found = Vec::new();
    loop {
        let result = opened.search(&request).await;
        found.extend(result.hits.iter().map(|hit| hit.id.clone()));
        if !result.has_next_page {
            return found;
        }
        assert_eq!(result.hits.len(), request.first);
        request.after = result.hits.last().map(|hit| hit.cursor.clone());
    }
}

pub async fn dates_order_both_ways_and_ids_break_ties(opened: Opened) {
    let opened = opened.filled().await;
    let newest = ["s2", "p4", "p2", "s1", "p1", "p3", "j1", "j2", "s3", "j3"];
    let oldest = ["j3", "s3", "j1", "j2", "p1", "p3", "s1", "p2", "p4", "s2"];
    for (order, expected) in [(SearchOrder::Newest, newest), (SearchOrder::Oldest, oldest)] {
        let result = opened.search(&SearchRequest { order, ..everything() }).await;
        assert_eq!(ids(&result), expected);
        assert!(result.hits.iter().all(|hit| hit.score.is_none()));
    }
}

pub async fn pages_join_to_the_whole_in_every_order(opened: Opened) {
    opened.writer.put(&many()).await.unwrap();
    for order in ORDERS {
        for text in ["", "예산", "결산"] {
            let whole = opened.search(&SearchRequest { order, first: 500, ..words(text) }).await;
            assert_eq!(whole.total, whole.hits.len() as u64);
            for first in [1, 7, 40, 119, 120] {
                let request = SearchRequest { order, first, ..words(text) };
                assert_eq!(pages(&opened, &request).await, ids(&whole), "{order:?} {text:?} by {first}");
                assert_eq!(opened.search(&request).await.total, whole.total);
            }
        }
    }
    let none = opened.search(&SearchRequest { first: 0, ..everything() }).await;
    assert_eq!((none.total, none.hits.len(), none.has_next_page), (120, 0, true));
}

pub async fn pages_stay_right_while_documents_come_and_go(opened: Opened) {
    opened.writer.put(&many()).await.unwrap();
    let mut request = SearchRequest { order: SearchOrder::Newest, first: 10, ..everything() };
    let template = many().remove(0);
    let mut seen = Vec::new();
    let mut round = 0;
    loop {
        let result = opened.search(&request).await;
        seen.extend(result.hits.iter().map(|hit| hit.id.clone()));
        let Some(last) = result.hits.last().filter(|_| result.has_next_page) else { break };
        request.after = Some(last.cursor.clone());
        round += 1;
        let newer =
            IndexedDocument { id: format!("new{round}"), published_at: day(2030, 1, 1), ..template.clone() };
        opened.writer.put(&[newer]).await.unwrap();
        // The hit that the cursor names goes away; the next page begins behind where it stood.
        opened.writer.remove(&[(last.collection, last.id.clone(), 11)]).await.unwrap();
    }
    assert_eq!(seen.len(), 120);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 120);
}

pub async fn cursors_that_cannot_be_read_are_refused(opened: Opened) {
    let opened = opened.filled().await;
    let newest = opened.search(&SearchRequest { order: SearchOrder::Newest, first: 2, ..everything() }).await;
    let cursor = newest.hits[0].cursor.clone();
    let cases = [
        (SearchOrder::Newest, "".to_owned()),
        (SearchOrder::Newest, "커서".to_owned()),
        (SearchOrder::Newest, "e30".to_owned()),
        (SearchOrder::Newest, "bnVsbA==".to_owned()),
        (SearchOrder::Newest, cursor[1..].to_owned()),
        (SearchOrder::Newest, cursor[..cursor.len() - 4].to_owned()),
        (SearchOrder::Oldest, cursor.clone()),
        (SearchOrder::Relevance, cursor),
    ];
    for (order, after) in cases {
        let request = SearchRequest { order, after: Some(after.clone()), ..everything() };
        let refused = opened.reader.search(&request).await;
        assert!(matches!(refused, Err(StoreError::InvalidName(_))), "{order:?} {after:?}: {refused:?}");
    }
}
