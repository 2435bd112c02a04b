//! Facets, trends and top keywords.

use stores::StoreError;
use stores::search::{Collection, Facet, FacetCount, Interval, SearchRequest, TrendRequest};

use super::corpus::day;
use super::{Opened, everything, words};

fn counts(counts: &[FacetCount]) -> Vec<(&str, u64)> {
    counts.iter().map(|count| (count.value.as_str(), count.count)).collect()
}

pub async fn facets_count_what_matches(opened: Opened) {
    let opened = opened.filled().await;
    type Case = (SearchRequest, Facet, Vec<(&'static str, u64)>);
    let cases: Vec<Case> = vec![
        (everything(), Facet::Collection, vec![("politica", 4), ("project", 3), ("screening", 3)]),
        (everything(), Facet::Language, vec![("ko", 7), ("en", 3)]),
        (everything(), Facet::Year, vec![("2025", 5), ("2026", 3), ("2023", 1), ("2024", 1)]),
        (everything(), Facet::Organization, vec![("kcc", 2), ("moef", 2), ("nrf", 2), ("assembly", 1)]),
        (
            words("예산"),
            Facet::Category,
            vec![("politics", 2), ("assembly", 1), ("elections", 1), ("media", 1), ("research", 1)],
        ),
        (
            words("예산"),
            Facet::Keyword,
            vec![("국회", 2), ("예산", 2), ("인공지능", 1), ("지방선거", 1), ("허위정보", 1)],
        ),
        (words("없는말"), Facet::Collection, vec![]),
        (
            SearchRequest { collections: vec![Collection::Project], ..everything() },
            Facet::Collection,
            vec![("project", 3)],
        ),
        (
            SearchRequest { first: 1, ..words("budget") },
            Facet::Collection,
            vec![("politica", 1), ("project", 1)],
        ),
    ];
    for (request, facet, expected) in cases {
        let request = SearchRequest { facets: vec![facet], ..request };
        let result = opened.search(&request).await;
        assert_eq!(result.facets.len(), 1);
        assert_eq!(counts(&result.facets[&facet]), expected, "{facet:?} of {:?}", request.text);
    }
    let all = vec![
        Facet::Collection,
        Facet::Category,
        Facet::Organization,
        Facet::Keyword,
        Facet::Language,
        Facet::Year,
    ];
    let first = opened.search(&SearchRequest { facets: all.clone(), first: 2, ..everything() }).await;
    let after = first.hits.last().map(|hit| hit.cursor.clone());
    let second = opened.search(&SearchRequest { facets: all, first: 2, after, ..everything() }).await;
    assert_eq!(first.facets, second.facets);
    assert_eq!(first.facets.len(), 6);
    assert!(opened.search(&everything()).await.facets.is_empty());
}

fn trend(text: Option<&str>, from: i64, before: i64, interval: Interval) -> TrendRequest {
    TrendRequest { collections: Vec::new(), text: text.map(str::to_owned), from, before, interval }
}

pub async fn trends_have_every_bucket_of_the_period(opened: Opened) {
    let opened = opened.filled().await;
    type Case = (TrendRequest, Vec<(i64, u64)>);
    let cases: Vec<Case> = vec![
        (
            trend(None, day(2025, 11, 15), day(2026, 3, 1), Interval::Month),
            vec![(day(2025, 11, 1), 0), (day(2025, 12, 1), 3), (day(2026, 1, 1), 1), (day(2026, 2, 1), 2)],
        ),
        (
            trend(Some("예산안"), day(2025, 12, 1), day(2025, 12, 5), Interval::Day),
            vec![(day(2025, 12, 1), 0), (day(2025, 12, 2), 1), (day(2025, 12, 3), 1), (day(2025, 12, 4), 0)],
        ),
        // 3 December 2025 is a Wednesday: its week began on the 1st, and what is before `from` in it does not count.
        (
            trend(None, day(2025, 12, 3), day(2025, 12, 9), Interval::Week),
            vec![(day(2025, 12, 1), 1), (day(2025, 12, 8), 0)],
        ),
        (
            trend(None, day(2023, 1, 1), day(2027, 1, 1), Interval::Year),
            vec![(day(2023, 1, 1), 1), (day(2024, 1, 1), 1), (day(2025, 1, 1), 5), (day(2026, 1, 1), 3)],
        ),
        (trend(None, day(2026, 1, 1), day(2026, 1, 1), Interval::Day), vec![]),
        (trend(None, day(2026, 1, 2), day(2026, 1, 1), Interval::Day), vec![]),
    ];
    for (request, expected) in cases {
        let points = opened.reader.trend(&request).await.unwrap();
        let found: Vec<(i64, u64)> = points.iter().map(|point| (point.at, point.count)).collect();
        assert_eq!(found, expected, "{request:?}");
    }
    let project = TrendRequest {
        collections: vec![Collection::Project],
        ..trend(None, day(2025, 1, 1), day(2026, 1, 1), Interval::Year)
    };
    assert_eq!(opened.reader.trend(&project).await.unwrap()[0].count, 2);
    for (from, before) in [(day(1900, 1, 1), day(2100, 1, 1)), (i64::MIN, i64::MAX)] {
        let refused = opened.reader.trend(&trend(None, from, before, Interval::Day)).await;
        assert!(matches!(refused, Err(StoreError::InvalidName(_))), "{refused:?}");
    }
}

pub async fn times_before_1970_count_in_their_buckets(opened: Opened) {
    let template = super::corpus::documents().remove(0);
    let times = [
        day(1960, 2, 29),
        day(1960, 3, 1) - 1,
        day(1960, 3, 1),
        day(1970, 1, 1) - 1,
        day(1970, 1, 1),
        -1_500,
    ];
    let document = |(number, time): (usize, &i64)| stores::search::IndexedDocument {
        id: format!("old{number}"),
        published_at: *time,
        ..template.clone()
    };
    opened.writer.put(&times.iter().enumerate().map(document).collect::<Vec<_>>()).await.unwrap();
    for (id, published_at) in
        [("first", i64::MIN), ("last", i64::MAX), ("roman", day(-44, 3, 15)), ("far", day(12_000, 1, 1))]
    {
        let extreme = stores::search::IndexedDocument { id: id.to_owned(), published_at, ..template.clone() };
        opened.writer.put(&[extreme]).await.unwrap();
    }
    assert_eq!(opened.search(&everything()).await.total, 10);
    let removals = ["first", "last", "roman", "far"].map(|id| (Collection::Politica, id.to_owned(), 99));
    opened.writer.remove(&removals).await.unwrap();
    let points =
        opened.reader.trend(&trend(None, day(1960, 2, 1), day(1960, 4, 1), Interval::Month)).await.unwrap();
    assert_eq!(points.iter().map(|point| point.count).collect::<Vec<_>>(), [2, 1]);
    let points =
        opened.reader.trend(&trend(None, day(1969, 12, 31), day(1970, 1, 2), Interval::Day)).await.unwrap();
    assert_eq!(points.iter().map(|point| point.count).collect::<Vec<_>>(), [2, 1]);
    let found = opened.search(&SearchRequest { facets: vec![Facet::Year], ..everything() }).await;
    assert_eq!(counts(&found.facets[&Facet::Year]), [("1960", 3), ("1969", 2), ("1970", 1)]);
}

pub async fn top_keywords_are_those_of_the_period(opened: Opened) {
    let opened = opened.filled().await;
    let (begin, end) = (day(2025, 12, 1), day(2026, 3, 1));
    let period = |text| trend(text, begin, end, Interval::Month);
    let top = opened.reader.top_keywords(&period(None), 3).await.unwrap();
    assert_eq!(counts(&top), [("국회", 2), ("예산", 2), ("지방선거", 2)]);
    let top = opened.reader.top_keywords(&period(Some("선거")), 10).await.unwrap();
    assert_eq!(counts(&top), [("지방선거", 2), ("AI", 1), ("딥페이크", 1)]);
    let screening = TrendRequest { collections: vec![Collection::Screening], ..period(None) };
    assert_eq!(opened.reader.top_keywords(&screening, 1).await.unwrap()[0].count, 1);
    let empty = trend(None, day(1990, 1, 1), day(1991, 1, 1), Interval::Month);
    assert!(opened.reader.top_keywords(&empty, 10).await.unwrap().is_empty());
}
