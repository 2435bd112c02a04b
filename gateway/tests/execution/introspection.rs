//! Introspection: all that the specification has, of the public schema only, compared with the specification's executor.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonMap;
use gateway::engine::{Engine, Limits};
use serde_json::{Value, json};

use crate::harness::answer;
use crate::harness::script::Script;
use crate::harness::supergraph;

const ALL: &str = r#"
    schema { query: Q mutation: M subscription: S }
    directive @shown("How often." times: Int = 3 @deprecated(reason: "not any more")) repeatable on FIELD | FRAGMENT_SPREAD
    "The root." type Q {
        "A field." field("An argument." kept: Int! = 1, gone: [String!] = ["a \"b\""] @deprecated(reason: "kept is better")): Node
        old: Int @deprecated
        one(by: By, in: In = { depth: 2, colour: RED, inner: { depth: 1 } }): Union
        hidden: Hidden @inaccessible
        date: Date
    }
    type M { set(in: In, secret: Int @inaccessible): [Int!]! }
    type S { changed: Int }
    "Exactly one." input By @oneOf { id: ID name: String }
    input In { "How deep." depth: Int! = 7 colour: Colour inner: In wide: Int = 3 @deprecated(reason: "deep is better") secret: Int @inaccessible }
    "A day." scalar Date @specifiedBy(url: "https://example.org/date")
    scalar Plain
    enum Colour { "Like blood." RED GREY @deprecated(reason: "drab") SECRET @inaccessible }
    "Has an id." interface Node { id: ID! }
    interface Named implements Node { id: ID! name: Plain }
    type A implements Node & Named @key(fields: "id") { id: ID! name: Plain }
    type B { b: Int }
    type Hidden @inaccessible { x: Int }
    union Union = A | B | Hidden
"#;

/// What graphql-js 16's `getIntrospectionQuery` asks with every option on, and variables for what is deprecated.
const QUERY: &str = r#"
    query IntrospectionQuery($old: Boolean = true) {
      __schema {
        description
        queryType { name kind } mutationType { name kind } subscriptionType { name kind }
        types { ...FullType }
        directives { name description isRepeatable locations args(includeDeprecated: $old) { ...InputValue } }
      }
    }
    fragment FullType on __Type {
      kind name description specifiedByURL isOneOf
      fields(includeDeprecated: $old) {
        name description args(includeDeprecated: $old) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
      }
      inputFields(includeDeprecated: $old) { ...InputValue }
      interfaces { ...TypeRef }
      enumValues(includeDeprecated: $old) { name description isDeprecated deprecationReason }
      possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue {
      name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
    }
    fragment TypeRef on __Type {
      kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
        ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
    }
"#;

fn engine() -> Engine {
    let supergraph = supergraph(&[("a", ALL)]);
    let script = Script::new(&supergraph, &[]);
    Engine::new(supergraph, script, Limits::default())
}

/// Nothing is asked but the schema.
struct Nobody;

impl ObjectValue for Nobody {
    fn type_name(&self) -> &str {
        "Query"
    }

    fn resolve_field<'a>(&'a self, _: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        Ok(ResolvedValue::null())
    }
}

/// The answer of the specification's executor, which does not know `isOneOf`.
fn expected(variables: &Value) -> Value {
    let supergraph = supergraph(&[("a", ALL)]);
    let schema = supergraph.api_schema();
    let query = QUERY.replace("isOneOf", "");
    let document = ExecutableDocument::parse_and_validate(schema, &query, "q").unwrap();
    let variables: JsonMap = serde_json::from_value(variables.clone()).unwrap();
    let execution = Execution::new(schema, &document).raw_variable_values(&variables);
    let response = execution.enable_schema_introspection(true).execute_sync(&Nobody).unwrap();
    serde_json::to_value(&response).unwrap()
}

/// The one of a list that has this name.
fn named<'v>(list: &'v Value, name: &str) -> &'v Value {
    let mut all = list.as_array().unwrap().iter();
    all.find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_whole_query_of_graphql_js_is_answered_as_the_specification_has_it() {
    for variables in [json!({}), json!({ "old": true }), json!({ "old": false })] {
        let mut answered = answer(&engine(), QUERY, variables.clone()).await;
        assert!(answered.get("errors").is_none(), "{answered}");
        for ty in answered["data"]["__schema"]["types"].as_array_mut().unwrap() {
            let said = ty.as_object_mut().unwrap().remove("isOneOf").unwrap();
            let right = match (ty["kind"].as_str(), ty["name"].as_str()) {
                (Some("INPUT_OBJECT"), Some("By")) => json!(true),
                (Some("INPUT_OBJECT"), _) => json!(false),
                _ => Value::Null,
            };
            assert_eq!(said, right, "{ty}");
        }
        assert_eq!(answered, expected(&variables), "{variables}");
    }
}

