//! `@context` and `@fromContext`: who is asked for what an object above gives, and who waits for it.

use crate::support::Fixture;

fn accounts() -> Fixture {
    Fixture::compose(&[
        (
            "accounts",
            r#"type Query { user: User node: Node }
               interface Node { id: ID! account: Account }
               type User implements Node @key(fields: "id") @context(name: "holder") { id: ID! name: String! nick: String @external account: Account }
               type Firm implements Node @key(fields: "id") @context(name: "holder") { id: ID! title: String! account: Account }
               type Account @key(fields: "id") { id: ID! plain: Int child: Account
                 label(of: String @fromContext(field: "$holder ... on User { name } ... on Firm { title }")): String
                 called(by: String @fromContext(field: "$holder ... on User { nick } ... on Firm { title }"), long: Boolean): String }"#,
        ),
        ("people", r#"type User @key(fields: "id") { id: ID! nick: String }"#),
    ])
}

#[test]
fn the_subgraph_that_one_stands_in_is_entered_again_with_the_value() {
    insta::assert_snapshot!(accounts().plan("{ user { account { plain label } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "accounts") {
          {
            user {
              name
              account {
                id
                plain
              }
            }
          }
        }
        Flatten(path: "user.account") {
          Fetch(service: "accounts") {
            {
              ... on Account {
                __typename
                id
              }
              $contextualArgument_accounts_0: user|[User].name
            }
            =>
            {
              ... on Account {
                label(of: $contextualArgument_accounts_0)
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn a_value_of_another_subgraph_is_waited_for() {
    insta::assert_snapshot!(accounts().plan("{ user { account { child { called(long: true) } } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "accounts") {
          {
            user {
              id
              account {
                child {
                  id
                }
              }
            }
          }
        }
        Flatten(path: "user") {
          Fetch(service: "people") {
            {
              ... on User {
                __typename
                id
              }
            }
            =>
            {
              ... on User {
                nick
              }
            }
          }
        }
        Flatten(path: "user.account.child") {
          Fetch(service: "accounts") {
            {
              ... on Account {
                __typename
                id
              }
              $contextualArgument_accounts_1: user|[User].nick
            }
            =>
            {
              ... on Account {
                called(long: true, by: $contextualArgument_accounts_1)
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn each_type_above_gives_its_own_value() {
    insta::assert_snapshot!(accounts().plan("{ node { account { label } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "accounts") {
          {
            node {
              __typename
              account {
                id
              }
              ... on Firm {
                title
              }
              ... on User {
                name
              }
            }
          }
        }
        Flatten(path: "node.account") {
          Fetch(service: "accounts") {
            {
              ... on Account {
                __typename
                id
              }
              $contextualArgument_accounts_0: node|[Firm].title
              $contextualArgument_accounts_0: node|[User].name
            }
            =>
            {
              ... on Account {
                label(of: $contextualArgument_accounts_0)
              }
            }
          }
        }
      }
    }
    "###);
}

#[test]
fn what_a_guard_leaves_out_asks_for_no_value() {
    insta::assert_snapshot!(accounts().plan("query($a: Boolean!) { user { account { called @include(if: $a) } } }"), @r###"
    QueryPlan {
      Sequence {
        Fetch(service: "accounts") {
          {
            user {
              id
              account {
                id
              }
            }
          }
        }
        Include(if: $a) {
          Flatten(path: "user") {
            Fetch(service: "people") {
              {
                ... on User {
                  __typename
                  id
                }
              }
              =>
              {
                ... on User {
                  nick
                }
              }
            }
          }
        }
        Include(if: $a) {
          Flatten(path: "user.account") {
            Fetch(service: "accounts") {
              {
                ... on Account {
                  __typename
                  id
                }
                $contextualArgument_accounts_1: user|[User].nick
              }
              =>
              {
                ... on Account {
                  called(by: $contextualArgument_accounts_1) @include(if: $a)
                }
              }
            }
          }
        }
      }
    }
    "###);
}
