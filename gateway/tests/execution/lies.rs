//! Subgraphs that lie: every kind of value at every kind of place, and every kind of broken answer, each compared with what
//! a specification executor answers when its resolvers give the same values. One test tries all kinds and prints how many
//! cases of each there were.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Type;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::schema::ExtendedType;
use gateway::engine::{Answer, Engine, Limits};
use gateway::supergraph::Supergraph;
use serde_json::{Value, json};

use crate::harness::script::{Reply, Script, ok};
use crate::harness::{answer, context, request, supergraph};

const ITEMS: &str = r#"
    type Query { s: String i: Int f: Float b: Boolean id: ID any: Any e: Colour  must: Int!  nulls: [Int]  ints: [Int!]
      grid: [[Int!]!]!  a: A  as: [A!]  u: U  us: [U]!  h: H  top: [Item] }
    type A { x: Int!  y: String  b: B!  bs: [[B!]] }
    type B { z: Int! w: Any }
    type C { w: Int }
    type D @inaccessible { w: Int }
    union U = A | C | D
    interface H { h: Int! }
    type H1 implements H { h: Int! one: String }
    type H2 implements H { h: Int! two: [String!] }
    enum Colour { RED SECRET @inaccessible }
    scalar Any
    type Item @key(fields: "id") { id: ID! name: String! }
"#;
const STOCK: &str = r#"
    type Query { size: Int }
    type Item @key(fields: "id") { id: ID! count: Int  must: Int!  shelf: Shelf  tags: [String!] }
    type Shelf { no: Int! row: String }
"#;
const SUBGRAPHS: [(&str, &str); 2] = [("items", ITEMS), ("stock", STOCK)];

static SUPERGRAPH: LazyLock<Arc<Supergraph>> = LazyLock::new(|| supergraph(&SUBGRAPHS));

/// An engine whose subgraphs say what they are told to.
struct Asked {
    engine: Engine,
    script: Arc<Script>,
    query: &'static str,
}

impl Asked {
    fn new(query: &'static str) -> Asked {
        let script = Script::new(&SUPERGRAPH, &[]);
        let engine = Engine::new(SUPERGRAPH.clone(), script.clone(), Limits::default());
        Asked { engine, script, query }
    }

    async fn with(&self, replies: &[(&str, Reply)]) -> Value {
        self.script.next(replies);
        answer(&self.engine, self.query, json!({})).await
    }
}

const QUERY: &str = "{ s i f b id any e nulls ints grid a { x y b { z w } bs { z } } as { x } \
    u { __typename ... on A { y } ... on C { w } } us { __typename ... on C { w } } \
    h { __typename h ... on H1 { one } ... on H2 { two } } }";

fn truth() -> Value {
    json!({
        "s": "text", "i": 1, "f": 1.5, "b": true, "id": "x", "any": {"n": [1, null]}, "e": "RED", "nulls": [1, null],
        "ints": [1, 2], "grid": [[1], [2, 3]], "a": {"x": 1, "y": "y", "b": {"z": 1, "w": "w"}, "bs": [[{"z": 1}], null]},
        "as": [{"x": 1}, {"x": 2}], "u": {"__typename": "C", "w": 1}, "us": [{"__typename": "C", "w": 2}, null],
        "h": {"__typename": "H2", "h": 4, "two": ["a"]}
    })
}

