//! Join-spec documents as various composers write them.

use gateway::supergraph::Supergraph;

/// Plain text of the public schema.
fn public(sdl: &str) -> String {
    Supergraph::parse(sdl).unwrap().api_schema().to_string()
}

#[test]
fn renamed_specifications_and_inaccessible_elements_leave_no_trace() {
    let sdl = r#"
        schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", as: "j", for: EXECUTION)
            @link(url: "https://specs.apollo.dev/inaccessible/v0.2", import: [{ name: "@inaccessible", as: "@hidden" }])
            @link(url: "https://specs.apollo.dev/tag/v0.3") { query: Query }
        directive @hidden on FIELD_DEFINITION | OBJECT | ENUM_VALUE | ARGUMENT_DEFINITION
        directive @tag(name: String!) repeatable on FIELD_DEFINITION
        scalar j__FieldSet
        scalar Date @specifiedBy(url: "https://example.org/date") @j__type(graph: ONE)
        enum j__Graph { ONE @j__graph(name: "one", url: "http://one") TWO @j__graph(name: "two", url: "") }
        enum Color @j__type(graph: ONE) { RED @j__enumValue(graph: ONE) GREEN @hidden @j__enumValue(graph: ONE) }
        type Query @j__type(graph: ONE) @j__type(graph: TWO) { a(x: Int, y: Int @hidden): Color @j__field(graph: ONE) @tag(name: "t")
            b: Secret @hidden @j__field(graph: TWO) c: Date @deprecated(reason: "old") @j__field(graph: ONE) }
        type Secret @hidden @j__type(graph: TWO) { id: ID! }"#;
    insta::assert_snapshot!(public(sdl), @r###"
    """
    Lets a fragment come after the rest of the answer, to clients that take an answer in parts.
    """
    directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT

    scalar Date @specifiedBy(url: "https://example.org/date")

    enum Color {
      RED
    }

    type Query {
      a(x: Int): Color
      c: Date @deprecated(reason: "old")
    }
    "###);
    let supergraph = Supergraph::parse(sdl).unwrap();
    let names: Vec<_> = supergraph.subgraphs().iter().map(|s| (s.name.as_str(), s.url.as_str())).collect();
    assert_eq!(names, [("one", "http://one"), ("two", "")]);
    assert_eq!(supergraph.object_type_id("Query"), Some(0));
    assert_eq!(supergraph.object_type_id("Secret"), Some(1), "inaccessible types come after all public ones");
}

#[test]
fn what_is_not_a_supergraph_is_refused_with_a_reason() {
    for (sdl, reason) in [
        ("type Query {", "not valid GraphQL"),
        ("type Query { a: Int }", "no enum `join__Graph`"),
        (
            r#"enum join__Graph { A @join__graph(name: "a", url: "") } type Query @join__type(graph: B) { a: Int }"#,
            "no subgraph B",
        ),
        (
            r#"enum join__Graph { A @join__graph(name: "a", url: "") } type Query @join__type(graph: A, key: "nope") { a: Int }"#,
            "field set `nope`",
        ),
        (
            r#"schema @link(url: "https://specs.apollo.dev/join/v0.6", for: EXECUTION) { query: Query } type Query { a: Int }"#,
            "needs https://specs.apollo.dev/join/v0.6",
        ),
        (
            r#"schema @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) @link(url: "https://specs.apollo.dev/connect/v0.1", for: EXECUTION)
            { query: Query } type Query { a: Int }"#,
            "needs https://specs.apollo.dev/connect/v0.1",
        ),
        (
            r#"schema @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) @link(url: "https://example.org/secret/v1.0", for: SECURITY)
            { query: Query } type Query { a: Int }"#,
            "compose it without",
        ),
    ] {
        let error = Supergraph::parse(sdl).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}
