//! Entities across subgraphs: representations, deduplication, order, paths, merging, guards, mutations.

use serde_json::{Value, json};

use crate::harness::script::{Reply, Script, ok};
use crate::harness::{answer, engine_with_plan, supergraph};
use gateway::engine::Limits;

const PRODUCTS: &str = r#"
    type Query { top: [Product!]! product: Product node: Node  nodes: [Node] grid: [[Product]] }
    type Mutation { rename(name: String): Product }
    interface Node { id: ID! }
    type Product implements Node @key(fields: "id") { id: ID! name: String price: Int @shareable  maker: Maker @shareable  parts: [Part] @shareable }
    type Book implements Node @key(fields: "id") { id: ID! title: String }
    type Maker @shareable { city: String  country: String }
    type Part @shareable { no: Int  weight: Int }
"#;
const STOCK: &str = r#"
    type Query { any: Int }
    type Mutation { refill(id: ID, by: Int): Int }
    type Product @key(fields: "id") { id: ID! price: Int @external  inStock: Boolean  cost: Int @requires(fields: "price")  similar: [Product!]  maker: Maker @shareable parts: [Part] @shareable }
    type Book @key(fields: "id") { id: ID! lent: Boolean }
    type Maker @shareable { city: String  country: String }
    type Part @shareable { no: Int  weight: Int }
"#;
const SUBGRAPHS: [(&str, &str); 2] = [("products", PRODUCTS), ("stock", STOCK)];

struct Case {
    fact: &'static str,
    query: &'static str,
    variables: Value,
    plan: &'static [&'static str],
    replies: Vec<(&'static str, Reply)>,
    /// The variables that `stock` must get, request by request.
    stock_gets: Vec<Value>,
    answer: Value,
}

fn representations(of: &[&str]) -> Value {
    json!({ "representations": of.iter().map(|id| json!({"__typename": "Product", "id": id})).collect::<Vec<_>>() })
}

#[tokio::test]
async fn every_case() {
    for case in cases() {
        let script = Script::new(&supergraph(&SUBGRAPHS), &case.replies);
        let engine = engine_with_plan(&SUBGRAPHS, case.plan, script.clone(), Limits::default());
        let answered = answer(&engine, case.query, case.variables).await;
        assert_eq!(answered, case.answer, "{}", case.fact);
        assert_eq!(script.variables("stock"), case.stock_gets, "{}", case.fact);
    }
}

const TOP_AND_STOCK: &[&str] = &[
    "products : { top { __typename id name } }",
    "stock after 0 at top send Product(id!) : { ... on Product { inStock } }",
];

fn cases() -> Vec<Case> {
    let mut cases = representation_cases();
    cases.extend(key_cases());
    cases.extend(merging_cases());
    cases.extend(operation_cases());
    cases
}

