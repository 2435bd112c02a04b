//! Who may do what: every field that is not public, asked by everybody.

use serde_json::{Value, json};

use crate::world::{Who, World, document};

const EVERYBODY: [Who; 8] = [
    Who::Anonymous,
    Who::Reader("reader-1"),
    Who::Operator,
    Who::Administrator,
    Who::Program,
    Who::AdminWithToken,
    Who::AdminAlone,
    Who::AdminForReader,
];

/// Field, arguments and selection; then for each of `EVERYBODY` in order: `y` may, `a` is not signed in, `f` is forbidden.
fn matrix() -> Vec<(String, &'static str)> {
    let users = "_entities(representations: [{__typename: \"User\", id: \"reader-1\"}])";
    let public = [
        "categories { edges { node { id } } }",
        "organizations { edges { node { id } } }",
        "category(slug: \"energy\") { id }",
        "codeTables { edges { node { id } } }",
        "collectionCounts { count }",
    ];
    let mut rows: Vec<(String, &str)> =
        public.iter().map(|field| (format!("{{ {field} }}"), "yyyyyyyy")).collect();
    rows.extend([
        (format!("{{ {users} {{ ... on User {{ bookmarks {{ edges {{ cursor }} }} }} }} }}"), "ayfyffay"),
        (format!("{{ {users} {{ ... on User {{ savedSearches {{ edges {{ cursor }} }} }} }} }}"), "ayfyffay"),
        ("{ ingestStatus { pending } }".into(), "afyyffaf"),
        ("{ reindexRuns { edges { cursor } } }".into(), "afyyffaf"),
        ("{ reindexRun(id: \"x\") { id } }".into(), "afyyffaf"),
    ]);
    let typename = "{ __typename }";
    let mutations = [
        ("classifyDocument(input: {documentId: \"x\"})", "afyyffaf"),
        ("deleteDocument(documentId: \"x\")", "afyyffaf"),
        ("reindex(collection: PROJECT)", "afyyffaf"),
        ("addBookmark(documentId: \"x\")", "ayyyffay"),
        ("updateBookmark(bookmarkId: \"x\")", "ayyyffay"),
        ("removeBookmark(bookmarkId: \"x\")", "ayyyffay"),
        ("saveSearch(input: {name: \"n\", replace: true, parameters: {}})", "ayyyffay"),
        ("deleteSavedSearch(savedSearchId: \"x\")", "ayyyffay"),
        ("createCategory(input: {slug: \"-\", nameKo: \"k\", nameEn: \"e\"})", "affyffaf"),
        ("updateCategory(input: {id: \"x\"})", "affyffaf"),
        ("deleteCategory(categoryId: \"x\")", "affyffaf"),
        ("createOrganization(input: {slug: \"-\", nameKo: \"k\", nameEn: \"e\", kind: \"k\"})", "affyffaf"),
        ("updateOrganization(input: {id: \"x\"})", "affyffaf"),
        ("deleteOrganization(organizationId: \"x\")", "affyffaf"),
        ("saveCodeTable(input: {name: \"-\", titleKo: \"k\", titleEn: \"e\"})", "affyffaf"),
        ("deleteCodeTable(name: \"x\")", "affyffaf"),
        ("saveCode(input: {table: \"x\", value: \"v\", labelKo: \"k\", labelEn: \"e\"})", "affyffaf"),
        ("deleteCode(table: \"x\", value: \"v\")", "affyffaf"),
    ];
    rows.extend(mutations.map(|(field, who)| (format!("mutation {{ {field} {typename} }}"), who)));
    rows
}

fn verdict(answer: &Value) -> char {
    match answer["errors"][0]["extensions"]["code"].as_str() {
        None => 'y',
        Some("UNAUTHENTICATED") => 'a',
        Some("FORBIDDEN") => 'f',
        Some(other) => panic!("{other}: {answer}"),
    }
}

#[tokio::test]
async fn everybody_may_do_exactly_what_their_role_says() {
    let world = World::new().await;
    for (query, wanted) in matrix() {
        let mut got = String::new();
        for who in EVERYBODY {
            got.push(verdict(&world.ask(who, &query, json!({})).await));
        }
        assert_eq!(got, wanted, "{query}\nin the order {EVERYBODY:?}");
    }
    let mut got = String::new();
    for (number, who) in EVERYBODY.into_iter().enumerate() {
        let variables = json!({ "key": number.to_string(), "input": document("x") });
        got.push(verdict(&world.ask(who, crate::world::INGEST, variables).await));
    }
    assert_eq!(got, "afyyfyyf", "ingestDocument in the order {EVERYBODY:?}");
}

#[tokio::test]
async fn the_matrix_names_every_root_field() {
    let public = ["organization", "codeTable", "termTrend", "topKeywords", "ingestDocument", "_service"];
    let asked: String = matrix().into_iter().map(|(query, _)| query).collect();
    let world = World::new().await;
    let query = "{ __schema { queryType { fields { name } } mutationType { fields { name } } } }";
    let data = world.data(Who::Anonymous, query, json!({})).await;
    for kind in ["queryType", "mutationType"] {
        for field in data["__schema"][kind]["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            let known = public.contains(&name)
                || asked.contains(&format!(" {name}("))
                || asked.contains(&format!(" {name} "));
            assert!(known, "{name} is not in the matrix");
        }
    }
}

#[tokio::test]
async fn nobody_sees_or_changes_what_is_another_readers() {
    let world = World::new().await;
    let (own, other) = (Who::Reader("reader-1"), Who::Reader("reader-2"));
    let id = world.ingest_new("하나").await;
    let add = "mutation ($id: ID!) { addBookmark(documentId: $id, note: \"비밀\") { ... on AddBookmarkSuccess { bookmark { id } } } }";
    let bookmark = world.data(own, add, json!({ "id": id })).await["addBookmark"]["bookmark"]["id"].clone();
    let read = "{ _entities(representations: [{__typename: \"User\", id: \"reader-1\"}]) { ... on User { id
        bookmarks { edges { node { note } } } } } }";
    let answer = world.ask(other, read, json!({})).await;
    assert_eq!(answer["data"]["_entities"], json!([{ "id": "reader-1", "bookmarks": null }]), "{answer}");
    assert!(!answer.to_string().contains("비밀"));
    for field in ["updateBookmark(bookmarkId: $id, note: \"x\")", "removeBookmark(bookmarkId: $id)"] {
        let query = format!("mutation ($id: ID!) {{ payload: {field} {{ __typename }} }}");
        let payload = world.data(other, &query, json!({ "id": bookmark })).await;
        assert_eq!(payload["payload"]["__typename"], "BookmarkNotFound");
    }
    let seen = world.data(own, read, json!({})).await;
    assert_eq!(seen["_entities"][0]["bookmarks"]["edges"], json!([{ "node": { "note": "비밀" } }]));
}
