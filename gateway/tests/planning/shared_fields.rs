//! Fields that several subgraphs share, each of which has something of its own below: asked side by side, not one after
//! the other.

use crate::support::Fixture;

fn shared_roots(count: usize) -> Fixture {
    let sdl = |index: usize| {
        format!(
            r#"type Query {{ item: Item @shareable }} type Item @key(fields: "id") {{ id: ID! own{index}: Int }}"#
        )
    };
    let all: Vec<(String, String)> = (0..count).map(|index| (format!("s{index}"), sdl(index))).collect();
    let borrowed: Vec<(&str, &str)> = all.iter().map(|(name, sdl)| (name.as_str(), sdl.as_str())).collect();
    Fixture::compose(&borrowed)
}

#[test]
fn a_root_field_of_three_subgraphs_is_asked_of_all_at_once() {
    insta::assert_snapshot!(shared_roots(3).plan("{ item { own0 own1 own2 } }"), @r###"
    QueryPlan {
      Parallel {
        Fetch(service: "s0") {
          {
            item {
              own0
            }
          }
        }
        Fetch(service: "s1") {
          {
            item {
              own1
            }
          }
        }
        Fetch(service: "s2") {
          {
            item {
              own2
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_root_field_of_four_subgraphs_is_asked_of_those_that_have_something() {
    insta::assert_snapshot!(shared_roots(4).plan("{ item { own0 own1 own3 } }"), @r###"
    QueryPlan {
      Parallel {
        Fetch(service: "s0") {
          {
            item {
              own0
            }
          }
        }
        Fetch(service: "s1") {
          {
            item {
              own1
            }
          }
        }
        Fetch(service: "s3") {
          {
            item {
              own3
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_root_field_of_four_subgraphs_is_asked_of_all_at_once() {
    let plan = shared_roots(4).plan("{ item { own0 own1 own2 own3 } }");
    assert_eq!((plan.matches("Fetch(").count(), plan.matches("Flatten(").count()), (4, 0), "{plan}");
}

#[test]
fn a_root_field_of_eight_subgraphs_is_asked_of_all_at_once() {
    let own: String = (0..8).map(|index| format!("own{index} ")).collect();
    let plan = shared_roots(8).plan(&format!("{{ item {{ {own} }} }}"));
    assert_eq!((plan.matches("Fetch(").count(), plan.matches("Flatten(").count()), (8, 0), "{plan}");
}

#[test]
fn a_field_of_an_entity_is_asked_of_all_that_are_entered_below_anyway() {
    let root = r#"type Query { user: User } type User @key(fields: "id") { id: ID! name: String }"#;
    let sdl = |index: usize| {
        format!(
            r#"type User @key(fields: "id") {{ id: ID! item: Item @shareable }} type Item @key(fields: "id") {{ id: ID! own{index}: Int }}"#
        )
    };
    let all = [("root", root), ("s0", &sdl(0)), ("s1", &sdl(1)), ("s2", &sdl(2))];
    let plan = Fixture::compose(&all).plan("{ user { name item { own0 own1 own2 } } }");
    assert_eq!((plan.matches("Fetch(").count(), plan.matches("Parallel {").count()), (4, 1), "{plan}");
    assert_eq!(plan.matches(r#"Flatten(path: "user")"#).count(), 3, "none waits for another: {plan}");
}

#[test]
fn a_source_is_asked_at_once_though_another_subgraph_would_be_entered_for_the_same() {
    let key = r#"type Item @key(fields: "id")"#;
    let root = "type Query { item: Item @shareable }";
    let plan = Fixture::compose(&[
        ("m", &format!("type Query {{ other: Int }} {key} {{ id: ID! same: Int @shareable }}")),
        ("s1", &format!("{root} {key} {{ id: ID! own1: Int }}")),
        ("s2", &format!("{root} {key} {{ id: ID! own2: Int }}")),
        ("s3", &format!("{root} {key} {{ id: ID! same: Int @shareable }}")),
    ])
    .plan("{ item { own1 own2 same } }");
    assert_eq!((plan.matches("Fetch(").count(), plan.matches("Flatten(").count()), (3, 0), "{plan}");
}

/// Seven candidates are more than every set of is tried; added one by one, they show no gain before the last is there.
#[test]
fn more_subgraphs_than_all_sets_are_tried_of_are_asked_at_once() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let sdl = |name: &str| {
        format!(
            r#"type Query {{ item: Item @shareable }}
               type Item @key(fields: "id") {{ id: ID! next: Item @shareable {name}: Int }}"#
        )
    };
    let sdls: Vec<String> = names.iter().map(|name| sdl(name)).collect();
    let subgraphs: Vec<(&str, &str)> = names.iter().copied().zip(sdls.iter().map(String::as_str)).collect();
    let fixture = Fixture::compose(&subgraphs);
    for query in ["{ item { a b c d e f g } }", "{ item { a next { b c d e f } next { g } } }"] {
        let plan = fixture.plan(query);
        assert_eq!((plan.matches("Fetch(service").count(), plan.contains("Flatten")), (7, false), "{plan}");
    }
}