/// What stands at a place instead of the truth; nothing stands for a key that is missing.
const LIES: [Option<&str>; 29] = [
    None,
    Some("null"),
    Some("true"),
    Some("0"),
    Some("-7"),
    Some("1.5"),
    Some("1.0"),
    Some("1e3"),
    Some("2147483648"),
    Some("-2147483649"),
    Some("9007199254740993"),
    Some("18446744073709551615"),
    Some(r#""""#),
    Some(r#""1""#),
    Some(r#""RED""#),
    Some(r#""SECRET""#),
    Some(r#""A""#),
    Some(r#""D""#),
    Some(r#""Nobody""#),
    Some(r#""\ud83d\ude00 \u0000""#),
    Some("{}"),
    Some(r#"{"x":1}"#),
    Some(r#"{"__typename":"A","x":null,"y":2}"#),
    Some(r#"{"__typename":"B"}"#),
    Some(r#"{"data":{"z":null}}"#),
    Some("[]"),
    Some("[null]"),
    Some("[1,\"1\",null]"),
    Some("[[1],[null],1,[[]]]"),
];

/// What was tried of one kind.
struct Tried {
    kind: &'static str,
    cases: usize,
    wrong: Vec<String>,
}

#[tokio::test]
async fn every_lie_is_answered_as_the_specification_has_it() {
    let table = [
        wrong_values().await,
        wrong_entities().await,
        reported_entities().await,
        broken_answers().await,
        answers_with_errors().await,
        exact_values().await,
        doubled_keys().await,
    ];
    for Tried { kind, cases, wrong } in &table {
        println!("{cases:>6} cases, {} wrong: {kind}", wrong.len());
    }
    let all: usize = table.iter().map(|tried| tried.cases).sum();
    println!("{all:>6} cases in all");
    let wrong: Vec<_> = table.iter().flat_map(|tried| &tried.wrong).cloned().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(all > 1_800, "{all}");
}

/// Wrong types, null where there must be none, huge numbers, hidden and unknown names, keys that are missing.
async fn wrong_values() -> Tried {
    let (mut tried, mut wrong) = (0, Vec::new());
    let asked = Asked::new(QUERY);
    for place in places(&truth()) {
        for lie in LIES {
            let Some(body) = told(&truth(), &place, lie) else { continue };
            tried += 1;
            let data: Value = serde_json::from_str(&body).unwrap();
            let expected = executed(QUERY, &data, &|_, _| None);
            let answered = asked.with(&[("items", ok(format!("{{\"data\":{body}}}")))]).await;
            if outline(&answered) != outline(&expected) {
                let lie = lie.unwrap_or("nothing");
                wrong.push(format!("{lie} at {place}\n answered {answered}\n expected {expected}"));
            }
        }
    }
    Tried { kind: "wrong values at root fields and below", cases: tried, wrong }
}

const TOP: &str = "{ top { id name count must shelf { no row } tags } }";

fn top() -> Value {
    json!({"top": [{"__typename": "Item", "id": "1", "name": "a"}, {"__typename": "Item", "id": "2", "name": "b"},
        {"__typename": "Item", "id": "1", "name": "c"}, null]})
}

fn entities() -> Value {
    json!({"_entities": [
        {"__typename": "Item", "count": 1, "must": 2, "shelf": {"no": 1, "row": "r"}, "tags": ["t"]},
        {"__typename": "Item", "count": 3, "must": 4, "shelf": null, "tags": []}]})
}

/// What the specification's executor answers when the second subgraph's answer has this list of entities.
fn executed_with_entities(list: Option<&Vec<Value>>) -> Value {
    let resolve = |object: &Value, field: &str| -> Option<Result<Value, FieldError>> {
        let index = object.get("id").filter(|_| !matches!(field, "id" | "name"))?;
        let entity = list.and_then(|list| list.get(if index == "1" { 0 } else { 1 }));
        Some(match entity {
            Some(Value::Object(fields)) => Ok(fields.get(field).cloned().unwrap_or(Value::Null)),
            Some(Value::Null) => Ok(Value::Null),
            _ => Err(FieldError { message: "no entity".into() }),
        })
    };
    executed(TOP, &top(), &resolve)
}

/// The same of entities; some are missing, too many, in another order, or everything but entities.
async fn wrong_entities() -> Tried {
    let (top, truth) = (top(), entities());
    let mut bodies: Vec<String> = Vec::new();
    for place in places(&truth) {
        bodies.extend(LIES.iter().filter_map(|lie| told(&truth, &place, *lie)));
    }
    let [one, two] = [0, 1].map(|index| truth["_entities"][index].to_string());
    for list in [
        format!("[{one}]"),
        format!("[{one},{two},{one}]"),
        format!("[null,{one}]"),
        format!("[{two},{one}]"),
        format!("[{two},{two}]"),
        format!("[[{one}],{two}]"),
        format!("[[{one},{two}]]"),
        format!("{{\"0\":{one},\"1\":{two}}}"),
    ] {
        bodies.push(format!("{{\"_entities\":{list}}}"));
    }
    let (tried, mut wrong) = (bodies.len(), Vec::new());
    let asked = Asked::new(TOP);
    for body in bodies {
        let data: Value = serde_json::from_str(&body).unwrap();
        let list = data["_entities"].as_array();
        let expected = executed_with_entities(list);
        let replies = [("items", ok(json!({ "data": top }))), ("stock", ok(format!("{{\"data\":{body}}}")))];
        let answered = asked.with(&replies).await;
        let extra = list.is_some_and(|list| list.len() > 2);
        if answered["data"] != expected["data"] || !covers(&answered, &expected, extra) {
            wrong.push(format!("{body}\n answered {answered}\n expected {expected}"));
        }
    }
    Tried { kind: "wrong, missing, extra and reordered entities", cases: tried, wrong }
}

/// Nulls in entities beside errors with and without paths, with and without an index, about what is there and what is not.
async fn reported_entities() -> Tried {
    let asked = Asked::new(TOP);
    let (mut cases, mut wrong) = (0, Vec::new());
    let places = [
        "/_entities/0/count",
        "/_entities/0/must",
        "/_entities/1/must",
        "/_entities/0/shelf",
        "/_entities/0/tags/0",
        "/_entities/0",
        "/_entities/1",
        "/_entities",
    ];
    let mut answers = vec![entities(), Value::Null];
    answers.extend(places.map(|place| {
        let mut entities = entities();
        *entities.pointer_mut(place).unwrap() = Value::Null;
        entities
    }));
    let paths = [
        json!(["_entities", 0, "count"]),
        json!(["_entities", 0, "must"]),
        json!(["_entities", 0, "shelf", "no"]),
        json!(["_entities", 0, "tags", 0]),
        json!(["_entities", 0]),
        json!(["_entities", 7, "count"]),
        json!(["_entities", 0, "unknown", 3]),
        json!(["_entities", "count"]),
        json!(["_entities"]),
        json!(["elsewhere"]),
        json!([]),
        json!(null),
        json!("_entities"),
        json!(7),
    ];
    for data in &answers {
        for path in &paths {
            cases += 1;
            let body = json!({ "data": data, "errors": [{ "message": "m", "path": path }] }).to_string();
            let expected = executed_with_entities(data["_entities"].as_array());
            let replies = [("items", ok(json!({ "data": top() }))), ("stock", ok(&body))];
            let answered = asked.with(&replies).await;
            let is_told = answered["errors"].to_string().contains("\"m\"");
            if answered["data"] != expected["data"] || !is_told || !covers(&answered, &expected, true) {
                wrong.push(format!("{body}\n answered {answered}\n expected {expected}"));
            }
        }
    }
    Tried { kind: "entities beside errors, with and without paths and indices", cases, wrong }
}

/// What is no GraphQL answer fails each field and nothing else.
async fn broken_answers() -> Tried {
    let deep = format!("{{\"data\":{{\"any\":{}1{}}}}}", "[".repeat(100_000), "]".repeat(100_000));
    let bombs = format!("{{\"data\":{{\"a\":{}", r#"{"b":"#.repeat(100_000));
    let bodies: Vec<(u16, Vec<u8>)> = [
        "",
        " ",
        "<html><body>502</body></html>",
        "null",
        "7",
        "\"text\"",
        "[]",
        "[{\"data\":{\"s\":\"x\"}}]",
        "{}",
        "{\"data\":null}",
        "{\"data\":[]}",
        "{\"data\":[{\"s\":\"x\"}]}",
        "{\"data\":7}",
        "{\"data\":\"{}\"}",
        "{\"data\":{\"s\":\"x\"",
        "{\"data\":{\"s\":\"x",
        "{\"data\":{\"s\":nul}}",
        "{\"data\":{\"s\":NaN}}",
        "{\"data\":{\"s\":01}}",
        "{\"data\":{\"s\":.5}}",
        "{\"data\":{\"s\":\"x\"}}}",
        "{\"data\":{\"s\":\"x\"}}{}",
        "{\"data\":{\"s\":\"x\",}}",
        "{'data':{}}",
        "{data:{}}",
        "\u{feff}{\"data\":{\"s\":\"x\"}}",
        "{\"data\":{\"s\":\"\\x41\"}}",
        "{\"data\":{\"s\":\"a\nb\"}}",
        &deep,
        &bombs,
    ]
    .iter()
    .map(|body| (200, body.as_bytes().to_vec()))
    .chain([
        (200, b"{\"data\":{\"s\":\"\xff\"}}".to_vec()),
        (200, b"\x1f\x8b\x08\x00".to_vec()),
        (200, "{\"data\":{}}".encode_utf16().flat_map(u16::to_be_bytes).collect()),
        (500, b"{}".to_vec()),
        (404, b"not found".to_vec()),
    ])
    .collect();
    let (cases, mut wrong) = (bodies.len(), Vec::new());
    let asked = Asked::new("{ s any a { y } }");
    for (status, body) in bodies {
        let fails = |_: &Value, _: &str| Some(Err(FieldError { message: "broken".into() }));
        let expected = executed("{ s any a { y } }", &json!({}), &fails);
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let answered = asked.with(&[("items", Reply::Bytes(status, body))]).await;
        if outline(&answered) != outline(&expected) {
            wrong.push(format!("{status} {shown}\n answered {answered}\n expected {expected}"));
        }
    }
    Tried { kind: "HTML, broken JSON, bytes that are no text, and what is no GraphQL answer", cases, wrong }
}

/// Errors beside data, whatever the HTTP status: they are told and explain nulls.
async fn answers_with_errors() -> Tried {
    let table: [(u16, &str, &str, &str); 11] = [
        (503, r#"{"errors":[{"message":"m"}],"data":{"s":"x","must":1}}"#, r#"{"s":"x","must":1}"#, "[null]"),
        (404, r#"{"errors":[{"message":"m"}]}"#, "null", "[null]"),
        (500, r#"{"data":{"s":"x","must":1}}"#, r#"{"s":"x","must":1}"#, "[]"),
        (
            400,
            r#"{"errors":[{"message":"m","path":["s"]}],"data":{"s":null,"must":1}}"#,
            r#"{"s":null,"must":1}"#,
            r#"[["s"]]"#,
        ),
        (200, r#"{"errors":[{"message":"m"}]}"#, "null", "[null]"),
        (200, r#"{"errors":{"message":"m"},"data":{"s":"x","must":1}}"#, r#"{"s":"x","must":1}"#, "[null]"),
        (
            200,
            r#"{"errors":[null,7,{}],"data":{"s":"x","must":1}}"#,
            r#"{"s":"x","must":1}"#,
            "[null,null,null]",
        ),
        (200, r#"{"errors":[{"message":"m","path":["must"]}],"data":null}"#, "null", r#"[["must"]]"#),
        (
            200,
            r#"{"errors":[{"message":"m","path":["must"]}],"data":{"s":"x","must":null}}"#,
            "null",
            r#"[["must"]]"#,
        ),
        (
            200,
            r#"{"errors":[{"message":"m","path":[1,{"a":2}]}],"data":{"s":"x","must":1}}"#,
            r#"{"s":"x","must":1}"#,
            "[null]",
        ),
        (
            200,
            r#"{"data":{"must":1,"s":"x"},"extensions":{"a":[1]},"data2":{}}"#,
            r#"{"s":"x","must":1}"#,
            "[]",
        ),
    ];
    let asked = Asked::new("{ s must }");
    let (cases, mut wrong) = (table.len(), Vec::new());
    for (status, body, data, paths) in table {
        let answered = asked.with(&[("items", Reply::Http(status, body.into()))]).await;
        let said: Value = serde_json::from_str(body).unwrap();
        let expected = executed("{ s must }", &said["data"], &|_, _| None);
        let told = answered["errors"].as_array().into_iter().flatten().map(|error| error["path"].clone());
        let told = Value::from(told.collect::<Vec<_>>()).to_string();
        let right: Value = serde_json::from_str(data).unwrap();
        if answered["data"] != right || expected["data"] != right || told != paths {
            wrong.push(format!(
                "{status} {body}\n answered {answered}\n expected {expected}, errors at {paths}"
            ));
        }
    }
    Tried { kind: "errors beside data and without, under every HTTP status", cases, wrong }
}

/// 64-bit integers, decimals and custom scalars pass to the digit, which no executor does that reads numbers.
async fn exact_values() -> Tried {
    let raws = [
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551616",
        "123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
        "1.10",
        "1e400",
        "-0",
        "1E-7",
        r#""\u00e9\/\ud83d""#,
        r#"{"b":1,"a":[1.10,{"b":null}],"b":2}"#,
        r#"[ 1 ,  2 ]"#,
    ];
    let asked = Asked::new("{ any }");
    let (cases, mut wrong) = (raws.len(), Vec::new());
    for raw in raws {
        asked.script.next(&[("items", ok(format!("{{\"data\":{{\"any\":{raw}}}}}")))]);
        let answer = asked.engine.answer(request(asked.query, json!({})), context()).await;
        let Answer::Single(response) = answer else { panic!() };
        let body = String::from_utf8_lossy(&response.body);
        if body != format!("{{\"data\":{{\"any\":{raw}}}}}") {
            wrong.push(format!("{raw}: {body}"));
        }
    }
    Tried { kind: "64-bit integers, decimals and custom scalars, to the digit", cases, wrong }
}

/// Twice the same key: JSON leaves open which counts, so the answer is that for one of the two.
async fn doubled_keys() -> Tried {
    const QUERY: &str = "{ s must a { x b { z w } bs { z w } } as { x } any }";
    let asked = Asked::new(QUERY);
    let (object, other) = (r#"{"x":1,"b":{"z":1,"w":null}}"#, r#"{"x":2,"b":null,"bs":[[]]}"#);
    let values = [
        "1",
        "null",
        r#""x""#,
        object,
        other,
        r#"[{"x":1}]"#,
        "[]",
        r#"{"z":1,"w":null}"#,
        r#"{"z":2,"w":3}"#,
        r#"[[{"z":1,"w":null}]]"#,
        r#"[[{"z":2,"w":3}],null]"#,
    ];
    // What stands at `@` comes twice.
    let places = [r#"{"must":1,@}"#, r#"{"must":1,"a":{"x":1,@}}"#, r#"{"must":1,"a":{"b":{"z":1},@}}"#];
    let (mut cases, mut wrong) = (0, Vec::new());
    for (place, key) in [(0, "s"), (0, "any"), (0, "a"), (0, "as"), (1, "b"), (2, "bs"), (2, "x")] {
        for (one, two) in values.iter().flat_map(|one| values.iter().map(move |two| (one, two))) {
            cases += 1;
            let body = places[place].replace('@', &format!(r#""{key}":{one},"i":1,"{key}":{two}"#));
            let right = [one, two].map(|value| {
                let data = places[place].replace('@', &format!(r#""{key}":{value}"#));
                outline(&executed(QUERY, &serde_json::from_str(&data).unwrap(), &|_, _| None))
            });
            let answered = asked.with(&[("items", ok(format!("{{\"data\":{body}}}")))]).await;
            if !right.contains(&outline(&answered)) {
                wrong.push(format!("{body}\n answered {answered}\n expected one of {right:?}"));
            }
        }
    }
    Tried { kind: "keys that come twice", cases, wrong }
}

/// JSON pointers of everything below a value.
fn places(value: &Value) -> Vec<String> {
    let below = |(key, value): (String, &Value)| {
        let mut all = vec![format!("/{key}")];
        all.extend(places(value).into_iter().map(|rest| format!("/{key}{rest}")));
        all
    };
    match value {
        Value::Object(fields) => fields.iter().flat_map(|(key, value)| below((key.clone(), value))).collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(i, item)| below((i.to_string(), item))).collect()
        }
        _ => Vec::new(),
    }
}

/// The truth with a lie at one place, as text; `None` where nothing can be missing.
fn told(truth: &Value, place: &str, lie: Option<&str>) -> Option<String> {
    let mut value = truth.clone();
    match lie {
        Some(lie) => {
            *value.pointer_mut(place)? = json!("@lie@");
            Some(value.to_string().replace("\"@lie@\"", lie))
        }
        None => {
            let (above, key) = place.rsplit_once('/')?;
            value.pointer_mut(above)?.as_object_mut()?.remove(key)?;
            Some(value.to_string())
        }
    }
}

/// The data and the paths of the errors.
fn outline(response: &Value) -> (String, BTreeSet<String>) {
    let errors = response["errors"].as_array().into_iter().flatten();
    (doubles(&response["data"]).to_string(), errors.map(|error| error["path"].to_string()).collect())
}

/// Whether errors are the same, where one of a list stands for those of its items: one error that concerns a whole list of
/// entities is told once.
fn covers(answered: &Value, expected: &Value, extra: bool) -> bool {
    let paths = |response: &Value| -> Vec<Vec<Value>> {
        let errors = response["errors"].as_array().into_iter().flatten();
        errors.map(|error| error["path"].as_array().cloned().unwrap_or_default()).collect()
    };
    let (ours, theirs) = (paths(answered), paths(expected));
    // Below a place that became null one error is as good as another.
    let nulled = |path: &Vec<Value>| {
        let mut at = Some(&answered["data"]);
        let steps = path.iter().take_while(|step| {
            let is_there = at.is_some_and(|value| !value.is_null());
            at = at.and_then(|value| match step {
                Value::String(key) => value.get(key.as_str()),
                index => value.get(index.as_u64()? as usize),
            });
            is_there
        });
        steps.cloned().collect::<Vec<_>>()
    };
    let explains =
        |ours: &Vec<Value>, path: &Vec<Value>| path.starts_with(ours) || ours.starts_with(&nulled(path));
    let told = theirs.iter().all(|path| ours.iter().any(|above| explains(above, path)));
    let known = ours.iter().all(|above| theirs.iter().any(|path| explains(above, path)));
    told && (known || extra)
}

type Resolve<'r> = &'r dyn Fn(&Value, &str) -> Option<Result<Value, FieldError>>;

/// The answer of a specification executor over the public schema whose resolvers find their values in `data`.
fn executed(query: &str, data: &Value, resolve: Resolve<'_>) -> Value {
    let schema = SUPERGRAPH.api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, query, "q").unwrap();
    let root = Json { value: data.clone(), type_name: "Query".into(), resolve };
    let response = Execution::new(schema, &document).execute_sync(&root).unwrap();
    serde_json::to_value(&response).unwrap()
}

struct Json<'r> {
    value: Value,
    type_name: String,
    resolve: Resolve<'r>,
}

impl ObjectValue for Json<'_> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let selected = info.field_selections()[0];
        let value = match (self.resolve)(&self.value, info.field_name()) {
            Some(value) => value?,
            None => self.value.get(selected.response_key().as_str()).cloned().unwrap_or(Value::Null),
        };
        let leaf = match info.schema().types.get(info.field_definition().ty.inner_named_type()) {
            Some(ExtendedType::Object(object)) => Expected::Object(object.name.to_string()),
            Some(ty) if ty.is_leaf() => Expected::Leaf,
            _ => Expected::Abstract,
        };
        self.given(value, &info.field_definition().ty, &leaf)
    }
}

/// What the specification lets a server do with a number, and every gateway has to do, as JSON does not tell 1.0 from 1.
fn coerced(number: &serde_json::Number, ty: &str) -> Value {
    let whole = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
    match (ty, whole) {
        ("Int", Some(whole)) => json!(whole as i64),
        ("Float", _) => json!(number.as_f64()),
        ("ID", _) if !number.is_f64() => json!(number.to_string()),
        _ => Value::Number(number.clone()),
    }
}

/// The same with every number a double.
fn doubles(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(doubles).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), doubles(value))).collect(),
        other => other.clone(),
    }
}

enum Expected {
    Leaf,
    Object(String),
    Abstract,
}

impl<'r> Json<'r> {
    fn given<'a>(&self, value: Value, ty: &Type, expected: &Expected) -> Result<ResolvedValue<'a>, FieldError>
    where
        'r: 'a,
    {
        match (value, ty) {
            (Value::Array(items), Type::List(item) | Type::NonNullList(item)) => {
                let items: Vec<_> =
                    items.into_iter().map(|value| self.given(value, item, expected)).collect();
                Ok(ResolvedValue::List(Box::new(items.into_iter())))
            }
            (value @ Value::Object(_), Type::Named(_) | Type::NonNullNamed(_))
                if !matches!(expected, Expected::Leaf) =>
            {
                let type_name = match expected {
                    Expected::Object(name) => name.clone(),
                    _ => value["__typename"].as_str().unwrap_or("nobody told").to_string(),
                };
                Ok(ResolvedValue::object(Json { value, type_name, resolve: self.resolve }))
            }
            (Value::Number(number), ty) => {
                let value = coerced(&number, ty.inner_named_type());
                Ok(ResolvedValue::Leaf(serde_json::from_value(value).unwrap()))
            }
            (value, _) => Ok(ResolvedValue::Leaf(serde_json::from_value(value).unwrap())),
        }
    }
}
