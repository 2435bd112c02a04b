//! `@defer`: what is deferred is fetched apart, from what the first part brings; what cannot be fetched apart comes with it.

use crate::support::Fixture;

fn shop() -> Fixture {
    Fixture::compose(&[
        (
            "a",
            r#"type Query { product: Product node: Node total: Int } type Mutation { add: Product one: Int } type Subscription { added: Product }
               interface Node { id: ID! }
               type Product implements Node @key(fields: "id") { id: ID! name: String dims: Dims }
               type Dims { size: Int maker: Maker }
               type Maker implements Node @key(fields: "id") { id: ID! title: String }"#,
        ),
        (
            "b",
            r#"type Query { count: Int } type Product @key(fields: "id") { id: ID! reviews: [Review] rank: Int }
               type Review { stars: Int by: Maker } type Maker @key(fields: "id", resolvable: false) { id: ID! }"#,
        ),
        ("c", r#"type Maker @key(fields: "id") { id: ID! city: String }"#),
    ])
}

#[test]
fn a_deferred_fragment_is_entered_by_keys_of_the_first_part() {
    let query = r#"{ product { name ... @defer(label: "slow") { id dims { size } reviews { stars } } } }"#;
    insta::assert_snapshot!(shop().plan_in_parts(query), @r###"
    QueryPlan {
      Defer {
        Primary: {
          Fetch(service: "a") {
            {
              product {
                name
                id
              }
            }
          }
        }
        Deferred(path: "product", label: "slow"): {
          Parallel {
            Flatten(path: "product") {
              Fetch(service: "a") {
                {
                  ... on Product {
                    __typename
                    id
                  }
                }
                =>
                {
                  ... on Product {
                    dims {
                      size
                    }
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
                    reviews {
                      stars
                    }
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

/// Which parts each fetch is for, and what it asks.
#[rustfmt::skip]
const PLANS: &[(&str, &str, &[&str])] = &[
    ("a root field", "{ total ... @defer { count } }", &["0 a query{total}", "1 b query{count}"]),
    ("nothing but what is deferred", "{ ... @defer { total } }", &["1 a query{total}"]),
    ("a key alone", "{ product { name ... @defer { id } } }", &["0 a query{product{name id}}"]),
    ("what the first part brings anyway", "{ product { name ... @defer { name } } }", &["0 a query{product{name}}"]),
    ("a value type has no way back, the entity below it has", "{ product { dims { ... @defer { size maker { title city } } } } }", &[
        "0 a query{product{dims{size maker{id}}}}",
        "1 a query($representations:[_Any!]!){_entities(representations:$representations){...on Maker{title}}}",
        "1 c query($representations:[_Any!]!){_entities(representations:$representations){...on Maker{city}}}",
    ]),
    ("a field in two fragments is fetched for whichever comes first", "{ product { name ... @defer { rank } ... @defer { rank reviews { stars } } } }", &[
        "0 a query{product{name id}}",
        "2 b query($representations:[_Any!]!){_entities(representations:$representations){...on Product{reviews{stars}}}}",
        "12 b query($representations:[_Any!]!){_entities(representations:$representations){...on Product{rank}}}",
    ]),
    ("a fragment in a fragment", "{ product { name ... @defer { reviews { stars ... @defer { by { city } } } } } }", &[
        "0 a query{product{name id}}",
        "1 b query($representations:[_Any!]!){_entities(representations:$representations){...on Product{reviews{stars by{id}}}}}",
        "2 c query($representations:[_Any!]!){_entities(representations:$representations){...on Maker{city}}}",
    ]),
    ("a fragment on one type of several", "{ node { id ... on Product @defer { rank } } }", &[
        "0 a query{node{__typename id}}",
        "1 b query($representations:[_Any!]!){_entities(representations:$representations){...on Product{rank}}}",
    ]),
    ("the next mutation does not wait for what is deferred", "mutation { add { name ... @defer { rank } } one }", &[
        "0 a mutation{add{name id}one}",
        "1 b query($representations:[_Any!]!){_entities(representations:$representations){...on Product{rank}}}",
    ]),
    ("not deferred by a constant", "{ product { name ... @defer(if: false) { rank } } }", &[
        "0 a query{product{id name}}",
        "0 b query($representations:[_Any!]!){_entities(representations:$representations){...on Product{rank}}}",
    ]),
    ("not deferred by a default", "query($d: Boolean = false) { product { name ... @defer(if: $d) { rank } } }", &[
        "0 a query{product{id name}}",
        "0 b query($representations:[_Any!]!){_entities(representations:$representations){...on Product{rank}}}",
    ]),
];

#[test]
fn fetches_are_for_the_parts_that_need_them() {
    let shop = shop();
    for (what, query, expected) in PLANS {
        assert_eq!(shop.fetches_in_parts(query), *expected, "{what}");
    }
}

#[test]
fn nothing_is_deferred_at_the_top_of_a_mutation_or_in_a_subscription() {
    let shop = shop();
    for (query, allowed) in [
        ("mutation { ... @defer { one } }", false),
        ("mutation { ...F } fragment F on Mutation { ... @defer { one } }", false),
        ("mutation { add { ... @defer { rank } } }", true),
        ("subscription { ... @defer { added { id } } }", false),
        ("subscription { added { ... @defer { id } } }", false),
        ("subscription { added { ... @defer(if: false) { id } } }", true),
    ] {
        assert_eq!(shop.is_valid(query), allowed, "{query}");
    }
}

#[test]
fn what_cannot_be_fetched_apart_even_with_the_first_part_comes_whole() {
    let halves = Fixture::compose(&[
        ("a", "type Query { zed: Zed @shareable } type Zed { z1: String }"),
        ("b", "type Query { zed: Zed @shareable } type Zed { z2: String }"),
    ]);
    insta::assert_snapshot!(halves.plan_in_parts("{ zed { ... @defer { z2 } } }"), @r###"
    QueryPlan {
      Fetch(service: "b") {
        {
          zed {
            z2
          }
        }
      }
    }
    "###);
}
