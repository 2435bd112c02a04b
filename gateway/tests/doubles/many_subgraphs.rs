//! Many subgraphs with many types, all of them tied to others.

use std::fmt::Write as _;

use gateway::composition::SubgraphSchema;

/// `count` subgraphs of `types` entities each. Every entity leads to the next one, to one of the next subgraph and to a shared
/// value type, and gets a field from the subgraph before.
pub fn subgraphs(count: usize, types: usize) -> Vec<SubgraphSchema> {
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
