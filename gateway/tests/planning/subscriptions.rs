//! Subscriptions: the first fetch is the stream, the rest runs for each event.

use crate::support::Fixture;

fn posts() -> Fixture {
    Fixture::compose(&[
        (
            "a",
            r#"type Query { x: Int } type Subscription { added: Post } type Post @key(fields: "id") { id: ID! }"#,
        ),
        (
            "b",
            r#"type Post @key(fields: "id") { id: ID! author: User } type User @key(fields: "id") { id: ID! }"#,
        ),
        ("c", r#"type User @key(fields: "id") { id: ID! name: String }"#),
    ])
}

#[test]
fn each_event_is_completed_by_the_other_subgraphs() {
    insta::assert_snapshot!(posts().plan("subscription { added { id author { name } } }"), @r###"
    QueryPlan {
      Subscription {
        Primary: {
          Fetch(service: "a") {
            {
              added {
                id
              }
            }
          }
        }
        Rest: {
          Sequence {
            Flatten(path: "added") {
              Fetch(service: "b") {
                {
                  ... on Post {
                    __typename
                    id
                  }
                }
                =>
                {
                  ... on Post {
                    author {
                      id
                    }
                  }
                }
              }
            }
            Flatten(path: "added.author") {
              Fetch(service: "c") {
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
            }
          }
        }
      }
    }
    "###);
}
