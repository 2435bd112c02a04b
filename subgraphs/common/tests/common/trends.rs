//! Trends against a naive count, on an engine; and what is refused.

use std::collections::BTreeMap;

use common::seed::{self, NewDocument};
use serde_json::{Value, json};
use test_stores::TestStores;

use crate::faulty_index::{Fault, FaultyIndex};
use crate::world::{START, Who, World, row};

const HOUR: i64 = 3_600_000_000;

/// A document whose text, collection, words and date follow from its number in a way that no two follow alike.
fn scattered(number: usize) -> NewDocument {
    let words = ["탄소중립 정책", "반도체 지원", "carbon neutral plan", "저출생 대책"];
    let scattered = i64::try_from(number * 7_919 % 700).unwrap();
    NewDocument {
        body: format!("{} {}", words[number % 4], words[number * 3 % 4]),
        published_at: START - scattered * 24 * HOUR - i64::try_from(number).unwrap() * HOUR,
        keywords: (0..3).map(|place| format!("낱말 {}", (number * number + place) % 11)).collect(),
        ..row(number)
    }
}

fn month(at: i64) -> String {
    service::DateTime(at).to_text()[..7].to_owned()
}

#[tokio::test]
async fn trends_equal_a_naive_count() {
    let of_the_test = TestStores::new();
    let search = of_the_test.search().await;
    let world = World::on(search.reader.clone(), search.writer.clone(), FaultyIndex::default()).await;
    let rows: Vec<_> = (0..300).map(scattered).collect();
    seed::documents(&world.stores, &rows, START).await.unwrap();
    world.indexer.drain().await.unwrap();

    let query = "query ($from: DateTime!, $to: DateTime!) {
        termTrend(terms: [\"탄소\", \"carbon\"], collections: [POLITICA, PROJECT], from: $from, to: $to) {
            term total points { at count } }
        topKeywords(period: {from: $from, to: $to}, collections: [SCREENING], first: 100) { count keyword { name } }
        collectionCounts { collection count } }";
    let (from, to) = ("2026-01-01T00:00:00Z", "2026-09-01T00:00:00Z");
    let data = world.data(Who::Anonymous, query, json!({ "from": from, "to": to })).await;
    let inside: Vec<_> = rows
        .iter()
        .filter(|row| ("2026-01".."2026-09").contains(&month(row.published_at).as_str()))
        .collect();
    assert!(inside.len() > 50);

    for (place, term) in ["탄소", "carbon"].into_iter().enumerate() {
        let mut naive: BTreeMap<String, i64> =
            (1..=8).map(|number| (format!("2026-{number:02}"), 0)).collect();
        for row in inside.iter().filter(|row| row.collection != stores::search::Collection::Screening) {
            *naive.get_mut(&month(row.published_at)).unwrap() += i64::from(row.body.contains(term));
        }
        let trend = &data["termTrend"][place];
        let points: BTreeMap<String, i64> = trend["points"]
            .as_array()
            .unwrap()
            .iter()
            .map(|point| (point["at"].as_str().unwrap()[..7].to_owned(), point["count"].as_i64().unwrap()))
            .collect();
        assert_eq!(points, naive, "{term}");
        assert_eq!((&trend["term"], trend["total"].as_i64()), (&json!(term), Some(naive.values().sum())));
    }

    let mut naive: BTreeMap<&str, i64> = BTreeMap::new();
    let screened = inside.iter().filter(|row| row.collection == stores::search::Collection::Screening);
    screened.flat_map(|row| &row.keywords).for_each(|word| *naive.entry(word).or_default() += 1);
    let top: Vec<(&str, i64)> = data["topKeywords"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["keyword"]["name"].as_str().unwrap(), found["count"].as_i64().unwrap()))
        .collect();
    assert_eq!(top.iter().copied().collect::<BTreeMap<_, _>>(), naive);
    assert!(top.is_sorted_by_key(|(_, count)| -count), "{top:?}");
    let counts: Value = ["POLITICA", "SCREENING", "PROJECT"]
        .map(|name| json!({ "collection": name, "count": 100 }))
        .into_iter()
        .collect();
    assert_eq!(data["collectionCounts"], counts);
}

#[tokio::test]
async fn a_trend_that_asks_too_much_is_refused_and_an_engine_that_is_down_is_no_secret_teller() {
    let world = World::new().await;
    let trend = |terms: &str, period: &str| {
        format!("{{ termTrend(terms: {terms}, {period}, interval: DAY) {{ total }} }}")
    };
    let may = "from: \"2026-05-01T00:00:00Z\", to: \"2026-06-01T00:00:00Z\"";
    let century = "from: \"1926-05-01T00:00:00Z\", to: \"2026-06-01T00:00:00Z\"";
    let backwards = "from: \"2026-05-01T00:00:00Z\", to: \"2026-05-01T00:00:00Z\"";
    for (query, code) in [
        (trend("[]", may), "BAD_USER_INPUT"),
        (trend("[\" \"]", may), "BAD_USER_INPUT"),
        (trend("[\"탄소\"]", century), "PERIOD_TOO_LONG"),
        (trend("[\"탄소\"]", backwards), "INVALID_PERIOD"),
    ] {
        let answer = world.ask(Who::Anonymous, &query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
    world.index.fail(Fault::Down);
    let query = format!(
        "{{ termTrend(terms: [\"탄소\"], {may}) {{ total }} collectionCounts {{ collection count }} }}"
    );
    let answer = world.ask(Who::Anonymous, &query, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "STORE_UNAVAILABLE");
    assert!(!answer.to_string().contains("search-1"), "{answer}");
    assert_eq!(answer["data"]["collectionCounts"].as_array().unwrap().len(), 3);
}
