//! Who answers what: `@override`, `@shareable`, `@inaccessible`.

use crate::support::Fixture;

#[test]
fn an_overridden_field_is_asked_of_its_new_owner() {
    let fixture = Fixture::compose(&[
        ("a", r#"type Query { me: User } type User @key(fields: "id") { id: ID! name: String age: Int }"#),
        ("b", r#"type User @key(fields: "id") { id: ID! name: String @override(from: "a") }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ me { name age } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            me {
              id
              age
            }
          }
        }
        Flatten(path: "me") {
          Fetch(service: "b") {
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
    "###);
}

#[test]
fn an_inaccessible_key_still_serves() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { me: User } type User @key(fields: "secret") { secret: ID! @inaccessible name: String }"#,
        ),
        ("b", r#"type User @key(fields: "secret") { secret: ID! @inaccessible age: Int }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ me { name age } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            me {
              secret
              name
            }
          }
        }
        Flatten(path: "me") {
          Fetch(service: "b") {
            {
              ... on User {
                __typename
                secret
              }
            }
            =>
            {
              ... on User {
                age
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_field_with_a_label_is_asked_of_its_old_owner_until_the_label_is_on() {
    let mut fixture = Fixture::compose(&[
        ("a", r#"type Query { me: User } type User @key(fields: "id") { id: ID! name: String }"#),
        (
            "b",
            r#"type User @key(fields: "id") { id: ID! name: String @override(from: "a", label: "moved") }"#,
        ),
    ]);
    assert_eq!(fixture.supergraph.labels(), ["moved"]);
    insta::assert_snapshot!(fixture.plan("{ me { name } }"), @r###"
    QueryPlan {
      Fetch(service: "a") {
        {
          me {
            name
          }
        }
      }
    }
    "###);
    fixture.supergraph = fixture.supergraph.with_labels(&[true]);
    insta::assert_snapshot!(fixture.plan("{ me { name } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            me {
              id
            }
          }
        }
        Flatten(path: "me") {
          Fetch(service: "b") {
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
    "###);
}
