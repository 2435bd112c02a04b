//! `@defer`: an answer in parts, in both formats; put together, it is the whole answer.

use gateway::engine::{Engine, Limits};
use gateway::execution::PartsFormat::{self, Defer20220824, Incremental02};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::harness::case::Bench;
use crate::harness::deferring::defer;
use crate::harness::merging::parts;
use crate::harness::operations::{Writer, Written};
use crate::harness::script::{Reply, Script, ok};
use crate::harness::supergraph;
use crate::harness::world::Rates;
use crate::oracle::SUBGRAPHS as SHOP;

const SUBGRAPHS: [(&str, &str); 3] = [
    (
        "items",
        r#"type Query { items: [Item!] first: Item } type Item @key(fields: "id") { id: ID! name: String dims: Dims } type Dims { size: Int maker: Maker } type Maker @key(fields: "id") { id: ID! }"#,
    ),
    ("stock", r#"type Item @key(fields: "id") { id: ID! count: Int sure: Int! }"#),
    ("makers", r#"type Maker @key(fields: "id") { id: ID! title: String sure: Int! }"#),
];

async fn sequence(query: &str, format: PartsFormat, replies: &[(&str, Reply)]) -> Vec<Value> {
    let supergraph = supergraph(&SUBGRAPHS);
    let engine = Engine::new(supergraph.clone(), Script::new(&supergraph, replies), Limits::default());
    parts(&engine, &Written { text: query.to_string(), variables: json!({}) }, format).await
}

fn entities(list: Value) -> Reply {
    ok(json!({ "data": { "_entities": list } }))
}

#[tokio::test]
async fn every_place_of_a_fragment_is_delivered_with_its_path_and_label() {
    let query = r#"{ items { name ... @defer(label: "stock") { id count } } }"#;
    let items = json!({"data": {"items": [{"name": "a", "id": "1"}, {"name": "b", "id": "2"}]}});
    let replies = [("items", ok(items)), ("stock", entities(json!([{"count": 1}, {"count": 2}])))];
    let first = json!({"items": [{"name": "a"}, {"name": "b"}]});
    let place = |index: u8| json!({"path": ["items", index], "label": "stock"});
    let with = |mut object: Value, more: Value| {
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let data = |index: u8| json!({"data": {"id": index.to_string(), "count": index}});
    assert_eq!(
        sequence(query, Defer20220824, &replies).await,
        [
            json!({"data": first, "hasNext": true}),
            json!({"incremental": [with(data(1), place(0)), with(data(2), place(1))], "hasNext": false}),
        ]
    );
    assert_eq!(
        sequence(query, Incremental02, &replies).await,
        [
            json!({"data": first, "pending": [with(json!({"id": "0"}), place(0)), with(json!({"id": "1"}), place(1))], "hasNext": true}),
            json!({
                "incremental": [with(data(1), json!({"id": "0"})), with(data(2), json!({"id": "1"}))],
                "completed": [{"id": "0"}, {"id": "1"}], "hasNext": false
            }),
        ]
    );
}

#[tokio::test]
async fn what_the_client_has_comes_again_only_in_the_older_format() {
    let query = "{ first { dims { size } ... @defer { name dims { size maker { title } } } } }";
    let dims = json!({"size": 1, "maker": {"id": "m"}});
    let first = json!({"data": {"first": {"dims": dims, "id": "1"}}});
    let replies = [
        ("items", ok(first)),
        ("items", entities(json!([{"name": "a"}]))),
        ("makers", entities(json!([{"title": "t"}]))),
    ];
    let older = sequence(query, Defer20220824, &replies).await;
    assert_eq!(older[0]["data"], json!({"first": {"dims": {"size": 1}}}));
    assert_eq!(
        older[1]["incremental"][0]["data"],
        json!({"name": "a", "dims": {"size": 1, "maker": {"title": "t"}}})
    );
    let newer = sequence(query, Incremental02, &replies).await;
    assert_eq!(
        newer[1]["incremental"],
        json!([{"id": "0", "data": {"name": "a"}}, {"id": "0", "subPath": ["dims"], "data": {"maker": {"title": "t"}}}])
    );
}

#[tokio::test]
async fn null_stops_at_the_deferred_fragment_and_its_error_comes_with_it() {
    let query = "{ first { name ... @defer { count sure } } }";
    let first = json!({"data": {"first": {"name": "a", "id": "1"}}});
    let replies = [("items", ok(first)), ("stock", entities(json!([{"count": 1, "sure": null}])))];
    let error = json!([{"message": "Cannot return null for non-nullable field sure.", "path": ["first", "sure"],
        "extensions": {"code": "NULL_IN_NON_NULLABLE_FIELD"}}]);
    let data = json!({"first": {"name": "a"}});
    let older = sequence(query, Defer20220824, &replies).await;
    assert_eq!(older[0], json!({"data": data, "hasNext": true}));
    let entry = json!({"data": null, "path": ["first"], "errors": error});
    assert_eq!(older[1], json!({"incremental": [entry], "hasNext": false}));
    let newer = sequence(query, Incremental02, &replies).await;
    assert_eq!(newer[0], json!({"data": data, "pending": [{"id": "0", "path": ["first"]}], "hasNext": true}));
    assert_eq!(newer[1], json!({"completed": [{"id": "0", "errors": error}], "hasNext": false}));
}

#[tokio::test]
async fn null_in_one_fragment_takes_nothing_from_another_that_shares_the_field() {
    let first =
        json!({"data": {"first": {"name": "n", "id": "1", "dims": {"size": 3, "maker": {"id": "m"}}}}});
    let makers = || entities(json!([{"sure": null, "title": "t"}]));
    let items = || entities(json!([{"dims": {"size": 3, "maker": {"id": "m"}}}]));
    let replies = [
        ("items", ok(first)),
        ("items", items()),
        ("items", items()),
        ("makers", makers()),
        ("makers", makers()),
    ];
    let failing = r#"... @defer(label: "failing") { dims { size maker { sure } } }"#;
    let fine = r#"... @defer(label: "fine") { dims { maker { title } } }"#;
    let all = |parts: &[Value], key: &str| -> Vec<Value> {
        parts.iter().flat_map(|part| part[key].as_array().cloned().unwrap_or_default()).collect()
    };
    // Whichever is delivered first.
    for (one, two) in [(failing, fine), (fine, failing)] {
        let query = format!("{{ first {{ name {one} {two} }} }}");
        // The newer format executes `dims { maker }` once for both: what fails is the one fragment, nothing shared.
        let newer = sequence(&query, Incremental02, &replies).await;
        let id = |label: &str| {
            let pending = all(&newer, "pending");
            pending.iter().find(|one| one["label"] == label).unwrap()["id"].clone()
        };
        let error = json!([{"message": "Cannot return null for non-nullable field sure.", "path": ["first", "dims", "maker", "sure"],
            "extensions": {"code": "NULL_IN_NON_NULLABLE_FIELD"}}]);
        let completed = all(&newer, "completed");
        assert!(completed.contains(&json!({"id": id("failing"), "errors": error})), "{newer:?}");
        assert!(completed.contains(&json!({"id": id("fine")})), "{newer:?}");
        let whole = json!([{"id": id("fine"), "data": {"dims": {"maker": {"title": "t"}}}}]);
        assert_eq!(json!(all(&newer, "incremental")), whole, "{newer:?}");
        // In the older one each is executed by itself.
        let older = sequence(&query, Defer20220824, &replies).await;
        let incremental = all(&older, "incremental");
        let of = |label: &str| incremental.iter().find(|one| one["label"] == label).unwrap()["data"].clone();
        assert_eq!(of("failing"), json!({"dims": {"size": 3, "maker": null}}), "{older:?}");
        assert_eq!(of("fine"), json!({"dims": {"maker": {"title": "t"}}}), "{older:?}");
    }
}

#[tokio::test]
async fn an_error_comes_with_the_part_that_its_field_is_in() {
    // `size` cannot be fetched apart: it fails in the first fetch and is told later all the same.
    let query = r#"{ first { name dims { ... @defer(label: "dims") { size } } ... @defer(label: "stock") { count } } }"#;
    let first = json!({
        "data": {"first": {"name": null, "id": "1", "dims": {"size": null}}},
        "errors": [{"message": "no size", "path": ["first", "dims", "size"]}, {"message": "no name", "path": ["first", "name"]}]
    });
    for format in [Defer20220824, Incremental02] {
        let replies = [("items", ok(&first)), ("stock", Reply::Fails("SUBGRAPH_UNREACHABLE"))];
        let sequence = sequence(query, format, &replies).await;
        let told = |part: &Value| part.to_string().matches("\"message\"").count();
        assert_eq!(sequence.len(), 3, "{sequence:?}");
        assert_eq!(sequence[0]["errors"][0]["message"], "no name");
        assert_eq!(sequence[1]["incremental"][0]["errors"][0]["message"], "no size", "{sequence:?}");
        let last = &sequence[2]["incremental"][0];
        assert_eq!(
            (&last["data"], &last["errors"][0]["path"]),
            (&json!({"count": null}), &json!(["first", "count"]))
        );
        assert_eq!(sequence.iter().map(told).collect::<Vec<_>>(), [1, 1, 1], "{sequence:?}");
    }
}

#[tokio::test]
async fn nothing_follows_where_nothing_is_deferred() {
    for query in [
        "{ first { name ... @defer { name } } }",
        "{ first { name ... @defer(if: false) { count } } }",
        "{ first { name } }",
    ] {
        let first = json!({"data": {"first": {"name": null, "id": "1"}}});
        let replies = [("items", ok(first)), ("stock", entities(json!([{"count": 1}])))];
        let sequence = sequence(query, Incremental02, &replies).await;
        assert_eq!((sequence.len(), sequence[0].get("hasNext")), (1, None), "{query}: {sequence:?}");
    }
    // Nothing to defer on: its fetch is not even sent.
    let replies = [("items", ok(json!({"data": {"first": null}})))];
    let sequence = sequence("{ first { name ... @defer { count } } }", Incremental02, &replies).await;
    assert_eq!(sequence, [json!({"data": {"first": null}})]);
}

#[tokio::test]
async fn random_answers_in_parts_are_the_whole_answer_when_put_together() {
    let bench = Bench::compose(&SHOP.map(|(name, sdl)| (name.to_string(), sdl.to_string()))).unwrap();
    let (mut random, mut compared, mut in_parts) = (ChaCha8Rng::seed_from_u64(5), 0, 0);
    for number in 0..300u64 {
        // What a required field is computed from must not be spoilt: other fields beside it must not lie here.
        let rates = Rates { null: if number % 2 == 0 { 0.0 } else { 0.2 }, ..Rates::default() };
        let operation = Writer::write(bench.supergraph.api_schema(), &mut random);
        let operation = defer(&operation, &mut random);
        if !bench.is_valid(&operation) || !operation.text.contains("@defer") {
            continue;
        }
        compared += 1;
        let found = bench.difference(bench.world(500 + number, rates), &operation).await;
        assert!(found.is_none(), "{number}: {}\n{}\n{}", operation.text, operation.variables, found.unwrap());
        in_parts += usize::from(parts(&bench.engine, &operation, Incremental02).await.len() > 1);
    }
    assert!(compared > 100 && in_parts > 50, "{compared} compared, {in_parts} in parts");
}

/// Users give their accounts a name, and a share of requests has moved.
const MOVING: [(&str, &str); 2] = [
    (
        "accounts",
        r#"
        type Query { users: [User!] first: User }
        type User @key(fields: "id") @context(name: "user") { id: ID! name: String mail: String account: Account friends: [User!] }
        type Account @key(fields: "id") { id: ID! label(of: String @fromContext(field: "$user { name }")): String parent: Account }
        "#,
    ),
    (
        "people",
        r#"
        type User @key(fields: "id") { id: ID! mail: String @override(from: "accounts", label: "percent(50)") age: Int }
        "#,
    ),
];

#[tokio::test]
async fn what_contexts_give_and_what_labels_move_is_also_right_in_deferred_fragments() {
    let subgraphs = MOVING.map(|(name, sdl)| (name.to_string(), sdl.to_string()));
    let bench = Bench::compose(&subgraphs).map_err(|codes| codes.join("\n")).unwrap();
    let queries = [
        // The setter in the first part, the taker in a later one, and the other way about.
        "{ users { id ... @defer { account { label } } } }",
        "{ users { account { id ... @defer { label parent { label } } } } }",
        "{ users { ... @defer { name } account { label } } }",
        "{ users { name ... @defer { account { l: label } friends { account { l: label } } } account { l: label } } }",
        "{ ... @defer { users { ... @defer { account { ... @defer { label } } } } } first { account { label } } }",
        // Labels, in a part of their own and in two.
        "{ users { name ... @defer { mail } } }",
        "{ users { mail ... @defer { age mail friends { mail } } } }",
        "{ first { ... @defer { mail } ... @defer { m: mail age } } }",
        "{ first { ... @defer { mail account { label } friends { mail ... @defer { account { label } } } } } }",
    ];
    let mut in_parts = std::collections::BTreeSet::new();
    for seed in 0..16 {
        for text in queries {
            let operation = Written { text: text.to_string(), variables: json!({}) };
            assert!(bench.is_valid(&operation), "{text}: {:?}", bench.invalid(&operation));
            let null = if seed % 2 == 0 { 0.0 } else { 0.2 };
            let found =
                bench.difference(bench.world(seed, Rates { null, ..Rates::default() }), &operation).await;
            assert!(found.is_none(), "seed {seed}: {text}\n{}", found.unwrap());
            in_parts.extend(bench.features(&operation).contains("parts, several").then_some(text));
        }
    }
    let whole: Vec<_> = queries.iter().filter(|text| !in_parts.contains(*text)).collect();
    assert!(whole.is_empty(), "never in parts: {whole:?}");
}

#[tokio::test]
async fn an_error_is_told_also_where_the_subgraphs_null_has_reached_beyond_the_fragment() {
    let subgraphs = [("a", "type Query { rows: [Row] } type Row { sure: [Int!]! name: String }")];
    let error = json!({"message": "null is forbidden", "path": ["rows", 0, "sure", 0]});
    for rows in [json!([null]), json!([null, {"sure": [1]}])] {
        for format in [Defer20220824, Incremental02] {
            let supergraph = supergraph(&subgraphs);
            let reply = ok(json!({"data": {"rows": rows}, "errors": [error]}));
            let transport = Script::new(&supergraph, &[("a", reply)]);
            let engine = Engine::new(supergraph, transport, Limits::default());
            let query = "{ rows { ... @defer { sure } } }".to_owned();
            let told = parts(&engine, &Written { text: query, variables: json!({}) }, format).await;
            let told = json!(told).to_string();
            assert_eq!(told.matches("[\"rows\",0,\"sure\",0]").count(), 1, "{told}");
        }
    }
}
