//! Interfaces and unions that subgraphs know differently.

use crate::support::Fixture;

pub fn nodes() -> Fixture {
    Fixture::compose(&[
        (
            "a",
            r#"type Query { nodes: [Node] } interface Node { id: ID! } type Page implements Node @key(fields: "id") { id: ID! }
                 type Image implements Node @key(fields: "id") { id: ID! width: Int }"#,
        ),
        (
            "b",
            r#"interface Node { id: ID! title: String } type Page implements Node @key(fields: "id") { id: ID! title: String }
                 type Image implements Node @key(fields: "id") { id: ID! title: String } type Video implements Node @key(fields: "id") { id: ID! title: String }"#,
        ),
    ])
}

#[test]
fn a_field_of_another_subgraphs_interface_is_fetched_by_type() {
    insta::assert_snapshot!(nodes().plan("{ nodes { id title ... on Image { width } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            nodes {
              __typename
              id
              ... on Image {
                width
              }
            }
          }
        }
        Flatten(path: "nodes") {
          Fetch(service: "b") {
            {
              ... on Image {
                __typename
                id
              }
              ... on Page {
                __typename
                id
              }
            }
            =>
            {
              ... on Image {
                title
              }
              ... on Page {
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
fn a_type_that_the_subgraph_does_not_list_is_not_asked_for() {
    insta::assert_snapshot!(nodes().plan("{ nodes { ... on Video { title } ... on Page { id } } }"), @r###"
    QueryPlan {
      Fetch(service: "a") {
        {
          nodes {
            __typename
            ... on Page {
              id
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_member_that_only_one_of_the_possible_subgraphs_knows_is_dead() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { media: Media @shareable } union Media = Book | Song type Book @shareable { title: String } type Song { title: String }"#,
        ),
        (
            "b",
            r#"type Query { media: Media @shareable } union Media = Book | Film type Book @shareable { title: String } type Film { title: String }"#,
        ),
    ]);
    insta::assert_snapshot!(fixture.plan("{ media { __typename ... on Book { title } ... on Song { title } ... on Film { title } } }"), @r###"
    QueryPlan {
      Fetch(service: "a") {
        {
          media {
            __typename
            ... on Book {
              title
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn response_names_that_clash_in_the_subgraph_get_an_alias() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { accounts: [Account!]! } union Account = User | Admin type User { id: ID! @shareable } type Admin { id: ID }"#,
        ),
        ("b", r#"type Query { user: User } type User { id: ID @shareable }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ accounts { ... on User { id } ... on Admin { id } } }"), @r###"
    QueryPlan {
      Fetch(service: "a") {
        {
          accounts {
            __typename
            ... on Admin {
              id
            }
            ... on User {
              id_1: id
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn an_interface_is_exploded_only_where_an_implementation_cannot_answer() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { posts: [Post] } interface Post { id: ID! at: String } type Text implements Post @key(fields: "id") { id: ID! at: String }
                 type Photo implements Post @key(fields: "id") { id: ID! at: String @external }"#,
        ),
        ("b", r#"type Photo @key(fields: "id") { id: ID! at: String @shareable }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ posts { id at } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            posts {
              __typename
              id
              ... on Text {
                at
              }
            }
          }
        }
        Flatten(path: "posts") {
          Fetch(service: "b") {
            {
              ... on Photo {
                __typename
                id
              }
            }
            =>
            {
              ... on Photo {
                at
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_condition_on_one_type_does_not_cover_the_same_key_of_another() {
    let query = "query($x: Boolean!) { nodes { ... on Page @include(if: $x) { id } ... on Image { id } } }";
    insta::assert_snapshot!(nodes().plan(query), @r###"
    QueryPlan {
      Fetch(service: "a") {
        {
          nodes {
            __typename
            ... on Image {
              id
            }
            ... on Page {
              id @include(if: $x)
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn what_the_client_asks_on_one_type_only_is_asked_on_no_other() {
    let fixture = Fixture::compose(&[(
        "a",
        r#"type Query { all: [Named] } interface Named { pal: Pal } type Cat implements Named { pal: Pal }
             type Dog implements Named { pal: Pal } type Pal { title: String must: String! pal: Pal }"#,
    )]);
    let query = "{ all { pal { title pal { title } } ... on Cat { pal { pal { must } } } } }";
    insta::assert_snapshot!(fixture.plan(query), @r###"
    QueryPlan {
      Fetch(service: "a") {
        {
          all {
            __typename
            pal {
              title
              pal {
                title
              }
            }
            ... on Cat {
              pal {
                pal {
                  must
                }
              }
            }
          }
        }
      }
    }
    "###);
    let query = "{ all { ... on Cat { pal { must } } ... on Dog { pal { title } } } }";
    insta::assert_snapshot!(fixture.plan(query), @r###"
    QueryPlan {
      Fetch(service: "a") {
        {
          all {
            __typename
            ... on Cat {
              pal {
                must
              }
            }
            ... on Dog {
              pal {
                title
              }
            }
          }
        }
      }
    }
    "###);
}
