//! `@context` and `@fromContext`: values that objects above give, against one executor that sees all of them.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::harness::case::Bench;
use crate::harness::operations::{Writer, Written};
use crate::harness::script::{Script, ok};
use crate::harness::world::Rates;
use crate::harness::{answer, supergraph};
use gateway::engine::{Engine, Limits};

/// Accounts show values of the user, company or node above them; another subgraph has more of all of these.
const SUBGRAPHS: [(&str, &str); 2] = [
    (
        "accounts",
        r#"
        type Query { users: [User!]! company: Company nodes: [Node!]! owned: [Owned!]! }
        interface Node @context(name: "node") { id: ID! account: Account }
        union Owned = User | Company
        type User implements Node @key(fields: "id") @context(name: "user") {
            id: ID! name: String! nick: String @external address: Address account: Account @shareable accounts: [[Account!]!] friends: [User!]
        }
        type Company implements Node @key(fields: "id") @context(name: "user") {
            id: ID! title: String users: [User!] account: Account address: Address tags: [String!]!
        }
        type Address { city: String }
        type Account @key(fields: "id") {
            id: ID!
            plain: String
            label(of: String @fromContext(field: "$user ... on User { name } ... on Company { title }")): String
            both(of: String @fromContext(field: "$user { address { city } }"), node: ID @fromContext(field: "$node { id }"), x: Int): String
            called(nick: String @fromContext(field: "$user ... on User { nick } ... on Company { title }")): String
            parent: Account
        }
        "#,
    ),
    (
        "people",
        r#"
        type Query { first: User }
        type User @key(fields: "id") @context(name: "owner") { id: ID! nick: String best: User account: Account @shareable }
        type Company @key(fields: "id") @context(name: "owner") { id: ID! nick: String }
        type Account @key(fields: "id") { id: ID! owned(by: String @fromContext(field: "$owner { nick }")): String }
        "#,
    ),
];

const OPERATIONS: [&str; 12] = [
    // What no context is needed for comes, too, when what it is needed for is left out.
    "query($a: Boolean! = false) { first { account { id plain label @include(if: $a) } } }",
    "query($a: Boolean! = false) { first { best { account { p: plain both(x: 1) @skip(if: $a) owned @include(if: $a) } } } }",
    "{ users { account { label } } }",
    "{ users { name accounts { id a: label b: label both(x: 1) } } }",
    "{ company { account { label both } users { account { label } friends { account { label called } } } } }",
    "{ nodes { account { label both(x: 2) owned } } }",
    "{ nodes { ... on User { x: account { label } } ... on Company { y: account { called } } } }",
    "{ owned { ... on User { account { parent { parent { label both } } } } ... on Company { users { account { owned } } } } }",
    "query($a: Boolean! = false) { users { account { label @include(if: $a) plain } } first { best { account { owned label } } } }",
    "query($contextualArgument: Int) { users { account { both(x: $contextualArgument) parent { both(x: 0) } } } }",
    "query($a: Boolean! = false, $b: Boolean! = true) { users { account { label @include(if: $a) called @include(if: $b) } } }",
    "{ users { friends { friends { account { called owned label } } } } }",
];

fn bench() -> Bench {
    let subgraphs = SUBGRAPHS.map(|(name, sdl)| (name.to_string(), sdl.to_string()));
    Bench::compose(&subgraphs).map_err(|codes| codes.join("\n")).unwrap()
}

#[tokio::test]
async fn arguments_have_what_the_nearest_object_above_gives() {
    let bench = bench();
    for seed in 0..12 {
        for text in OPERATIONS {
            let null = if seed % 2 == 0 { 0.0 } else { 0.2 };
            let world = bench.world(seed, Rates { null, ..Rates::default() });
            let operation = Written { text: text.to_string(), variables: json!({ "a": seed % 3 == 0 }) };
            assert!(bench.is_valid(&operation), "{:?}", bench.invalid(&operation));
            let found = bench.difference(world, &operation).await;
            assert!(found.is_none(), "seed {seed}: {text}\n{}", found.unwrap());
        }
    }
}

