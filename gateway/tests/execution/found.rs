//! What random operations found: each cause as a small fixture of its own, compared with one executor that has all data.

use serde_json::json;

use crate::harness::case::Bench;
use crate::harness::operations::Written;
use crate::harness::world::Rates;

/// Worlds that an operation is compared over.
const WORLDS: u64 = 60;

/// Compares an operation over worlds that are as unpleasant as said.
async fn compare(subgraphs: &[(&str, &str)], operation: &str, rates: Rates) {
    let subgraphs: Vec<_> = subgraphs.iter().map(|(name, sdl)| (name.to_string(), sdl.to_string())).collect();
    let bench = Bench::compose(&subgraphs).unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"));
    let operation = Written { text: operation.to_string(), variables: json!({}) };
    assert_eq!(bench.invalid(&operation), None);
    for seed in 0..WORLDS {
        let found = bench.difference(bench.world(seed, rates), &operation).await;
        assert_eq!(found, None, "{} in world {seed}", operation.text);
    }
}

const PETS: [(&str, &str); 1] = [(
    "pets",
    "type Query { all: [Named!]  maybe: Named } interface Named { pal: Pal  pals: [Pal!] } \
     type Cat implements Named { pal: Pal  pals: [Pal!]  weight: Int } type Dog implements Named { pal: Pal  pals: [Pal!] } \
     type Pal { title: String  may: String  must: String!  pal: Pal }",
)];

#[tokio::test]
async fn what_only_one_type_is_asked_for_below_a_field_of_its_interface_breaks_no_other_type() {
    let operations = [
        "{ all { pal { title } ... on Cat { pal { may } } } }",
        "{ all { pal { title } ... on Cat { pal { must } } } }",
        "{ all { pals { title } ... on Cat { pals { must } weight } } }",
        "{ maybe { ... on Dog { pal { may } } ... on Cat { pal { must } } } }",
        "{ all { pal { pal { title } } ... on Cat { pal { pal { must } } } ... on Dog { pal { may } } } }",
    ];
    for operation in operations {
        compare(&PETS, operation, Rates { error: 0.3, ..Rates::default() }).await;
        compare(&PETS, operation, Rates { lie: 0.3, ..Rates::default() }).await;
    }
}
