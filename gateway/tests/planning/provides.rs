//! `@provides`: what a path additionally resolves.

use crate::support::Fixture;

#[test]
fn a_provided_field_needs_no_hop_and_only_on_its_path() {
    let fixture = Fixture::compose(&[
        (
            "reviews",
            r#"type Query { best: Review @provides(fields: "author { name }") latest: Review }
                       type Review @key(fields: "id") { id: ID! author: User } type User @key(fields: "id") { id: ID! name: String @external }"#,
        ),
        ("users", r#"type User @key(fields: "id") { id: ID! name: String @shareable }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ best { author { name } } latest { author { name } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "reviews") {
          {
            best {
              author {
                name
              }
            }
            latest {
              author {
                id
              }
            }
          }
        }
        Flatten(path: "latest.author") {
          Fetch(service: "users") {
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
fn a_provided_set_follows_casts() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { media: [Media] @shareable @provides(fields: "... on Book { title }") } union Media = Book | Film
                 type Book @key(fields: "id") { id: ID! title: String @external } type Film @key(fields: "id") { id: ID! }"#,
        ),
        (
            "b",
            r#"type Book @key(fields: "id") { id: ID! title: String @shareable } type Film @key(fields: "id") { id: ID! title: String @shareable }"#,
        ),
    ]);
    insta::assert_snapshot!(fixture.plan("{ media { ... on Book { title } ... on Film { title } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            media {
              __typename
              ... on Book {
                title
              }
              ... on Film {
                id
              }
            }
          }
        }
        Flatten(path: "media") {
          Fetch(service: "b") {
            {
              ... on Film {
                __typename
                id
              }
            }
            =>
            {
              ... on Film {
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
fn of_plans_with_equally_many_requests_the_one_that_asks_more_in_the_first_wins() {
    let fixture = Fixture::compose(&[
        ("entrance", r#"type Query { opening: Room @shareable } type Room @key(fields: "id") { id: ID! }"#),
        (
            "guide",
            r#"type Query { opening: Room @shareable @provides(fields: "works { title }") }
                       type Room @key(fields: "id") { id: ID! works: [Work] @external } type Work @key(fields: "id") { id: ID! title: String @external }"#,
        ),
        (
            "store",
            r#"type Room @key(fields: "id") { id: ID! works: [Work] @shareable }
                       type Work @key(fields: "id") { id: ID! title: String @shareable year: Int }"#,
        ),
    ]);
    insta::assert_snapshot!(fixture.plan("{ opening { id works { title year } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "guide") {
          {
            opening {
              id
              works {
                id
                title
              }
            }
          }
        }
        Flatten(path: "opening.works") {
          Fetch(service: "store") {
            {
              ... on Work {
                __typename
                id
              }
            }
            =>
            {
              ... on Work {
                year
              }
            }
          }
        }
      }
    }
    "###);
}
