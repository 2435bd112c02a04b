//! Entities across subgraphs by their keys.

use crate::support::Fixture;

/// a knows the number, b links number and code, c has what is asked for by the code.
pub fn chain() -> Fixture {
    Fixture::compose(&[
        ("a", r#"type Query { books: [Book] } type Book @key(fields: "number") { number: ID! }"#),
        (
            "b",
            r#"type Book @key(fields: "number") @key(fields: "code") { number: ID! code: ID! pages: Int }"#,
        ),
        ("c", r#"type Book @key(fields: "code") { code: ID! title: String }"#),
    ])
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

#[test]
fn only_a_resolvable_key_is_entered_by() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { order: Order } type Order @key(fields: "id") { id: ID! item: Item }
                 type Item @key(fields: "sku", resolvable: false) { sku: ID! }"#,
        ),
        (
            "b",
            r#"type Item @key(fields: "sku") @key(fields: "ean", resolvable: false) { sku: ID! ean: ID! price: Int }"#,
        ),
    ]);
    insta::assert_snapshot!(fixture.plan("{ order { item { price ean } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            order {
              item {
                sku
              }
            }
          }
        }
        Flatten(path: "order.item") {
          Fetch(service: "b") {
            {
              ... on Item {
                __typename
                sku
              }
            }
            =>
            {
              ... on Item {
                price
                ean
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn compound_and_nested_keys_are_sent_whole() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { seat: Seat } type Seat @key(fields: "row number hall { id floor }") { row: Int! number: Int! hall: Hall! }
                 type Hall @shareable { id: ID! floor: Int! }"#,
        ),
        (
            "b",
            r#"type Seat @key(fields: "row number hall { id floor }") { row: Int! number: Int! hall: Hall! price: Int }
                 type Hall @shareable { id: ID! floor: Int! }"#,
        ),
    ]);
    insta::assert_snapshot!(fixture.plan("{ seat { hall { id } price } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            seat {
              row
              number
              hall {
                id
                floor
              }
            }
          }
        }
        Flatten(path: "seat") {
          Fetch(service: "b") {
            {
              ... on Seat {
                __typename
                row
                number
                hall {
                  id
                  floor
                }
              }
            }
            =>
            {
              ... on Seat {
                price
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn entities_at_several_paths_go_into_one_request() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { post: Post } type Post { author: User editor: User reviewers: [User!]! } type User @key(fields: "id") { id: ID! }"#,
        ),
        ("b", r#"type User @key(fields: "id") { id: ID! name: String email: String }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ post { author { name } editor { name } reviewers { email } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            post {
              author {
                id
              }
              editor {
                id
              }
              reviewers {
                id
              }
            }
          }
        }
        Fetch(service: "b") {
          Flatten(path: "post.author, post.editor") {
            {
              ... on User {
                __typename
                id
              }
            }
            =>
            {
              ... on User {
                name
              }
            }
          }
          Flatten(path: "post.reviewers") {
            {
              ... on User {
                __typename
                id
              }
            }
            =>
            {
              ... on User {
                email
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn the_query_root_met_below_is_entered_again() {
    let fixture = Fixture::compose(&[
        ("a", r#"type Query { outer: Outer } type Outer { query: Query label: String }"#),
        ("b", r#"type Query { version: String }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ outer { label query { version outer { label } } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            outer {
              label
              query {
                outer {
                  label
                }
              }
            }
          }
        }
        Flatten(path: "outer.query") {
          Fetch(service: "b") {
            {
              version
            }
          }
        }
      }
    }
    "###);
}
