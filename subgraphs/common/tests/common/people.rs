//! Bookmarks and saved searches of one reader.

use serde_json::{Value, json};

use crate::world::{Who, World};

const ME: Who = Who::Reader("reader-1");

#[tokio::test]
async fn bookmarks_are_added_once_noted_paged_and_removed() {
    let world = World::new().await;
    let add = "mutation ($id: ID!) { addBookmark(documentId: $id) { __typename
        ... on AddBookmarkSuccess { bookmark { id } } ... on BookmarkExists { bookmark { id } } } }";
    let mut bookmarks = Vec::new();
    for number in 0..5 {
        let id = world.ingest_new(&format!("문서 {number}")).await;
        let first = world.data(ME, add, json!({ "id": id })).await["addBookmark"].take();
        let second = world.data(ME, add, json!({ "id": id })).await["addBookmark"].take();
        assert_eq!(
            (&first["__typename"], &second["__typename"]),
            (&json!("AddBookmarkSuccess"), &json!("BookmarkExists"))
        );
        assert_eq!(first["bookmark"], second["bookmark"]);
        bookmarks.insert(0, first["bookmark"]["id"].clone());
    }
    let missing = world.data(ME, add, json!({ "id": "none" })).await;
    assert_eq!(missing["addBookmark"]["__typename"], "DocumentNotFound");

    let update =
        "mutation ($id: ID!, $note: String) { updateBookmark(bookmarkId: $id, note: $note) { __typename
        ... on UpdateBookmarkSuccess { bookmark { note } } } }";
    let noted = world.data(ME, update, json!({ "id": bookmarks[0], "note": "다시 읽기" })).await;
    assert_eq!(noted["updateBookmark"]["bookmark"]["note"], "다시 읽기");
    let long = world.data(ME, update, json!({ "id": bookmarks[0], "note": "x".repeat(2_001) })).await;
    assert_eq!(long["updateBookmark"]["__typename"], "InvalidFields");

    assert_eq!(pages(&world, 2).await, bookmarks);
    let remove = "mutation ($id: ID!) { removeBookmark(bookmarkId: $id) { __typename } }";
    for wanted in ["RemoveBookmarkSuccess", "BookmarkNotFound"] {
        let removed = world.data(ME, remove, json!({ "id": bookmarks[1] })).await;
        assert_eq!(removed["removeBookmark"]["__typename"], wanted);
    }
    bookmarks.remove(1);
    assert_eq!(pages(&world, 3).await, bookmarks);
}

/// The ids of all bookmarks, read page by page.
async fn pages(world: &World, first: usize) -> Vec<Value> {
    let query = "query ($first: Int, $after: String) { _entities(representations: [{__typename: \"User\", id: \"reader-1\"}]) {
        ... on User { bookmarks(first: $first, after: $after) { edges { node { id } } pageInfo { endCursor hasNextPage } } } } }";
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = world.data(ME, query, json!({ "first": first, "after": after })).await;
        let page = &data["_entities"][0]["bookmarks"];
        ids.extend(page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].clone()));
        if page["pageInfo"]["hasNextPage"] == false {
            return ids;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn a_page_that_is_too_large_or_a_foreign_cursor_is_refused() {
    let world = World::new().await;
    for (arguments, code) in [
        ("first: 101", "PAGE_SIZE_TOO_LARGE"),
        ("first: -1", "PAGE_SIZE_NEGATIVE"),
        ("after: \"nonsense\"", "INVALID_CURSOR"),
    ] {
        let query =
            format!("{{ categories({arguments}) {{ edges {{ cursor }} }} collectionCounts {{ count }} }}");
        let answer = world.ask(ME, &query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
        assert_eq!(answer["errors"][0]["path"], json!(["categories"]));
        assert_eq!(
            answer["data"]["collectionCounts"].as_array().unwrap().len(),
            3,
            "the other field is answered"
        );
    }
}

#[tokio::test]
async fn a_saved_search_keeps_its_parameters_and_its_name() {
    let world = World::new().await;
    let save = "mutation ($input: SaveSearchInput!) { saveSearch(input: $input) { __typename
        ... on SaveSearchSuccess { savedSearch { id name parameters { text collections order languages keywords publishedFrom
            categoryIds categories { slug } organizations { slug } } } }
        ... on SavedSearchNameTaken { savedSearch { id } } ... on InvalidFields { problems { field } } } }";
    let parameters = json!({ "text": "탄소", "collections": ["PROJECT"], "categoryIds": ["energy", "gone"],
        "organizationIds": ["me"], "keywords": ["기후"], "publishedFrom": "2026-01-01T00:00:00Z", "order": "NEWEST" });
    let input = json!({ "name": "탄소 중립", "parameters": parameters });
    let saved = world.data(ME, save, json!({ "input": input })).await["saveSearch"]["savedSearch"].take();
    let wanted = json!({ "text": "탄소", "collections": ["PROJECT"], "order": "NEWEST", "languages": [], "keywords": ["기후"],
        "publishedFrom": "2026-01-01T00:00:00Z", "categoryIds": ["energy", "gone"], "categories": [{ "slug": "energy" }],
        "organizations": [{ "slug": "me" }] });
    assert_eq!(saved["parameters"], wanted);

    let taken = world.data(ME, save, json!({ "input": input })).await["saveSearch"].take();
    assert_eq!(
        (&taken["__typename"], &taken["savedSearch"]["id"]),
        (&json!("SavedSearchNameTaken"), &saved["id"])
    );
    let replaced = json!({ "name": "탄소 중립", "parameters": { "text": "수소" }, "replace": true });
    let replaced =
        world.data(ME, save, json!({ "input": replaced })).await["saveSearch"]["savedSearch"].take();
    assert_eq!((&replaced["id"], &replaced["parameters"]["text"]), (&saved["id"], &json!("수소")));
    let reversed = json!({ "name": "n", "parameters": { "publishedFrom": "2026-02-01T00:00:00Z", "publishedBefore": "2026-01-01T00:00:00Z" } });
    let invalid = world.data(ME, save, json!({ "input": reversed })).await;
    assert_eq!(invalid["saveSearch"]["problems"], json!([{ "field": "parameters.publishedBefore" }]));

    let delete = "mutation ($id: ID!) { deleteSavedSearch(savedSearchId: $id) { __typename } }";
    for (who, wanted) in [
        (Who::Reader("reader-2"), "SavedSearchNotFound"),
        (ME, "DeleteSavedSearchSuccess"),
        (ME, "SavedSearchNotFound"),
    ] {
        let payload = world.data(who, delete, json!({ "id": saved["id"] })).await;
        assert_eq!(payload["deleteSavedSearch"]["__typename"], wanted);
    }
}

#[tokio::test]
async fn a_query_that_goes_up_and_down_the_tree_again_and_again_is_refused_before_it_costs_anything() {
    let world = World::new().await;
    let down = |inner: &str| format!("children(first: 100) {{ edges {{ node {{ {inner} }} }} }}");
    let again = (0..4).fold("id".to_owned(), |inner, _| down(&format!("parent {{ {inner} }}")));
    let before = world.stores.common.statements();
    let answer =
        world.ask(ME, &format!("{{ categories {{ edges {{ node {{ {again} }} }} }} }}"), json!({})).await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("complex"), "{answer}");
    assert_eq!(world.stores.common.statements(), before);
    let twice =
        format!("{{ categories(first: 100) {{ edges {{ node {{ id {} }} }} }} }}", down("id slug name"));
    world.data(ME, &twice, json!({})).await;
}
