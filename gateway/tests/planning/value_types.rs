//! Types without keys whose parts come from several subgraphs.

use crate::support::Fixture;

#[test]
fn parts_of_a_shared_root_value_are_asked_side_by_side() {
    let fixture = Fixture::compose(&[
        ("a", r#"type Query { stats: Stats @shareable } type Stats { day: String @shareable visits: Int }"#),
        ("b", r#"type Query { stats: Stats @shareable } type Stats { day: String @shareable sales: Int }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ stats { day visits sales } }"), @r###"
    QueryPlan {
      Parallel {
        Fetch(service: "a") {
          {
            stats {
              day
              visits
            }
          }
        }
        Fetch(service: "b") {
          {
            stats {
              sales
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_value_below_an_entity_is_completed_through_its_parent() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { product: Product } type Product @key(fields: "id") { id: ID! category: Category @shareable } type Category { id: ID! @shareable }"#,
        ),
        (
            "b",
            r#"type Product @key(fields: "id") { id: ID! category: Category @shareable } type Category { details: String }"#,
        ),
        ("c", r#"type Category @key(fields: "id") { id: ID! @shareable name: String }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ product { category { id name details } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            product {
              id
              category {
                id
              }
            }
          }
        }
        Parallel {
          Flatten(path: "product") {
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
                  category {
                    details
                  }
                }
              }
            }
          }
          Flatten(path: "product.category") {
            Fetch(service: "c") {
              {
                ... on Category {
                  __typename
                  id
                }
              }
              =>
              {
                ... on Category {
                  name
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
fn equal_choices_at_several_positions_share_one_request() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { pair: Pair } type Pair @shareable { left: Item right: Item } type Item @key(fields: "id") { id: ID! }"#,
        ),
        (
            "b",
            r#"type Query { other: String } type Item @key(fields: "id") { id: ID! name: String @shareable }"#,
        ),
        ("c", r#"type Item @key(fields: "id") { id: ID! name: String @shareable size: Int }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ pair { left { name } right { name size } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            pair {
              left {
                id
              }
              right {
                id
              }
            }
          }
        }
        Fetch(service: "c") {
          Flatten(path: "pair.left") {
            {
              ... on Item {
                __typename
                id
              }
            }
            =>
            {
              ... on Item {
                name
              }
            }
          }
          Flatten(path: "pair.right") {
            {
              ... on Item {
                __typename
                id
              }
            }
            =>
            {
              ... on Item {
                name
                size
              }
            }
          }
        }
      }
    }
    "###);
}