#[tokio::test]
async fn it_says_what_stands_in_the_schema() {
    let answered = answer(&engine(), QUERY, json!({})).await;
    let schema = &answered["data"]["__schema"];
    let ty = |name: &str| named(&schema["types"], name);
    let field = |of: &str, name: &str| named(&ty(of)["fields"], name).clone();
    let input = |of: &str, name: &str| named(&ty(of)["inputFields"], name).clone();
    let argument = |name: &str| named(&field("Query", "field")["args"], name).clone();
    let shown = named(&schema["directives"], "shown");
    let facts = [
        (&ty("Date")["specifiedByURL"], json!("https://example.org/date")),
        (&ty("Plain")["specifiedByURL"], Value::Null),
        (&ty("Date")["description"], json!("A day.")),
        (&field("Query", "field")["description"], json!("A field.")),
        (&field("Query", "old")["deprecationReason"], json!("No longer supported")),
        (&argument("kept")["defaultValue"], json!("1")),
        (&argument("kept")["isDeprecated"], json!(false)),
        (&argument("kept")["description"], json!("An argument.")),
        (&argument("gone")["defaultValue"], json!(r#"["a \"b\""]"#)),
        (&argument("gone")["deprecationReason"], json!("kept is better")),
        (&input("In", "wide")["isDeprecated"], json!(true)),
        (&input("In", "wide")["deprecationReason"], json!("deep is better")),
        (&input("In", "depth")["defaultValue"], json!("7")),
        (&named(&ty("Colour")["enumValues"], "GREY")["deprecationReason"], json!("drab")),
        (&named(&ty("Colour")["enumValues"], "RED")["description"], json!("Like blood.")),
        (&shown["isRepeatable"], json!(true)),
        (&shown["locations"], json!(["FIELD", "FRAGMENT_SPREAD"])),
        (&shown["args"][0]["description"], json!("How often.")),
        (&named(&schema["directives"], "include")["isRepeatable"], json!(false)),
        (&schema["queryType"]["name"], json!("Query")),
        (&schema["mutationType"]["name"], json!("Mutation")),
        (&schema["subscriptionType"]["name"], json!("Subscription")),
        (&ty("Named")["interfaces"][0]["name"], json!("Node")),
    ];
    for (number, (said, right)) in facts.into_iter().enumerate() {
        assert_eq!(*said, right, "fact {number}");
    }
    assert_eq!(names(&ty("Union")["possibleTypes"]), ["A", "B"]);
    assert_eq!(names(&ty("Node")["possibleTypes"]), ["A"]);
    assert_eq!(names(&ty("Colour")["enumValues"]), ["RED", "GREY"]);
    let text = answered.to_string();
    for secret in
        ["Hidden", "SECRET", "secret", "join__", "link__", "inaccessible", "_entities", "_Any", "\"key\""]
    {
        assert!(!text.contains(secret), "{secret} is public");
    }
    let young = answer(&engine(), QUERY, json!({ "old": false })).await.to_string();
    for old in ["No longer supported\"", "kept is better", "deep is better", "drab", "not any more"] {
        let reason = format!("\"deprecationReason\":\"{old}");
        assert!(!young.contains(&reason), "{old} is there");
    }
}

#[tokio::test]
async fn is_one_of_may_be_asked_under_any_key_on_any_way() {
    let query = r#"query($yes: Boolean = true, $no: Boolean = false) {
        a: __type(name: "By") { name: isOneOf kind o: isOneOf o: isOneOf @include(if: $yes) ...F
          inputFields { name type { isOneOf } } isOneOf @skip(if: $yes) }
        b: __type(name: "In") { ... { n: name isOneOf } inputFields { name type { o: isOneOf ofType { isOneOf } } } }
        c: __type(name: "Q") { isOneOf } d: __type(name: "Nobody") { isOneOf }
        e: __type(name: "__Type") { fields { name type { name ofType { name } } } }
    } fragment F on __Type { k: kind f: isOneOf g: isOneOf @include(if: $no) }"#;
    let answered = answer(&engine(), query, json!({})).await;
    let by = json!({"name": true, "kind": "INPUT_OBJECT", "o": true, "k": "INPUT_OBJECT", "f": true,
        "inputFields": [{"name": "id", "type": {"isOneOf": null}}, {"name": "name", "type": {"isOneOf": null}}]});
    let data = &answered["data"];
    assert_eq!(data["a"], by, "{answered}");
    let keys: Vec<&str> = data["a"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.len(), 6);
    assert_eq!((&data["b"]["isOneOf"], &data["b"]["n"]), (&json!(false), &json!("In")));
    assert_eq!(named(&data["b"]["inputFields"], "inner")["type"], json!({"o": false, "ofType": null}));
    assert_eq!(
        named(&data["b"]["inputFields"], "depth")["type"],
        json!({"o": null, "ofType": {"isOneOf": null}})
    );
    assert_eq!(
        (&data["c"], &data["d"]),
        (&json!(null), &json!(null)),
        "the supergraph's root is called Query"
    );
    assert_eq!(named(&data["e"]["fields"], "isOneOf")["type"], json!({"name": "Boolean", "ofType": null}));
    assert!(answered.get("errors").is_none(), "{answered}");
}