#[tokio::test]
async fn so_they_have_in_random_operations() {
    let bench = bench();
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut compared = 0;
    for number in 0..300 {
        let null = if number % 2 == 0 { 0.0 } else { 0.2 };
        let error = if number % 5 == 0 { 0.1 } else { 0.0 };
        let world = bench.world(number, Rates { null, lie: 0.0, error });
        let operation = Writer::write(bench.supergraph.api_schema(), &mut random);
        if bench.is_valid(&operation) {
            compared += 1;
            let found = bench.difference(world, &operation).await;
            assert!(found.is_none(), "{number}: {}\n{}", operation.text, found.unwrap());
        }
    }
    assert!(compared > 150, "only {compared} operations were valid");
}

const TWO: [(&str, &str); 1] = [(
    "a",
    r#"
    type Query { users: [User!]! }
    type User @key(fields: "id") @context(name: "user") { id: ID! name: String! account: Account }
    type Account @key(fields: "id") { id: ID! label(of: String @fromContext(field: "$user { name }")): String }
    "#,
)];

/// What the second request holds, and the answer.
async fn asked(users: &str, accounts: &str) -> (Value, Value) {
    let supergraph = supergraph(&TWO);
    let script = Script::new(&supergraph, &[("a", ok(users)), ("a", ok(accounts))]);
    let engine = Engine::new(supergraph, script.clone(), Limits::default());
    let answered = answer(&engine, "{ users { account { label } } }", json!({})).await;
    let asked = script.asked.lock().unwrap();
    (asked.get(1).map(|(_, body)| body.clone()).unwrap_or_default(), answered)
}

fn users(of: &[(&str, &str)]) -> String {
    let all = of.iter().map(|(name, account)| {
        json!({ "__typename": "User", "name": name, "account": { "__typename": "Account", "id": account } })
    });
    json!({ "data": { "users": all.collect::<Vec<_>>() } }).to_string()
}

#[tokio::test]
async fn entities_with_equal_values_go_in_one_list_and_others_in_one_of_their_own() {
    let people = users(&[("ann", "1"), ("bob", "1"), ("ann", "1"), ("ann", "2")]);
    let answers =
        r#"{"data":{"_entities":[{"label":"ann 1"},{"label":"ann 2"}],"_entities__1":[{"label":"bob 1"}]}}"#;
    let (body, answered) = asked(&people, answers).await;
    let query = "query($representations:[_Any!]!,$contextualArgument_a_0:String,$representations__1:[_Any!]!,\
        $contextualArgument_a_0__1:String){_entities(representations:$representations)\
        {...on Account{label(of:$contextualArgument_a_0)}}_entities__1:_entities(representations:$representations__1)\
        {...on Account{label(of:$contextualArgument_a_0__1)}}}";
    assert_eq!(body["query"], query);
    let account = |id: &str| json!({ "__typename": "Account", "id": id });
    let variables = json!({
        "representations": [account("1"), account("2")],
        "contextualArgument_a_0": "ann",
        "representations__1": [account("1")],
        "contextualArgument_a_0__1": "bob",
    });
    assert_eq!(body["variables"], variables);
    let labels: Vec<&str> = answered["data"]["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["account"]["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["ann 1", "bob 1", "ann 1", "ann 2"]);
}

#[tokio::test]
async fn errors_of_a_list_reach_its_own_entities() {
    let people = users(&[("ann", "1"), ("bob", "2"), ("ann", "3")]);
    let answers = r#"{"data":{"_entities":[{"label":"x"},{"label":"y"}],"_entities__1":[{"label":null}]},
        "errors":[{"message":"no label","path":["_entities__1",0,"label"]}]}"#;
    let (_, answered) = asked(&people, answers).await;
    assert_eq!(answered["errors"].as_array().unwrap().len(), 1, "{answered}");
    assert_eq!(answered["errors"][0]["path"], json!(["users", 1, "account", "label"]));
    assert_eq!(answered["data"]["users"][2]["account"]["label"], "y");
}

