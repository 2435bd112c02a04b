//! `@requires`: what a subgraph must be told before it can answer.

use crate::support::Fixture;

pub fn shipping() -> Fixture {
    Fixture::compose(&[
        (
            "catalog",
            r#"type Query { products: [Product] } type Product @key(fields: "id") { id: ID! weight: Int price(currency: String!): Int size: Size }
                       type Size { width: Int height: Int }"#,
        ),
        (
            "shipping",
            r#"type Product @key(fields: "id") { id: ID! weight: Int @external price(currency: String!): Int @external size: Size @external
                          cost: Int @requires(fields: "weight size { width }")
                          duty: Int @requires(fields: "price(currency: \"USD\")") vat: Int @requires(fields: "price(currency: \"EUR\")") zone: String }
                        type Size @external { width: Int }"#,
        ),
        (
            "label",
            r#"type Product @key(fields: "id") { id: ID! cost: Int @external text: String @requires(fields: "cost") }"#,
        ),
    ])
}

#[test]
fn required_fields_ride_along_and_share_the_entity_request() {
    insta::assert_snapshot!(shipping().plan("{ products { cost zone } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "catalog") {
          {
            products {
              id
              weight
              size {
                width
              }
            }
          }
        }
        Flatten(path: "products") {
          Fetch(service: "shipping") {
            {
              ... on Product {
                __typename
                id
                weight
                size {
                  width
                }
              }
            }
            =>
            {
              ... on Product {
                cost
                zone
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_required_field_may_itself_require() {
    insta::assert_snapshot!(shipping().plan("{ products { text } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "catalog") {
          {
            products {
              id
              weight
              size {
                width
              }
            }
          }
        }
        Flatten(path: "products") {
          Fetch(service: "shipping") {
            {
              ... on Product {
                __typename
                id
                weight
                size {
                  width
                }
              }
            }
            =>
            {
              ... on Product {
                cost
              }
            }
          }
        }
        Flatten(path: "products") {
          Fetch(service: "label") {
            {
              ... on Product {
                __typename
                id
                cost
              }
            }
            =>
            {
              ... on Product {
                text
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn one_field_required_with_two_arguments_is_sent_in_two_lists() {
    insta::assert_snapshot!(shipping().plan("{ products { duty vat price(currency: \"KRW\") } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "catalog") {
          {
            products {
              id
              _price_0: price(currency: "USD")
              _price_1: price(currency: "EUR")
              price(currency: "KRW")
            }
          }
        }
        Fetch(service: "shipping") {
          Flatten(path: "products") {
            {
              ... on Product {
                __typename
                id
                _price_0: price
              }
            }
            =>
            {
              ... on Product {
                duty
              }
            }
          }
          Flatten(path: "products") {
            {
              ... on Product {
                __typename
                id
                _price_1: price
              }
            }
            =>
            {
              ... on Product {
                vat
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn coming_back_to_the_same_subgraph_is_a_request_of_its_own() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { me: User } type User @key(fields: "id") { id: ID! age: Int @external adult: Boolean @requires(fields: "age") }"#,
        ),
        ("b", r#"type User @key(fields: "id") { id: ID! age: Int }"#),
    ]);
    insta::assert_snapshot!(fixture.plan("{ me { adult } }"), @r###"
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
                age
              }
            }
          }
        }
        Flatten(path: "me") {
          Fetch(service: "a") {
            {
              ... on User {
                __typename
                id
                age
              }
            }
            =>
            {
              ... on User {
                adult
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn an_interface_in_a_required_set_is_sent_with_its_type() {
    let fixture = Fixture::compose(&[
        (
            "a",
            r#"type Query { order: Order } type Order @key(fields: "id") { id: ID! payment: Payment }
                 interface Payment { amount: Int } type Card implements Payment @shareable { amount: Int last4: String } type Cash implements Payment @shareable { amount: Int }"#,
        ),
        (
            "b",
            r#"type Order @key(fields: "id") { id: ID! payment: Payment @external receipt: String @requires(fields: "payment { amount ... on Card { last4 } }") }
                 interface Payment { amount: Int } type Card implements Payment @shareable { amount: Int last4: String } type Cash implements Payment @shareable { amount: Int }"#,
        ),
    ]);
    insta::assert_snapshot!(fixture.plan("{ order { receipt } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            order {
              id
              payment {
                __typename
                amount
                ... on Card {
                  last4
                }
              }
            }
          }
        }
        Flatten(path: "order") {
          Fetch(service: "b") {
            {
              ... on Order {
                __typename
                id
                payment {
                  __typename
                  amount
                  ... on Card {
                    last4
                  }
                }
              }
            }
            =>
            {
              ... on Order {
                receipt
              }
            }
          }
        }
      }
    }
    "###);
}
