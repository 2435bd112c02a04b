//! Every kind of change: its code, its coordinate, and what it means for clients. One row a change.

use apollo_compiler::Schema;
use gateway::checks::{Impact, compare};

/// Old schema, new schema, and the changes as `impact CODE coordinate`.
const CHANGES: &[(&str, &str, &[&str])] = &[
    ("type Query { a: Int }", "type Query { a: Int }", &[]),
    ("type Query { a: Int b: Int }", "type Query { b: Int a: Int }", &[]),
    ("type Query { a: Int } type T { x: Int }", "type Query { a: Int }", &["breaking TYPE_REMOVED T"]),
    ("type Query { a: Int }", "type Query { a: Int } type T { x: Int }", &["safe TYPE_ADDED T"]),
    (
        "type Query { a: T } type T { x: Int }",
        "type Query { a: T } interface T { x: Int }",
        &["breaking TYPE_KIND_CHANGED T"],
    ),
    ("type Query { a: Int b: Int }", "type Query { a: Int }", &["breaking FIELD_REMOVED Query.b"]),
    ("type Query { a: Int }", "type Query { a: Int b: Int }", &["safe FIELD_ADDED Query.b"]),
    ("type Query { a: Int }", "type Query { a: Int! }", &["safe FIELD_TYPE_CHANGED Query.a"]),
    ("type Query { a: Int! }", "type Query { a: Int }", &["breaking FIELD_TYPE_CHANGED Query.a"]),
    ("type Query { a: Int }", "type Query { a: [Int] }", &["breaking FIELD_TYPE_CHANGED Query.a"]),
    ("type Query { a: [Int] }", "type Query { a: [Int!]! }", &["safe FIELD_TYPE_CHANGED Query.a"]),
    ("type Query { a: Int }", "type Query { a: String }", &["breaking FIELD_TYPE_CHANGED Query.a"]),
    (
        "type Query { a: I t: T } interface I { x: Int } type T implements I { x: Int }",
        "type Query { a: T t: T } interface I { x: Int } type T implements I { x: Int }",
        &["dangerous FIELD_TYPE_CHANGED Query.a"],
    ),
    (
        "type Query { a: T } interface I { x: Int } type T implements I { x: Int }",
        "type Query { a: I } interface I { x: Int } type T implements I { x: Int }",
        &["breaking FIELD_TYPE_CHANGED Query.a"],
    ),
    ("type Query { a(n: Int): Int }", "type Query { a: Int }", &["breaking ARGUMENT_REMOVED Query.a(n:)"]),
    ("type Query { a: Int }", "type Query { a(n: Int): Int }", &["safe ARGUMENT_ADDED Query.a(n:)"]),
    ("type Query { a: Int }", "type Query { a(n: Int! = 1): Int }", &["safe ARGUMENT_ADDED Query.a(n:)"]),
    (
        "type Query { a: Int }",
        "type Query { a(n: Int!): Int }",
        &["breaking REQUIRED_ARGUMENT_ADDED Query.a(n:)"],
    ),
    (
        "type Query { a(n: Int!): Int }",
        "type Query { a(n: Int): Int }",
        &["safe ARGUMENT_TYPE_CHANGED Query.a(n:)"],
    ),
    (
        "type Query { a(n: Int): Int }",
        "type Query { a(n: Int!): Int }",
        &["breaking ARGUMENT_TYPE_CHANGED Query.a(n:)"],
    ),
    (
        "type Query { a(n: [Int!]): Int }",
        "type Query { a(n: [Int]): Int }",
        &["safe ARGUMENT_TYPE_CHANGED Query.a(n:)"],
    ),
    (
        "type Query { a(n: Int): Int }",
        "type Query { a(n: String): Int }",
        &["breaking ARGUMENT_TYPE_CHANGED Query.a(n:)"],
    ),
    (
        "type Query { a(n: Int = 1): Int }",
        "type Query { a(n: Int = 2): Int }",
        &["dangerous ARGUMENT_DEFAULT_CHANGED Query.a(n:)"],
    ),
    (
        "type Query { a(n: Int): Int }",
        "type Query { a(n: Int = 2): Int }",
        &["dangerous ARGUMENT_DEFAULT_CHANGED Query.a(n:)"],
    ),
    (
        "type Query { a(n: Int! = 1): Int }",
        "type Query { a(n: Int!): Int }",
        &["breaking ARGUMENT_BECAME_REQUIRED Query.a(n:)"],
    ),
    (
        "type Query { a(i: I): Int } input I { x: Int y: Int }",
        "type Query { a(i: I): Int } input I { x: Int }",
        &["breaking INPUT_FIELD_REMOVED I.y"],
    ),
    (
        "type Query { a(i: I): Int } input I { x: Int }",
        "type Query { a(i: I): Int } input I { x: Int y: Int }",
        &["safe INPUT_FIELD_ADDED I.y"],
    ),
    (
        "type Query { a(i: I): Int } input I { x: Int }",
        "type Query { a(i: I): Int } input I { x: Int y: Int! }",
        &["breaking REQUIRED_INPUT_FIELD_ADDED I.y"],
    ),
    (
        "type Query { a(i: I): Int } input I { x: Int! }",
        "type Query { a(i: I): Int } input I { x: Int }",
        &["safe INPUT_FIELD_TYPE_CHANGED I.x"],
    ),
    (
        "type Query { a(i: I): Int } input I { x: Int }",
        "type Query { a(i: I): Int } input I { x: Int! }",
        &["breaking INPUT_FIELD_TYPE_CHANGED I.x"],
    ),
    (
        "type Query { a(i: I): Int } input I { x: Int = 1 }",
        "type Query { a(i: I): Int } input I { x: Int = 2 }",
        &["dangerous INPUT_FIELD_DEFAULT_CHANGED I.x"],
    ),
    (
        "type Query { a(i: I): Int } input I { x: Int! = 1 }",
        "type Query { a(i: I): Int } input I { x: Int! }",
        &["breaking INPUT_FIELD_BECAME_REQUIRED I.x"],
    ),
    (
        "directive @oneOf on INPUT_OBJECT type Query { a(i: I): Int } input I { x: Int }",
        "directive @oneOf on INPUT_OBJECT type Query { a(i: I): Int } input I @oneOf { x: Int }",
        &["breaking ONE_OF_ADDED I"],
    ),
    (
        "directive @oneOf on INPUT_OBJECT type Query { a(i: I): Int } input I @oneOf { x: Int }",
        "directive @oneOf on INPUT_OBJECT type Query { a(i: I): Int } input I { x: Int }",
        &["safe ONE_OF_REMOVED I"],
    ),
    (
        "type Query { e: E } enum E { A B }",
        "type Query { e: E } enum E { A }",
        &["safe ENUM_VALUE_REMOVED E.B"],
    ),
    (
        "type Query { a(e: E): E } enum E { A B }",
        "type Query { a(e: E): E } enum E { A }",
        &["breaking ENUM_VALUE_REMOVED E.B"],
    ),
    (
        "type Query { a(i: I): Int } input I { e: [E!] } enum E { A B }",
        "type Query { a(i: I): Int } input I { e: [E!] } enum E { A }",
        &["breaking ENUM_VALUE_REMOVED E.B"],
    ),
    (
        "type Query { e: E } enum E { A }",
        "type Query { e: E } enum E { A B }",
        &["dangerous ENUM_VALUE_ADDED E.B"],
    ),
    (
        "type Query { a(e: E): Int } enum E { A }",
        "type Query { a(e: E): Int } enum E { A B }",
        &["safe ENUM_VALUE_ADDED E.B"],
    ),
    (
        "type Query { u: U } union U = A | B type A { x: Int } type B { x: Int }",
        "type Query { u: U } union U = A type A { x: Int } type B { x: Int }",
        &["breaking UNION_MEMBER_REMOVED U"],
    ),
    (
        "type Query { u: U } union U = A type A { x: Int } type B { x: Int }",
        "type Query { u: U } union U = A | B type A { x: Int } type B { x: Int }",
        &["dangerous UNION_MEMBER_ADDED U"],
    ),
    (
        "type Query { i: I } interface I { x: Int } type A implements I { x: Int }",
        "type Query { i: I } interface I { x: Int } type A { x: Int }",
        &["breaking INTERFACE_REMOVED_FROM_TYPE A"],
    ),
    (
        "type Query { i: I } interface I { x: Int } type A { x: Int }",
        "type Query { i: I } interface I { x: Int } type A implements I { x: Int }",
        &["dangerous INTERFACE_ADDED_TO_TYPE A"],
    ),
    ("type Query { a: Int }", "type Query { a: Int @deprecated }", &["safe DEPRECATED Query.a"]),
    ("type Query { a: Int @deprecated }", "type Query { a: Int }", &["safe DEPRECATION_REMOVED Query.a"]),
    (
        "type Query { a: Int @deprecated(reason: \"x\") }",
        "type Query { a: Int @deprecated(reason: \"y\") }",
        &["safe DEPRECATION_REASON_CHANGED Query.a"],
    ),
    (
        "type Query { a: Int } type Mutation { m: Int }",
        "type Query { a: Int }",
        &["breaking TYPE_REMOVED Mutation", "breaking ROOT_REMOVED mutation"],
    ),
    (
        "type Query { a: Int }",
        "type Query { a: Int } type Mutation { m: Int }",
        &["safe TYPE_ADDED Mutation", "safe ROOT_ADDED mutation"],
    ),
    (
        "scalar D @specifiedBy(url: \"https://a.example\") type Query { a: D }",
        "scalar D @specifiedBy(url: \"https://b.example\") type Query { a: D }",
        &["dangerous SPECIFIED_BY_CHANGED D"],
    ),
    (
        "directive @d on FIELD type Query { a: Int }",
        "type Query { a: Int }",
        &["breaking DIRECTIVE_REMOVED @d"],
    ),
    ("type Query { a: Int }", "directive @d on FIELD type Query { a: Int }", &["safe DIRECTIVE_ADDED @d"]),
    (
        "directive @d(n: Int) repeatable on FIELD | QUERY type Query { a: Int }",
        "directive @d on FIELD | MUTATION type Query { a: Int }",
        &[
            "breaking DIRECTIVE_LOCATION_REMOVED @d",
            "breaking DIRECTIVE_REPEATABLE_REMOVED @d",
            "breaking ARGUMENT_REMOVED @d(n:)",
            "safe DIRECTIVE_LOCATION_ADDED @d",
        ],
    ),
];

fn schema(text: &str) -> Schema {
    Schema::parse_and_validate(text, "schema.graphql")
        .unwrap_or_else(|invalid| panic!("{text}: {}", invalid.errors))
        .into_inner()
}

#[test]
fn every_change_has_its_code_coordinate_and_impact() {
    for (old, new, expected) in CHANGES {
        let found: Vec<String> = compare(&schema(old), &schema(new))
            .iter()
            .map(|change| {
                let impact = match change.impact {
                    Impact::Breaking => "breaking",
                    Impact::Dangerous => "dangerous",
                    Impact::Safe => "safe",
                };
                format!("{impact} {} {}", change.code, change.coordinate)
            })
            .collect();
        assert_eq!(found, *expected, "{old}\n-> {new}");
    }
}

#[test]
fn a_change_tells_old_and_new() {
    let changes =
        compare(&schema("type Query { a(n: Int = 1): Int }"), &schema("type Query { a(n: Int = 2): Int! }"));
    let told: Vec<_> = changes.iter().map(|c| (c.old.as_deref(), c.new.as_deref())).collect();
    assert_eq!(told, [(Some("1"), Some("2")), (Some("Int"), Some("Int!"))]);
}
