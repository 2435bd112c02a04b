//! `@skip` and `@include` on variables.

use crate::support::Fixture;

pub fn product() -> Fixture {
    Fixture::compose(&[
        ("a", r#"type Query { product: Product } type Product @key(fields: "id") { id: ID! price: Int }"#),
        (
            "b",
            r#"type Product @key(fields: "id") { id: ID! price: Int @external taxed: Int @requires(fields: "price") stock: Int }"#,
        ),
        (
            "c",
            r#"type Product @key(fields: "id") { id: ID! taxed: Int @external text: String @requires(fields: "taxed") }"#,
        ),
    ])
}

#[test]
fn what_only_a_skipped_field_needs_is_not_fetched() {
    insta::assert_snapshot!(product().plan("query($x: Boolean!) { product { price text @include(if: $x) } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            product {
              id
              price
            }
          }
        }
        Include(if: $x) {
          Flatten(path: "product") {
            Fetch(service: "b") {
              {
                ... on Product {
                  __typename
                  id
                  price
                }
              }
              =>
              {
                ... on Product {
                  taxed
                }
              }
            }
          }
        }
        Include(if: $x) {
          Flatten(path: "product") {
            Fetch(service: "c") {
              {
                ... on Product {
                  __typename
                  id
                  taxed
                }
              }
              =>
              {
                ... on Product {
                  text @include(if: $x)
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
fn a_condition_does_not_leak_to_a_neighbour() {
    insta::assert_snapshot!(product().plan("query($x: Boolean!) { product { taxed @include(if: $x) stock } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            product {
              id
              price
            }
          }
        }
        Flatten(path: "product") {
          Fetch(service: "b") {
            {
              ... on Product {
                __typename
                id
                price
              }
            }
            =>
            {
              ... on Product {
                taxed @include(if: $x)
                stock
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_guarded_key_is_not_taken_for_the_key() {
    insta::assert_snapshot!(product().plan("query($x: Boolean!, $y: Boolean!) { product { id @skip(if: $x) @include(if: $y) stock } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            product {
              _id_0: id
              id @include(if: $y) @skip(if: $x)
            }
          }
        }
        Flatten(path: "product") {
          Fetch(service: "b") {
            {
              ... on Product {
                __typename
                _id_0: id
              }
            }
            =>
            {
              ... on Product {
                stock
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn constant_conditions_leave_no_trace() {
    insta::assert_snapshot!(product().plan("{ product { price @include(if: true) text @skip(if: true) } }"), @r###"
    QueryPlan {
      Fetch(service: "a") {
        {
          product {
            price
          }
        }
      }
    }
    "###);
}

#[test]
fn opposite_conditions_on_one_field_ask_for_it_always() {
    insta::assert_snapshot!(product().plan("query($x: Boolean!) { product { ... @include(if: $x) { price } ... @skip(if: $x) { price } } }"), @r###"
    QueryPlan {
      Fetch(service: "a") {
        {
          product {
            price
          }
        }
      }
    }
    "###);
}

#[test]
fn what_the_conditions_around_a_field_rule_out_is_not_asked_for() {
    insta::assert_snapshot!(product().plan("query($x: Boolean!) { product @skip(if: $x) { price text @include(if: $x) } }"), @r###"
    QueryPlan {
      Include(if: !$x) {
        Fetch(service: "a") {
          {
            product @skip(if: $x) {
              price
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_condition_that_holds_around_a_field_is_not_asked_again() {
    insta::assert_snapshot!(product().plan("query($x: Boolean!) { product @include(if: $x) { stock ... @include(if: $x) { price } } }"), @r###"
    QueryPlan {
      Sequence {
        Include(if: $x) {
          Fetch(service: "a") {
            {
              product @include(if: $x) {
                id
                price
              }
            }
          }
        }
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
                stock
              }
            }
          }
        }
      }
    }
    "###);
}
