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

pub fn split_category() -> Fixture {
    Fixture::compose(&[
        (
            "a",
            r#"type Query { product: Product } type Product @key(fields: "id") { id: ID! category: Category @shareable } type Category { id: ID! @shareable }"#,
        ),
        (
            "b",
            r#"type Product @key(fields: "id") { id: ID! category: Category @shareable } type Category { details: String }"#,
        ),
        ("c", r#"type Category @key(fields: "id") { id: ID! @shareable name: String }"#),
    ])
}

#[test]
fn a_value_below_an_entity_is_completed_through_its_parent() {
    insta::assert_snapshot!(split_category().plan("{ product { category { id name details } } }"), @r###"
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

/// Seven subgraphs that all know nearly everything.
pub fn look_alikes() -> Fixture {
    let sdl = |index: usize| {
        format!(
            r#"type Query {{ item: Item @shareable }}
               type Item @key(fields: "id") {{ id: ID! a: Int @shareable b: Int @shareable next: Item @shareable size: Size @shareable own{index}: Int }}
               type Size @shareable {{ width: Int height: Int inner: Size }}"#
        )
    };
    let all: Vec<(String, String)> = (0..7).map(|index| (format!("s{index}"), sdl(index))).collect();
    let borrowed: Vec<(&str, &str)> = all.iter().map(|(name, sdl)| (name.as_str(), sdl.as_str())).collect();
    Fixture::compose(&borrowed)
}

#[test]
fn look_alike_subgraphs_are_entered_only_for_what_is_their_own() {
    let query = "{ item { a b own0 next { own3 size { width inner { height } } next { a own3 next { b own3 own5 } } } } }";
    let plan = look_alikes().plan(query);
    assert_eq!(plan.matches("Fetch(service:").count(), 3, "{plan}");
}

#[test]
fn a_value_whose_parts_lie_in_ten_subgraphs_is_put_together() {
    let sdl = |index: usize| {
        format!("type Query {{ a: A @shareable }} type A {{ b: A @shareable own{index}: Int }}")
    };
    let all: Vec<(String, String)> = (0..10).map(|index| (format!("s{index}"), sdl(index))).collect();
    let borrowed: Vec<(&str, &str)> = all.iter().map(|(name, sdl)| (name.as_str(), sdl.as_str())).collect();
    let own: String = (0..10).map(|index| format!("own{index} ")).collect();
    let plan = Fixture::compose(&borrowed).plan(&format!("{{ a {{ b {{ {own} }} }} }}"));
    assert_eq!(plan.matches("Fetch(service:").count(), 10, "{plan}");
}

#[test]
fn the_deepest_allowed_operation_fits_a_small_stack() {
    let query =
        format!("{{ item {{ own0 {} own3 own6 {} }} }}", "next { own5 own1 a ".repeat(38), "}".repeat(38));
    let fixture = look_alikes();
    let planning =
        std::thread::Builder::new().stack_size(2 << 20).spawn(move || fixture.plan(&query)).unwrap();
    assert!(planning.join().unwrap().starts_with("QueryPlan"));
}
