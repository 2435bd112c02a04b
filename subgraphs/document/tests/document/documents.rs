//! Documents by id and lists of documents.

use crate::world::{DAY, NEW_YEAR, World, documents, ids};
use serde_json::{Value, json};

const LIST: &str = "query($filter: DocumentFilter, $first: Int, $after: String) {
  documents(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount } }";

fn time(day: i64) -> String {
    service::DateTime(NEW_YEAR + DAY * day).to_text()
}

#[tokio::test]
async fn a_document_has_the_fields_of_all_and_those_of_its_collection() {
    let world = World::with(&documents(3)).await;
    let query =
        "query($id: ID!) { document(id: $id) { __typename id collection title summary body language author
      sourceUrl publishedAt createdAt updatedAt
      ... on PolicyDocument { policyArea stage } ... on ScreeningDocument { riskLevel screenedAt reason }
      ... on ProjectDocument { projectNumber budget startsOn endsOn lead } } }";
    let shared = |id: &str, language: &str, day: i64| {
        json!({"id": id, "language": language, "author": null, "publishedAt": time(day), "createdAt": time(0),
               "sourceUrl": format!("https://example.org/{id}"), "updatedAt": "2026-01-01T00:00:00.000001Z"})
    };
    let cases = [
        (
            "d000",
            shared("d000", "ko", 0),
            json!({
            "__typename": "PolicyDocument", "collection": "POLITICA", "title": "예산안 심의 0호", "summary": "심의 경과",
            "body": "국회는 예산안을 심의했다. 보건 복지 예산이 늘었다.", "policyArea": "legislation", "stage": "passed"}),
        ),
        (
            "d001",
            shared("d001", "en", 1),
            json!({
            "__typename": "ScreeningDocument", "collection": "SCREENING", "title": "Budget debate 1",
            "summary": "Course of the debate", "body": "The National Assembly debated the budget.",
            "riskLevel": "high", "screenedAt": time(0), "reason": "사실과 다름"}),
        ),
        (
            "d002",
            shared("d002", "ko", 2),
            json!({
            "__typename": "ProjectDocument", "collection": "PROJECT", "title": "예산안 심의 2호", "summary": "심의 경과",
            "body": "국회는 예산안을 심의했다. 보건 복지 예산이 늘었다.", "projectNumber": "R-7",
            "budget": 9_000_000_000_i64, "startsOn": time(0), "endsOn": null, "lead": "김 교수"}),
        ),
    ];
    for (id, mut expected, own) in cases {
        expected.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        assert_eq!(world.data(query, json!({"id": id})).await["document"], expected);
    }
}

#[tokio::test]
async fn deleted_and_unknown_documents_are_null_and_not_listed() {
    let world = World::with(&documents(4)).await;
    world.delete("d002").await;
    for id in ["d002", "nobody", "", "d'; DROP TABLE documents; --"] {
        let data = world.data("query($id: ID!) { document(id: $id) { id } }", json!({"id": id})).await;
        assert_eq!(data, json!({"document": null}), "{id}");
    }
    let list = &world.data(LIST, json!({})).await["documents"];
    assert_eq!(ids(list), ["d003", "d001", "d000"]);
    assert_eq!(list["totalCount"], 3);
}

#[tokio::test]
async fn filters_narrow_a_list_and_combine() {
    let world = World::with(&documents(8)).await;
    let cases: Vec<(Value, &[&str])> = vec![
        (json!({}), &["d007", "d006", "d005", "d004", "d003", "d002", "d001", "d000"]),
        (json!({"collections": ["PROJECT"]}), &["d005", "d002"]),
        (
            json!({"collections": ["PROJECT", "POLITICA", "PROJECT"]}),
            &["d006", "d005", "d003", "d002", "d000"],
        ),
        (json!({"categoryIds": ["tax"]}), &["d007", "d005", "d003", "d001"]),
        (json!({"categoryIds": ["economy"]}), &[]),
        (json!({"organizationIds": ["org0"]}), &["d006", "d002"]),
        (json!({"keywords": ["word1", "word3"]}), &["d006", "d003", "d001"]),
        (json!({"languages": ["ko"], "collections": ["POLITICA"]}), &["d006", "d000"]),
        (json!({"publishedFrom": time(2), "publishedBefore": time(4)}), &["d003", "d002"]),
        (json!({"keywords": ["예산"], "languages": ["en"], "publishedFrom": time(5)}), &["d007", "d005"]),
    ];
    for (filter, expected) in cases {
        let list = &world.data(LIST, json!({"filter": filter})).await["documents"];
        assert_eq!(ids(list), expected, "{filter}");
        assert_eq!(list["totalCount"], expected.len(), "{filter}");
    }
}

#[tokio::test]
async fn pages_join_to_the_whole_list_also_where_dates_are_equal() {
    let mut planted = documents(23);
    for document in &mut planted {
        document.published_at = NEW_YEAR + DAY * ((document.published_at - NEW_YEAR) / DAY % 3);
    }
    let world = World::with(&planted).await;
    let whole = ids(&world.data(LIST, json!({"first": 100})).await["documents"]);
    assert_eq!(whole.len(), 23);
    for first in [1, 5, 22, 23] {
        let mut found = Vec::new();
        let mut after = Value::Null;
        loop {
            let list = world.data(LIST, json!({"first": first, "after": after})).await["documents"].clone();
            assert_eq!(list["pageInfo"]["hasPreviousPage"], !after.is_null());
            found.extend(ids(&list));
            after = list["pageInfo"]["endCursor"].clone();
            if list["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(found, whole, "by {first}");
    }
}

#[tokio::test]
async fn page_sizes_and_cursors_out_of_order_are_refused_with_a_code() {
    let world = World::with(&documents(2)).await;
    let many: Vec<String> = (0..101).map(|number| number.to_string()).collect();
    let cases = [
        (json!({"first": 101}), "PAGE_SIZE_TOO_LARGE"),
        (json!({"first": -1}), "PAGE_SIZE_NEGATIVE"),
        (json!({"after": "커서"}), "INVALID_CURSOR"),
        (json!({"after": ""}), "INVALID_CURSOR"),
        (json!({"filter": {"keywords": many}}), "BAD_USER_INPUT"),
    ];
    for (variables, code) in cases {
        assert_eq!(
            world.error(LIST, variables.clone()).await,
            (code.to_owned(), json!(["documents"])),
            "{variables}"
        );
    }
    assert_eq!(ids(&world.data(LIST, json!({"first": 0})).await["documents"]), Vec::<String>::new());
}
