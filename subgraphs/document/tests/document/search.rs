//! Search, suggestions and similar documents, through the schema.

use crate::world::{World, documents, ids};
use serde_json::{Value, json};
use stores::search::IndexedDocument;

const SEARCH: &str = "query($text: String, $filter: SearchFilter, $order: SearchOrder, $first: Int, $after: String) {
  search(text: $text, filter: $filter, order: $order, first: $first, after: $after) {
    edges { cursor node { id title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }";

#[tokio::test]
async fn korean_and_english_words_are_found_in_any_order_and_with_filters() {
    let world = World::with(&documents(8)).await;
    let cases: Vec<(Value, &[&str])> = vec![
        (json!({"text": "예산안", "order": "NEWEST"}), &["d006", "d004", "d002", "d000"]),
        (json!({"text": "예산안", "order": "OLDEST"}), &["d000", "d002", "d004", "d006"]),
        (json!({"text": "심의 국회 복지", "order": "NEWEST", "first": 2}), &["d006", "d004"]),
        (json!({"text": "DEBATED budget", "order": "NEWEST"}), &["d007", "d005", "d003", "d001"]),
        (json!({"text": "산예"}), &[]),
        (json!({}), &["d007", "d006", "d005", "d004", "d003", "d002", "d001", "d000"]),
        (json!({"text": "4호"}), &["d004"]),
        (
            json!({"filter": {"categoryIds": ["economy"], "collections": ["SCREENING"]}}),
            &["d007", "d004", "d001"],
        ),
        (json!({"filter": {"categoryIds": ["tax"], "keywords": ["word1"], "languages": ["en"]}}), &["d001"]),
        (
            json!({"text": "예산", "filter": {"organizationIds": ["org0"]}, "order": "OLDEST"}),
            &["d002", "d006"],
        ),
        (
            json!({"filter": {"publishedFrom": "2026-01-03T00:00:00Z", "publishedBefore": "2026-01-05T09:00:00+09:00"}}),
            &["d003", "d002"],
        ),
    ];
    for (variables, expected) in cases {
        assert_eq!(ids(&world.data(SEARCH, variables.clone()).await["search"]), expected, "{variables}");
    }
}

#[tokio::test]
async fn facets_point_to_categories_and_organizations_by_key() {
    let world = World::with(&documents(8)).await;
    let query = "{ search(text: \"예산\", first: 1) { totalCount facets {
      collections { collection count } categories { category { __typename id } count }
      organizations { organization { id } count } keywords { keyword count } languages { language count } years { year count } } } }";
    let facets = &world.data(query, json!({})).await["search"];
    assert_eq!(facets["totalCount"], 8);
    let facets = &facets["facets"];
    assert_eq!(
        facets["collections"],
        json!([
        {"collection": "POLITICA", "count": 3}, {"collection": "SCREENING", "count": 3}, {"collection": "PROJECT", "count": 2}])
    );
    assert_eq!(
        facets["categories"][0],
        json!({"category": {"__typename": "Category", "id": "economy"}, "count": 8})
    );
    assert_eq!(
        facets["organizations"],
        json!([
        {"organization": {"id": "org1"}, "count": 4}, {"organization": {"id": "org0"}, "count": 2}])
    );
    assert_eq!(facets["keywords"][0], json!({"keyword": "예산", "count": 8}));
    assert_eq!(facets["languages"], json!([{"language": "en", "count": 4}, {"language": "ko", "count": 4}]));
    assert_eq!(facets["years"], json!([{"year": 2026, "count": 8}]));
}

#[tokio::test]
async fn highlights_say_which_characters_matched() {
    let world = World::with(&documents(1)).await;
    let query = "{ search(text: \"예산안 보건\") { edges { score node { title } highlights { field fragment ranges { start end } } } } }";
    let edge = world.data(query, json!({})).await["search"]["edges"][0].clone();
    assert!(edge["score"].as_f64().unwrap() > 0.0);
    assert_eq!(
        edge["highlights"],
        json!([
        {"field": "TITLE", "fragment": "예산안 심의 0호", "ranges": [{"start": 0, "end": 3}]},
        {"field": "BODY", "fragment": "국회는 예산안을 심의했다. 보건 복지 예산이 늘었다.",
         "ranges": [{"start": 4, "end": 7}, {"start": 15, "end": 17}]}])
    );
}

