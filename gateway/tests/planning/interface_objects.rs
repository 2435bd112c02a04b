//! `@interfaceObject`: an interface of one subgraph that another knows as an object type.

use crate::support::Fixture;

pub fn documents() -> Fixture {
    Fixture::compose(&[
        (
            "owner",
            r#"type Query { documents: [Document] } interface Document @key(fields: "id") { id: ID! title: String }
                     type Policy implements Document @key(fields: "id") { id: ID! title: String stage: String }
                     type Project implements Document @key(fields: "id") { id: ID! title: String budget: Int }"#,
        ),
        (
            "filing",
            r#"type Query { filed: [Document] } type Document @key(fields: "id") @interfaceObject { id: ID! category: String }"#,
        ),
        (
            "notes",
            r#"type Document @key(fields: "id") @interfaceObject { id: ID! title: String @external note: String @requires(fields: "title") }"#,
        ),
        ("stages", r#"type Policy @key(fields: "id") { id: ID! approved: Boolean }"#),
    ])
}

#[test]
fn a_contributed_field_is_fetched_for_every_implementation_at_once() {
    insta::assert_snapshot!(documents().plan("{ documents { title category ... on Policy { stage } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "owner") {
          {
            documents {
              __typename
              id
              title
              ... on Policy {
                stage
              }
            }
          }
        }
        Flatten(path: "documents") {
          Fetch(service: "filing") {
            {
              ... on Document {
                __typename
                id
              }
            }
            =>
            {
              ... on Document {
                category
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn the_concrete_type_comes_from_the_owner() {
    insta::assert_snapshot!(documents().plan("{ filed { __typename category ... on Project { budget } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "filing") {
          {
            filed {
              id
              category
            }
          }
        }
        Flatten(path: "filed") {
          Fetch(service: "owner") {
            {
              ... on Document {
                __typename
                id
              }
            }
            =>
            {
              ... on Document {
                __typename
                ... on Project {
                  budget
                }
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn no_type_is_asked_for_where_it_does_not_matter() {
    insta::assert_snapshot!(documents().plan("{ filed { id category } }"), @r###"
    QueryPlan {
      Fetch(service: "filing") {
        {
          filed {
            id
            category
          }
        }
      }
    }
    "###);
}

#[test]
fn a_required_field_of_the_interface_is_fetched_from_its_owner_first() {
    insta::assert_snapshot!(documents().plan("{ filed { note } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "filing") {
          {
            filed {
              id
            }
          }
        }
        Flatten(path: "filed") {
          Fetch(service: "owner") {
            {
              ... on Document {
                __typename
                id
              }
            }
            =>
            {
              ... on Document {
                title
              }
            }
          }
        }
        Flatten(path: "filed") {
          Fetch(service: "notes") {
            {
              ... on Document {
                __typename
                id
                title
              }
            }
            =>
            {
              ... on Document {
                note
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn an_implementation_known_elsewhere_is_entered_once_its_type_is_known() {
    insta::assert_snapshot!(documents().plan("{ filed { ... on Policy { approved } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "filing") {
          {
            filed {
              id
            }
          }
        }
        Flatten(path: "filed") {
          Fetch(service: "owner") {
            {
              ... on Document {
                __typename
                id
              }
            }
            =>
            {
              ... on Document {
                __typename
              }
            }
          }
        }
        Flatten(path: "filed") {
          Fetch(service: "stages") {
            {
              ... on Policy {
                __typename
                id
                __typename
              }
            }
            =>
            {
              ... on Policy {
                __typename
                approved
              }
            }
          }
        }
      }
    }
    "###);
}
