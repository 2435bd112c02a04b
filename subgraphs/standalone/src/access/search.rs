//! The roles of the search engine: one for each program that has a collection, in the words of Elasticsearch and of OpenSearch.

use serde_json::{Value, json};

use super::{Access, GeneratedFile, Matrix, Store};

/// The roles, as files with the body that makes each: `access/ENGINE/PROGRAM.json`.
pub fn files(matrix: &Matrix) -> Vec<GeneratedFile> {
    let mut files = Vec::new();
    for program in matrix.programs.keys().filter(|program| matrix.searches(program)) {
        for (engine, role) in
            [("elasticsearch", elasticsearch(matrix, program)), ("opensearch", opensearch(matrix, program))]
        {
            files.push((format!("access/{engine}/{program}.json"), format!("{role:#}\n")));
        }
    }
    files
}

/// `PUT /_security/role/NAME`.
fn elasticsearch(matrix: &Matrix, program: &str) -> Value {
    json!({ "cluster": [], "indices": rights(matrix, program, ["names", "privileges"]) })
}

/// `PUT /_plugins/_security/api/roles/NAME`. Many documents in one call count as an action of the cluster, and each of them as
/// one of its index.
fn opensearch(matrix: &Matrix, program: &str) -> Value {
    let writes = !patterns(matrix, program, Access::Write).is_empty();
    let cluster = if writes { json!(["indices:data/write/bulk"]) } else { json!([]) };
    let indices = rights(matrix, program, ["index_patterns", "allowed_actions"]);
    json!({ "cluster_permissions": cluster, "index_permissions": indices })
}

/// Who writes also makes, publishes and removes indexes. Both engines have the same words for it under other keys.
fn rights(matrix: &Matrix, program: &str, [names, rights]: [&str; 2]) -> Vec<Value> {
    let words: [(Access, &[&str]); 2] =
        [(Access::Read, &["read"]), (Access::Write, &["read", "write", "manage"])];
    let of = |(access, words)| {
        let patterns = patterns(matrix, program, access);
        (!patterns.is_empty()).then(|| json!({ names: patterns, rights: words }))
    };
    words.into_iter().filter_map(of).collect()
}

/// A collection is an alias, and behind it are indexes of its name and a generation.
fn patterns(matrix: &Matrix, program: &str, access: Access) -> Vec<String> {
    let stores = matrix.programs.get(program).into_iter().flat_map(|program| &program.stores);
    let collections = stores.filter(|(_, given)| **given == access).filter_map(|(store, _)| match store {
        Store::Search(collection) => Some([collection.clone(), format!("{collection}-*")]),
        Store::Mysql(_) | Store::Nas => None,
    });
    collections.flatten().collect()
}