#[tokio::test]
async fn pages_of_hits_go_on_although_some_documents_are_deleted() {
    let world = World::with(&documents(30)).await;
    for number in [0, 1, 2, 9, 20, 21, 22, 23, 24, 29] {
        world.delete(&format!("d{number:03}")).await;
    }
    for order in ["RELEVANCE", "NEWEST", "OLDEST"] {
        let mut found = Vec::new();
        let mut after = Value::Null;
        loop {
            let variables = json!({"order": order, "first": 3, "after": after});
            let page = world.data(SEARCH, variables).await["search"].clone();
            assert_eq!(page["pageInfo"]["hasPreviousPage"], !after.is_null());
            found.extend(ids(&page));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 20, "{order}");
    }
}

#[tokio::test]
async fn wrong_arguments_are_refused_with_a_code_and_the_path() {
    let world = World::with(&documents(3)).await;
    let newest = world.data(SEARCH, json!({"order": "NEWEST"})).await;
    let cursor = &newest["search"]["pageInfo"]["startCursor"];
    let cases = [
        (SEARCH, json!({"first": 101}), "PAGE_SIZE_TOO_LARGE", "search"),
        (SEARCH, json!({"first": -5}), "PAGE_SIZE_NEGATIVE", "search"),
        (SEARCH, json!({"after": "없는 커서"}), "INVALID_CURSOR", "search"),
        (SEARCH, json!({"after": cursor, "order": "OLDEST"}), "INVALID_CURSOR", "search"),
        (SEARCH, json!({"text": "가".repeat(501)}), "BAD_USER_INPUT", "search"),
        (SEARCH, json!({"filter": {"categoryIds": vec!["x"; 101]}}), "BAD_USER_INPUT", "search"),
        ("{ suggest(prefix: \"예\", first: 21) }", json!({}), "PAGE_SIZE_TOO_LARGE", "suggest"),
        ("{ suggest(prefix: \"예\", first: -1) }", json!({}), "PAGE_SIZE_NEGATIVE", "suggest"),
    ];
    for (query, variables, code, field) in cases {
        assert_eq!(
            world.error(query, variables.clone()).await,
            (code.to_owned(), json!([field])),
            "{variables}"
        );
    }
    let similar = "{ document(id: \"d000\") { id similar(first: 21) { id } } }";
    assert_eq!(
        world.error(similar, json!({})).await,
        ("PAGE_SIZE_TOO_LARGE".to_owned(), json!(["document", "similar"]))
    );
}

#[tokio::test]
async fn suggestions_and_similar_documents_come_from_the_index() {
    let mut planted = documents(6);
    planted.push(IndexedDocument {
        id: "other".to_owned(),
        title: "반도체 산업 지원".to_owned(),
        summary: "산업 정책".to_owned(),
        keywords: vec!["반도체".to_owned()],
        ..documents(1).remove(0)
    });
    let world = World::with(&planted).await;
    let data = world.data("{ suggest(prefix: \"반도\") none: suggest(prefix: \"도체\") all: suggest(prefix: \"budget d\", first: 2) }", json!({})).await;
    assert_eq!(
        data,
        json!({"suggest": ["반도체 산업 지원"], "none": [], "all": ["Budget debate 5", "Budget debate 3"]})
    );
    world.delete("d004").await;
    let query = "{ document(id: \"d000\") { similar(first: 3) { __typename id title } } }";
    let similar = world.data(query, json!({})).await["document"]["similar"].clone();
    let similar: Vec<&str> =
        similar.as_array().unwrap().iter().map(|like| like["id"].as_str().unwrap()).collect();
    assert!(similar.contains(&"d002"), "{similar:?}");
    assert!(
        !similar.contains(&"d000") && !similar.contains(&"d004") && !similar.contains(&"other"),
        "{similar:?}"
    );
}
