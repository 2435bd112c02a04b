//! Contracts: what they hide is refused to clients, and keys that they hide still lead from one subgraph to the next.

use gateway::composition::{Contract, Terms};

use crate::keys;
use crate::support::Fixture;

/// The books of `keys`, of which clients see everything but the keys.
fn without_keys() -> Fixture {
    let contract = Contract::new(["public".to_owned()], [], true).unwrap();
    let tag = r#"@federation__tag(name: "public")"#;
    let tagged = [
        (
            "a",
            format!(
                r#"type Query {{ books: [Book] {tag} }} type Book @key(fields: "number") {{ number: ID! }}"#
            ),
        ),
        (
            "b",
            format!(
                r#"type Book @key(fields: "number") @key(fields: "code") {{ number: ID! code: ID! pages: Int {tag} }}"#
            ),
        ),
        ("c", format!(r#"type Book @key(fields: "code") {{ code: ID! title: String {tag} }}"#)),
    ];
    let subgraphs: Vec<(&str, &str)> = tagged.iter().map(|(name, sdl)| (*name, sdl.as_str())).collect();
    Fixture::compose_on(&subgraphs, Terms { links: None, contract: Some(&contract) })
}

#[test]
fn a_hidden_key_is_refused_to_clients_and_still_used_by_the_planner() {
    let (whole, part) = (keys::chain(), without_keys());
    for hidden in ["{ books { number } }", "{ books { pages code } }"] {
        assert!(whole.is_valid(hidden) && !part.is_valid(hidden), "{hidden}");
    }
    let query = "{ books { title pages } }";
    let plan = part.plan(query);
    assert!(plan.contains("number") && plan.contains("code"), "{plan}");
    assert_eq!(plan, whole.plan(query), "the plan does not depend on what clients may see");
}
