//! Mutations run one after the other, each with everything below it.

use crate::support::Fixture;

fn shop() -> Fixture {
    Fixture::compose(&[
        (
            "a",
            r#"type Query { x: Int } type Mutation { add: Product one: Int two: Int } type Product @key(fields: "id") { id: ID! }"#,
        ),
        ("b", r#"type Mutation { three: Int } type Product @key(fields: "id") { id: ID! name: String }"#),
    ])
}

#[test]
fn neighbours_of_one_subgraph_share_a_request() {
    insta::assert_snapshot!(shop().plan("mutation { one two three again: one }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            one
            two
          }
        }
        Fetch(service: "b") {
          {
            three
          }
        }
        Fetch(service: "a") {
          {
            again: one
          }
        }
      }
    }
    "###);
}

#[test]
fn the_next_waits_for_what_the_one_before_still_needs() {
    insta::assert_snapshot!(shop().plan("mutation { add { name } one }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            add {
              id
            }
          }
        }
        Flatten(path: "add") {
          Fetch(service: "b") {
            {
              ... on Product {
                __typename
                id
              }
            }
            =>
            {
              ... on Product {
                name
              }
            }
          }
        }
        Fetch(service: "a") {
          {
            one
          }
        }
      }
    }
    "###);
}