fn representation_cases() -> Vec<Case> {
    vec![
        Case {
            fact: "equal representations are sent once and their answer reaches every object",
            query: "{ top { n: name inStock } }",
            variables: json!({}),
            plan: &[
                "products : { top { id n: name } }",
                "stock after 0 at top send Product(id!) : { ... on Product { inStock } }",
            ],
            replies: vec![
                (
                    "products",
                    ok(r#"{"data":{"top":[{"id":"1","n":"a"},{"id":"2","n":"b"},{"id":"1","n":"c"}]}}"#),
                ),
                ("stock", ok(r#"{"data":{"_entities":[{"inStock":true},{"inStock":false}]}}"#)),
            ],
            stock_gets: vec![representations(&["1", "2"])],
            answer: json!({"data": {"top": [
                {"n": "a", "inStock": true}, {"n": "b", "inStock": false}, {"n": "c", "inStock": true}]}}),
        },
        Case {
            fact: "objects are found through all list levels, nulls in lists and null entities stay where they are",
            query: "{ grid { id inStock } }",
            variables: json!({}),
            plan: &[
                "products : { grid { id } }",
                "stock after 0 at grid send Product(id!) : { ... on Product { inStock } }",
            ],
            replies: vec![
                ("products", ok(r#"{"data":{"grid":[[{"id":"1"},null],null,[],[{"id":"2"}]]}}"#)),
                ("stock", ok(r#"{"data":{"_entities":[null,{"inStock":true}]}}"#)),
            ],
            stock_gets: vec![representations(&["1", "2"])],
            answer: json!({"data": {"grid": [[{"id": "1", "inStock": null}, null], null, [], [{"id": "2", "inStock": true}]]}}),
        },
        Case {
            fact: "each runtime type has its representation, and others are not sent",
            query: "{ nodes { __typename ... on Product { inStock } ... on Book { lent } } }",
            variables: json!({}),
            plan: &[
                "products : { nodes { __typename id } }",
                "stock after 0 at nodes.[Book] send Book,Product(id!) : { ... on Book { lent } }",
            ],
            replies: vec![
                (
                    "products",
                    ok(
                        r#"{"data":{"nodes":[{"__typename":"Product","id":"1"},{"__typename":"Book","id":"2"}]}}"#,
                    ),
                ),
                ("stock", ok(r#"{"data":{"_entities":[{"lent":true}]}}"#)),
            ],
            stock_gets: vec![json!({"representations": [{"__typename": "Book", "id": "2"}]})],
            answer: json!({"data": {"nodes": [{"__typename": "Product", "inStock": null}, {"__typename": "Book", "lent": true}]}}),
        },
    ]
}

fn key_cases() -> Vec<Case> {
    vec![
        Case {
            fact: "a null key or an absent required field leaves the object out, a null required field is sent as null",
            query: "{ top { name cost } }",
            variables: json!({}),
            plan: &[
                "products : { top { name k: id p: price m: maker { city } } }",
                "stock after 0 at top send Product(id=k! price=p maker=m{city}) : { ... on Product { cost } }",
            ],
            replies: vec![
                (
                    "products",
                    ok(
                        r#"{"data":{"top":[{"name":"a","k":null,"p":1,"m":null},{"name":"b","k":"2","p":null,"m":{"city":"Seoul"}},
                    {"name":"c","k":"3","m":null},{"name":"d","k":"4","p":1.50,"m":null}]}}"#,
                    ),
                ),
                ("stock", ok(r#"{"data":{"_entities":[{"cost":2},{"cost":4}]}}"#)),
            ],
            stock_gets: vec![json!({"representations": [
                {"__typename": "Product", "id": "2", "price": null, "maker": {"city": "Seoul"}},
                {"__typename": "Product", "id": "4", "price": 1.50, "maker": null}]})],
            answer: json!({"data": {"top": [{"name": "a", "cost": null}, {"name": "b", "cost": 2}, {"name": "c", "cost": null}, {"name": "d", "cost": 4}]}}),
        },
        Case {
            fact: "entities of several paths go in one list and are filled where they stand, deeper ones too",
            query: "{ top { inStock } product { inStock similar { inStock } } }",
            variables: json!({}),
            plan: &[
                "products : { top { id } product { id } }",
                "stock after 0 at top | product send Product(id!) : { ... on Product { inStock similar { id inStock } } }",
            ],
            replies: vec![
                ("products", ok(r#"{"data":{"top":[{"id":"1"}],"product":{"id":"2"}}}"#)),
                (
                    "stock",
                    ok(
                        r#"{"data":{"_entities":[{"inStock":true,"similar":[]},{"inStock":false,"similar":[{"id":"1","inStock":true}]}]}}"#,
                    ),
                ),
            ],
            stock_gets: vec![representations(&["1", "2"])],
            answer: json!({"data": {"top": [{"inStock": true}], "product": {"inStock": false, "similar": [{"inStock": true}]}}}),
        },
    ]
}

fn merging_cases() -> Vec<Case> {
    const PLAN: &[&str] = &[
        "products : { product { id maker { city } parts { no } } }",
        "stock after 0 at product send Product(id!) : { ... on Product { maker { country } parts { weight } } }",
    ];
    const QUERY: &str = "{ product { maker { country city } parts { no weight } } }";
    let case = |fact, first: &str, second: &str, answer| Case {
        fact,
        query: QUERY,
        variables: json!({}),
        plan: PLAN,
        replies: vec![
            ("products", ok(format!(r#"{{"data":{{"product":{{"id":"1",{first}}}}}}}"#))),
            ("stock", ok(format!(r#"{{"data":{{"_entities":[{{{second}}}]}}}}"#))),
        ],
        stock_gets: vec![representations(&["1"])],
        answer,
    };
    vec![
        case(
            "value objects and lists are filled in place by the second subgraph",
            r#""maker":{"city":"Seoul"},"parts":[{"no":1},null]"#,
            r#""parts":[{"weight":5},{"weight":6}],"maker":{"country":"KR"}"#,
            json!({"data": {"product": {"maker": {"country": "KR", "city": "Seoul"}, "parts": [{"no": 1, "weight": 5}, {"no": null, "weight": 6}]}}}),
        ),
        case(
            "an object wins against null, whichever comes first",
            r#""maker":null,"parts":[{"no":1}]"#,
            r#""maker":{"country":"KR"},"parts":null"#,
            json!({"data": {"product": {"maker": {"country": "KR", "city": null}, "parts": [{"no": 1, "weight": null}]}}}),
        ),
        case(
            "lists of unequal length keep the first's length, with one error",
            r#""maker":null,"parts":[{"no":1},{"no":2}]"#,
            r#""maker":null,"parts":[{"weight":5}]"#,
            json!({"data": {"product": {"maker": null, "parts": [{"no": 1, "weight": 5}, {"no": 2, "weight": null}]}},
                "errors": [{"message": "Subgraphs gave this list different lengths.", "path": ["product", "parts"],
                    "extensions": {"code": "INVALID_SUBGRAPH_VALUE"}}]}),
        ),
    ]
}

fn operation_cases() -> Vec<Case> {
    vec![
        Case {
            fact: "a guard that does not hold leaves out its fetch and its field",
            query: "query($on: Boolean!) { top { name inStock @include(if: $on) } }",
            variables: json!({"on": false}),
            plan: &[
                "products : { top { __typename id name } }",
                "stock after 0 if $on at top send Product(id!) : { ... on Product { inStock @include(if: $on) } }",
            ],
            replies: vec![("products", ok(r#"{"data":{"top":[{"id":"1","name":"a"}]}}"#))],
            stock_gets: vec![],
            answer: json!({"data": {"top": [{"name": "a"}]}}),
        },
        Case {
            fact: "nothing to fetch is an answer",
            query: "query($on: Boolean!) { __typename r: __typename top @include(if: $on) { __typename } __type(name: \"Part\") { name kind } }",
            variables: json!({"on": false}),
            plan: &["products if $on : { top @include(if: $on) { __typename } }"],
            replies: vec![],
            stock_gets: vec![],
            answer: json!({"data": {"__typename": "Query", "r": "Query", "__type": {"name": "Part", "kind": "OBJECT"}}}),
        },
        Case {
            fact: "mutations run one after another, each with all that is below it",
            query: "mutation($by: Int) { rename(name: \"x\") { inStock } refill(id: 1, by: $by) }",
            variables: json!({"by": 3}),
            plan: &[
                "mutation/products : { rename(name: \"x\") { id } }",
                "stock after 0 at rename send Product(id!) : { ... on Product { inStock } }",
                "mutation/stock after 0,1 : { refill(id: 1, by: $by) }",
            ],
            replies: vec![
                ("products", ok(r#"{"data":{"rename":{"id":"7"}}}"#)),
                ("stock", ok(r#"{"data":{"_entities":[{"inStock":true}]}}"#)),
                ("stock", ok(r#"{"data":{"refill":10}}"#)),
            ],
            stock_gets: vec![representations(&["7"]), json!({"by": 3})],
            answer: json!({"data": {"rename": {"inStock": true}, "refill": 10}}),
        },
        Case {
            fact: "escaped and foreign keys, white space, big numbers and Unicode pass unharmed",
            query: "{ top { id name inStock } }",
            variables: json!({}),
            plan: TOP_AND_STOCK,
            replies: vec![
                (
                    "products",
                    ok(
                        "\n{ \"extensions\":{\"x\":[1,{}]}, \"d\\u0061ta\":1, \"data\" :\t{\"other\":[[]],\"top\":[ {\"n\\u0061me\":\"\\u00e9\\\"\u{d55c}\",\"x\":{\"name\":1},\"id\":12345678901234567890} ]}}",
                    ),
                ),
                ("stock", ok(r#"{"data":{"_entities":[{"inStock":false,"inStock":true}]},"data":null}"#)),
            ],
            stock_gets: vec![
                json!({"representations": [{"__typename": "Product", "id": 12345678901234567890_u64}]}),
            ],
            answer: json!({"data": {"top": [{"id": "12345678901234567890", "name": "é\"한", "inStock": false}]}}),
        },
    ]
}
