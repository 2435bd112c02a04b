//! One folder a case: `subgraphs/*.graphql` and what they give: `diagnostics.json` (if there is anything to say) and
//! `supergraph.graphql` (if they compose). `UPDATE_EXPECTED=1` writes what is found; read the difference before you keep it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gateway::composition::diagnostic::Diagnostic;
use gateway::composition::{Composition, SubgraphSchema, compose};
use serde_json::{Value, json};

/// The subgraphs of a case, by name.
pub fn subgraphs(case: &Path) -> Vec<SubgraphSchema> {
    let mut found = Vec::new();
    for entry in fs::read_dir(case.join("subgraphs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        found.push(SubgraphSchema {
            url: format!("http://{name}.example/graphql"),
            sdl: fs::read_to_string(&path).unwrap(),
            name,
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// A case and what it gives.
pub struct Case {
    /// Its folder.
    pub path: PathBuf,
    /// Its subgraphs, composed.
    pub composition: Composition,
}

/// All cases, by name; composed once for all tests.
pub fn cases() -> &'static BTreeMap<String, Case> {
    static CASES: OnceLock<BTreeMap<String, Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let folders = folders().into_iter();
        folders
            .map(|(name, path)| {
                let composition = compose(subgraphs(&path));
                (name, Case { path, composition })
            })
            .collect()
    })
}

fn folders() -> BTreeMap<String, PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/composition/cases");
    fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .collect()
}

fn told(diagnostic: &Diagnostic) -> Value {
    let places: Vec<String> = diagnostic
        .places
        .iter()
        .map(|place| format!("{}:{}:{}", place.subgraph, place.start.line, place.start.column))
        .collect();
    json!({
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "at": places,
    })
}

fn rendered(composition: &Composition) -> BTreeMap<&'static str, String> {
    let mut files = BTreeMap::new();
    if !composition.diagnostics.is_empty() {
        let told: Vec<Value> = composition.diagnostics.iter().map(told).collect();
        let text = serde_json::to_string_pretty(&told).unwrap();
        files.insert("diagnostics.json", format!("{text}\n"));
    }
    if let Some(sdl) = &composition.supergraph_sdl {
        files.insert("supergraph.graphql", sdl.clone());
    }
    files
}

#[test]
fn every_case_gives_exactly_what_its_folder_says() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let cases = cases();
    assert!(cases.len() >= 80, "only {} cases", cases.len());
    let mut failures = Vec::new();
    for (name, Case { path, composition }) in cases {
        let found = rendered(composition);
        for file in ["diagnostics.json", "supergraph.graphql"] {
            let at = path.join(file);
            let expected = fs::read_to_string(&at).ok();
            if expected.as_ref() == found.get(file) {
                continue;
            }
            match found.get(file) {
                Some(text) if update => fs::write(&at, text).unwrap(),
                None if update => fs::remove_file(&at).unwrap(),
                found => failures.push(format!(
                    "{name}/{file}\n--- expected\n{}\n--- found\n{}",
                    expected.unwrap_or_default(),
                    found.map_or("", String::as_str)
                )),
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
