//! Entities across subgraphs by their keys.

use crate::support::Fixture;

/// a knows the number, b links number and code, c has what is asked for by the code.
fn chain() -> Fixture {
    Fixture::new(
        &[
            ("a", r#"type Query { books: [Book] } type Book @key(fields: "number") { number: ID! }"#),
            (
                "b",
                r#"type Book @key(fields: "number") @key(fields: "code") { number: ID! code: ID! pages: Int }"#,
            ),
            ("c", r#"type Book @key(fields: "code") { code: ID! title: String }"#),
        ],
        r#"
        type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) { books: [Book] @join__field(graph: A) }
        type Book @join__type(graph: A, key: "number") @join__type(graph: B, key: "number") @join__type(graph: B, key: "code")
            @join__type(graph: C, key: "code") {
            number: ID! @join__field(graph: A) @join__field(graph: B)
            code: ID! @join__field(graph: B) @join__field(graph: C)
            pages: Int @join__field(graph: B)
            title: String @join__field(graph: C)
        }"#,
    )
}

#[test]
fn one_hop_by_a_key() {
    insta::assert_snapshot!(chain().plan("{ books { number pages } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            books {
              number
            }
          }
        }
        Flatten(path: "books") {
          Fetch(service: "b") {
            {
              ... on Book {
                __typename
                number
              }
            }
            =>
            {
              ... on Book {
                pages
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_key_that_only_a_third_subgraph_knows_is_fetched_on_the_way() {
    insta::assert_snapshot!(chain().plan("{ books { title } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            books {
              number
            }
          }
        }
        Flatten(path: "books") {
          Fetch(service: "b") {
            {
              ... on Book {
                __typename
                number
              }
            }
            =>
            {
              ... on Book {
                code
              }
            }
          }
        }
        Flatten(path: "books") {
          Fetch(service: "c") {
            {
              ... on Book {
                __typename
                code
              }
            }
            =>
            {
              ... on Book {
                title
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn the_hop_on_the_way_also_brings_what_the_client_asked_there() {
    insta::assert_snapshot!(chain().plan("{ books { title pages } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            books {
              number
            }
          }
        }
        Flatten(path: "books") {
          Fetch(service: "b") {
            {
              ... on Book {
                __typename
                number
              }
            }
            =>
            {
              ... on Book {
                code
                pages
              }
            }
          }
        }
        Flatten(path: "books") {
          Fetch(service: "c") {
            {
              ... on Book {
                __typename
                code
              }
            }
            =>
            {
              ... on Book {
                title
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn an_alias_that_equals_a_key_field_is_not_taken_for_the_key() {
    insta::assert_snapshot!(chain().plan("{ books { number: __typename code: pages title } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            books {
              __typename
              _number_0: number
            }
          }
        }
        Flatten(path: "books") {
          Fetch(service: "b") {
            {
              ... on Book {
                __typename
                _number_0: number
              }
            }
            =>
            {
              ... on Book {
                _code_0: code
                code: pages
              }
            }
          }
        }
        Flatten(path: "books") {
          Fetch(service: "c") {
            {
              ... on Book {
                __typename
                _code_0: code
              }
            }
            =>
            {
              ... on Book {
                title
              }
            }
          }
        }
      }
    }
    "###);
}
