//! Who may do what: every root field by role.

use serde_json::{Value, json};
use service::Role;

use crate::world::World;

/// What a call comes to.
fn outcome(answer: &Value) -> String {
    match answer["errors"][0]["extensions"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None => "ok".to_owned(),
    }
}

#[tokio::test]
async fn every_root_field_is_for_operators_and_administrators() {
    let world = World::new().await;
    let fields = [
        "{ crawlSource(id: \"x\") { id } }",
        "{ crawlSources { edges { node { id } } } }",
        "{ crawlRun(id: \"x\") { id } }",
        "{ crawlRuns { edges { node { id } } } }",
        "{ crawlItem(id: \"x\") { id } }",
        "{ nasFile(id: \"x\") { id } }",
        "{ nasFiles { edges { node { id } } } }",
        "{ nasRecycleBin { edges { node { id } } } }",
        "{ nasUsage { files } }",
        "mutation { createCrawlSource(input: { name: \"x\", startUrl: \"https://a.kr/\", collection: PROJECT }) { __typename } }",
        "mutation { updateCrawlSource(id: \"x\", input: {}) { __typename } }",
        "mutation { startCrawl(sourceId: \"x\", idempotencyKey: \"k\") { __typename } }",
        "mutation { cancelCrawl(runId: \"x\") { __typename } }",
        "mutation { retryCrawl(runId: \"x\") { __typename } }",
        "mutation { createFolder(name: \"x\") { __typename } }",
        "mutation { moveNasFile(id: \"x\", to: {}) { __typename } }",
        "mutation { deleteNasFile(id: \"x\") { __typename } }",
        "mutation { restoreNasFile(id: \"x\") { __typename } }",
        "mutation { emptyRecycleBin { removed } }",
        "mutation { createUpload(input: { name: \"x\" }) { __typename } }",
        "mutation { completeUpload(id: \"x\", sha256: \"x\") { __typename } }",
    ];
    let roles = [
        (None, "UNAUTHENTICATED"),
        (Some(Role::Reader), "FORBIDDEN"),
        (Some(Role::Service), "FORBIDDEN"),
        (Some(Role::Operator), "ok"),
        (Some(Role::Administrator), "ok"),
    ];
    for field in fields {
        for (role, expected) in roles {
            let answer = world.ask_as(role, field, json!({})).await;
            assert_eq!(outcome(&answer), expected, "{role:?} {field}\n{answer:#}");
        }
    }
    let introspection = world
        .ask("{ __schema { queryType { fields { name } } mutationType { fields { name } } } }", json!({}))
        .await;
    let count = |name: &str| introspection["__schema"][name]["fields"].as_array().unwrap().len();
    assert_eq!(
        count("queryType") + count("mutationType"),
        fields.len() + 2,
        "a new root field is missing above"
    );
}

#[tokio::test]
async fn originals_are_for_readers_and_the_rest_of_a_file_for_operators() {
    let world = World::new().await;
    crate::entities::seed(&world, 2).await;
    let query = "query($r: [_Any!]!, $parts: Boolean!) { _entities(representations: $r) { ... on Document { originalFile { name downloadUrl \
        folder @include(if: $parts) { name } createdBy @include(if: $parts) { id } children @include(if: $parts) { edges { cursor } } } } } }";
    let documents = json!([{ "__typename": "Document", "id": "document-0" }]);
    for (role, plain, parts) in [
        (None, "UNAUTHENTICATED", "UNAUTHENTICATED"),
        (Some(Role::Reader), "ok", "FORBIDDEN"),
        (Some(Role::Operator), "ok", "ok"),
    ] {
        let answer = world.ask_as(role, query, json!({ "r": documents, "parts": false })).await;
        assert_eq!(outcome(&answer), plain, "{role:?}");
        let answer = world.ask_as(role, query, json!({ "r": documents, "parts": true })).await;
        assert_eq!(outcome(&answer), parts, "{role:?}");
        let file = &answer["data"]["_entities"][0]["originalFile"];
        assert_eq!(
            file["name"].is_string(),
            role.is_some(),
            "what is forbidden takes nothing else away: {answer:#}"
        );
    }
    let item =
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on Document { crawlItem { url } } } }";
    let answer = world.ask_as(Some(Role::Reader), item, json!({ "r": documents })).await;
    assert_eq!(outcome(&answer), "FORBIDDEN");
    assert_eq!(answer["data"]["_entities"][0], json!({ "crawlItem": null }));
}

