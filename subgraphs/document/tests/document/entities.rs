//! What the gateway asks for: entities by key, the schema, and how many statements a page costs.

use crate::world::{World, documents};
use serde_json::{Value, json};

const ENTITIES: &str =
    "query($representations: [_Any!]!) { _entities(representations: $representations) { __typename
  ... on Document { id title } ... on PolicyDocument { stage } } }";

fn representation(typename: &str, id: &str) -> Value {
    json!({"__typename": typename, "id": id})
}

#[tokio::test]
async fn entities_are_found_by_the_interface_and_by_their_own_type() {
    let world = World::with(&documents(3)).await;
    world.delete("d002").await;
    let asked = [
        representation("Document", "d000"),
        representation("Document", "d001"),
        representation("PolicyDocument", "d000"),
        representation("PolicyDocument", "d001"),
        representation("ScreeningDocument", "d001"),
        representation("ProjectDocument", "d002"),
        representation("Document", "nobody"),
    ];
    let policy =
        json!({"__typename": "PolicyDocument", "id": "d000", "title": "예산안 심의 0호", "stage": "passed"});
    let screening = json!({"__typename": "ScreeningDocument", "id": "d001", "title": "Budget debate 1"});
    let expected = json!([policy, screening, policy, null, screening, null, null]);
    assert_eq!(world.data(ENTITIES, json!({"representations": asked})).await["_entities"], expected);
}

#[tokio::test]
async fn a_failure_leaves_each_entity_null_and_not_the_list() {
    let world = World::with(&documents(1)).await;
    world.stores.document_meta.close().await;
    let answer =
        world.answer(ENTITIES, json!({"representations": [representation("Document", "d000")]})).await;
    assert_eq!(answer["data"]["_entities"], json!([null]));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "STORE_UNAVAILABLE");
}

#[tokio::test]
async fn fifty_documents_cost_as_many_statements_as_five() {
    let world = World::with(&documents(60)).await;
    let fields = "__typename id title body similar(first: 2) { id title body }";
    let listed = |first: usize| {
        format!("{{ documents(first: {first}) {{ totalCount edges {{ node {{ {fields} }} }} }} }}")
    };
    let searched = |first: usize| {
        format!(
            "{{ search(text: \"예산\", first: {first}) {{ edges {{ node {{ {fields} }} highlights {{ fragment }} }} }} }}"
        )
    };
    let by_key = |first: usize| {
        let asked: Vec<String> =
            (0..first).map(|id| format!("{{__typename: \"Document\", id: \"d{id:03}\"}}")).collect();
        format!(
            "{{ _entities(representations: [{}]) {{ ... on Document {{ {fields} }} }} }}",
            asked.join(", ")
        )
    };
    let queries: [(&dyn Fn(usize) -> String, u64); 3] = [(&listed, 5), (&searched, 4), (&by_key, 4)];
    for (query, most) in queries {
        let mut costs = Vec::new();
        for first in [5, 50] {
            let before = world.stores.document_meta.statements();
            world.data(&query(first), json!({})).await;
            costs.push(world.stores.document_meta.statements() - before);
        }
        assert_eq!(costs[0], costs[1], "{}", query(5));
        assert!(costs[0] <= most, "{costs:?} for {}", query(5));
    }
}

#[test]
fn entities_have_their_keys_and_everything_says_what_it_is() {
    let sdl = document::sdl();
    for wanted in [
        "interface Document @key(fields: \"id\") {",
        "type PolicyDocument implements Document @key(fields: \"id\") {",
        "type ScreeningDocument implements Document @key(fields: \"id\") {",
        "type ProjectDocument implements Document @key(fields: \"id\") {",
        "type Category @key(fields: \"id\", resolvable: false) {",
        "type Organization @key(fields: \"id\", resolvable: false) {",
    ] {
        assert!(sdl.contains(wanted), "missing: {wanted}");
    }
    let lines: Vec<&str> = sdl.lines().map(str::trim).collect();
    let kinds = ["type ", "enum ", "input ", "interface ", "scalar "];
    let is_field = |line: &str| {
        line.split_once(&[':', '('][..]).is_some_and(|(name, _)| name.chars().all(char::is_alphanumeric))
    };
    let silent: Vec<&str> = lines
        .windows(2)
        .filter(|pair| kinds.iter().any(|kind| pair[1].starts_with(kind)) || is_field(pair[1]))
        .filter(|pair| pair[0] != "\"\"\"")
        .map(|pair| pair[1])
        .filter(|line| {
            !["type DocumentConnection", "url:", "import:"].iter().any(|known| line.starts_with(known))
        })
        .collect();
    assert!(silent.is_empty(), "without a description: {silent:?}");
}