#[tokio::test]
async fn a_value_that_failed_is_not_replaced_by_null() {
    let people = r#"{"data":{"users":[{"__typename":"User","name":"ann","account":{"__typename":"Account","id":"1"}},
        {"__typename":"User","account":{"__typename":"Account","id":"2"}}]},"errors":[{"message":"no name","path":["users",1,"name"]}]}"#;
    let (body, answered) = asked(people, r#"{"data":{"_entities":[{"label":"x"}]}}"#).await;
    assert_eq!(body["variables"]["representations"].as_array().unwrap().len(), 1, "{body}");
    assert_eq!(answered["data"]["users"][1]["account"]["label"], Value::Null);
    assert_eq!(answered["errors"].as_array().unwrap().len(), 1, "{answered}");
}

/// Teams set the context, and of their members the users.
const TEAMS: [(&str, &str); 2] = [
    (
        "a",
        r#"
        type Query { teams: [Team!] }
        interface Member { account: Account }
        type Team @key(fields: "id") @context(name: "named") { id: ID! name: String members: [Member] lead: Lead }
        type User implements Member @key(fields: "id") @context(name: "named") { id: ID! name: String account: Account }
        type Bot implements Member @key(fields: "id") { id: ID! account: Account }
        type Lead @key(fields: "id") { id: ID! }
        type Account @key(fields: "id") { id: ID! label(of: String @fromContext(field: "$named { name }")): String }
        "#,
    ),
    (
        "b",
        r#"type Lead @key(fields: "id") { id: ID! desk: Account } type Account @key(fields: "id") { id: ID! }"#,
    ),
];

/// What the last request gives as values, by the accounts that it asks for, and the answer.
async fn given(query: &str, replies: &[(&str, Value)]) -> (Vec<(Value, Value)>, Value) {
    let supergraph = supergraph(&TEAMS);
    let replies: Vec<_> =
        replies.iter().map(|(subgraph, data)| (*subgraph, ok(json!({ "data": data })))).collect();
    let script = Script::new(&supergraph, &replies);
    let answered =
        answer(&Engine::new(supergraph, script.clone(), Limits::default()), query, json!({})).await;
    let asked = script.asked.lock().unwrap();
    let variables = &asked.last().unwrap().1["variables"];
    let given = |group: &str| {
        let account = &variables[format!("representations{group}")][0]["id"];
        (account.clone(), variables[format!("contextualArgument_a_0{group}")].clone())
    };
    (vec![given(""), given("__1")], answered)
}

#[tokio::test]
async fn a_type_that_sets_no_context_has_what_is_further_up_and_one_that_does_its_own() {
    let account = |id: &str| json!({ "__typename": "Account", "id": id });
    let members = json!([
        { "__typename": "User", "name": "ann", "account": account("1") },
        { "__typename": "Bot", "account": account("2") },
    ]);
    let teams = json!({ "teams": [{ "__typename": "Team", "name": "red", "members": members }] });
    let labels = json!({ "_entities": [{ "label": "x" }], "_entities__1": [{ "label": "y" }] });
    let query = "{ teams { members { account { label } } } }";
    let (given, answered) = given(query, &[("a", teams), ("a", labels)]).await;
    assert_eq!(given, [(json!("1"), json!("ann")), (json!("2"), json!("red"))], "{answered}");
}

#[tokio::test]
async fn an_entity_that_was_met_twice_has_what_is_above_it_each_time() {
    let team = |name: &str| json!({ "__typename": "Team", "name": name, "lead": { "__typename": "Lead", "id": "7" } });
    let teams = json!({ "teams": [team("red"), team("blue")] });
    let desks = json!({ "_entities": [{ "desk": { "__typename": "Account", "id": "1" } }] });
    let labels = json!({ "_entities": [{ "label": "of red" }], "_entities__1": [{ "label": "of blue" }] });
    let query = "{ teams { lead { desk { label } } } }";
    let (given, answered) = given(query, &[("a", teams), ("b", desks), ("a", labels)]).await;
    assert_eq!(given, [(json!("1"), json!("red")), (json!("1"), json!("blue"))], "{answered}");
    let desk = |label: &str| json!({ "lead": { "desk": { "label": label } } });
    assert_eq!(answered["data"]["teams"], json!([desk("of red"), desk("of blue")]));
}