#[tokio::test]
async fn only_administrators_open_private_hosts() {
    let world = World::new().await;
    let create = "mutation($input: CrawlSourceInput!) { createCrawlSource(input: $input) { __typename ... on CrawlSourceSaved { source { id allowPrivateHosts } } } }";
    let input = json!({ "name": "x", "startUrl": "http://127.0.0.1:9/", "collection": "PROJECT", "allowPrivateHosts": true });
    let refused = world.ask_as(Some(Role::Operator), create, json!({ "input": input })).await;
    assert_eq!(refused["data"]["createCrawlSource"]["__typename"], "PrivateHostsNotAllowed");
    let made = world.ask_as(Some(Role::Administrator), create, json!({ "input": input })).await;
    let id = made["data"]["createCrawlSource"]["source"]["id"].as_str().unwrap_or_else(|| panic!("{made:#}"));
    let update = "mutation($id: ID!, $input: CrawlSourceInput!) { updateCrawlSource(id: $id, input: $input) { __typename } }";
    for (role, input, expected) in [
        (Role::Operator, json!({ "name": "y" }), "CrawlSourceSaved"),
        (Role::Operator, json!({ "startUrl": "http://10.0.0.1/" }), "PrivateHostsNotAllowed"),
        (Role::Operator, json!({ "allowPrivateHosts": false }), "CrawlSourceSaved"),
        (Role::Operator, json!({ "allowPrivateHosts": true }), "PrivateHostsNotAllowed"),
        (Role::Administrator, json!({ "allowPrivateHosts": true }), "CrawlSourceSaved"),
    ] {
        let answer = world.ask_as(Some(role), update, json!({ "id": id, "input": input })).await;
        assert_eq!(answer["data"]["updateCrawlSource"]["__typename"], expected, "{role:?} {input}");
    }
}

#[tokio::test]
async fn wrong_sources_are_refused_with_the_field() {
    let world = World::new().await;
    let create = "mutation($input: CrawlSourceInput!) { createCrawlSource(input: $input) { __typename ... on InvalidCrawlSource { field } } }";
    let good = json!({ "name": "x", "startUrl": "https://a.kr/b/", "collection": "POLITICA" });
    for (change, field) in [
        (json!({ "name": "  " }), "name"),
        (json!({ "name": "a\u{0}" }), "name"),
        (json!({ "collection": null }), "collection"),
        (json!({ "startUrl": "ftp://a.kr/" }), "startUrl"),
        (json!({ "startUrl": "file:///etc/passwd" }), "startUrl"),
        (json!({ "startUrl": "/b" }), "startUrl"),
        (json!({ "startUrl": "https://u:p@a.kr/" }), "startUrl"),
        (json!({ "urlPrefix": "https://other.kr/" }), "urlPrefix"),
        (json!({ "maxPages": 0 }), "maxPages"),
        (json!({ "maxPages": 100_001 }), "maxPages"),
        (json!({ "maxDepth": -1 }), "maxDepth"),
        (json!({ "delayMs": 60_001 }), "delayMs"),
        (json!({ "maxBytes": 1_000 }), "maxBytes"),
        (json!({ "intervalSeconds": 59 }), "intervalSeconds"),
    ] {
        let mut input = good.clone();
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let data = world.ask(create, json!({ "input": input })).await;
        assert_eq!(data["createCrawlSource"]["field"], field, "{input}");
    }
    assert_eq!(
        world.ask(create, json!({ "input": good })).await["createCrawlSource"]["__typename"],
        "CrawlSourceSaved"
    );
}
