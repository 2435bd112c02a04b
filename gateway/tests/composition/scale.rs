//! Large supergraphs compose in seconds: the work grows with the schemas, not with the paths through them.

use std::fmt::Write as _;
use std::time::Instant;

use gateway::composition::{SubgraphSchema, compose};

/// `count` subgraphs of `types` entities each. Every entity leads to the next one, to one of the next subgraph and to a shared
/// value type, and gets a field from the subgraph before.
fn subgraphs(count: usize, types: usize) -> Vec<SubgraphSchema> {
    (0..count)
        .map(|number| {
            let mut sdl = String::from(
                "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@shareable\"])\n\
                 type Money @shareable { amount: Int currency: String }\n",
            );
            let next = (number + 1) % count;
            let _ = writeln!(sdl, "type Query {{ s{number}: [S{number}T0!]! one{number}(id: ID!): S{number}T1 }}");
            for ty in 0..types {
                let after = (ty + 1) % types;
                let _ = writeln!(
                    sdl,
                    "type S{number}T{ty} @key(fields: \"id\") {{ id: ID! name: String! price: Money next: S{number}T{after} \
                     other(first: Int = 10): [S{next}T{ty}!] }}\n\
                     type S{next}T{ty} @key(fields: \"id\") {{ id: ID! from{number}: String }}",
                );
            }
            let name = format!("s{number}");
            SubgraphSchema { url: format!("http://{name}.example/graphql"), name, sdl }
        })
        .collect()
}

#[test]
fn a_hundred_subgraphs_with_five_thousand_types_compose() {
    let begin = Instant::now();
    let composed = compose(subgraphs(100, 50));
    println!("composed in {:.1} s", begin.elapsed().as_secs_f64());
    let sdl = composed.supergraph_sdl().expect("it composes");
    assert_eq!(sdl.matches("\ntype S").count(), 5_000);
    assert!(composed.diagnostics().is_empty(), "{:?}", &composed.diagnostics()[..1]);
}
