//! One file a case, `cases/RULE/CASE.graphql`: the schemas of its subgraphs, each after a line `# --- NAME`. What they give is
//! beside it in `expected/RULE/`: `CASE.diagnostics.json` (if there is anything to say) and `CASE.supergraph.graphql` (if
//! they compose). `UPDATE_EXPECTED=1` writes what is found; read the difference before you keep it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gateway::composition::diagnostic::Diagnostic;
use gateway::composition::{Composition, SubgraphSchema, compose};
use serde_json::{Value, json};

/// The subgraphs of a case, in the order of its file.
pub fn subgraphs(text: &str) -> Vec<SubgraphSchema> {
    let mut found: Vec<SubgraphSchema> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("# --- ") {
            let (name, url) = (name.to_owned(), format!("http://{name}.example/graphql"));
            found.push(SubgraphSchema { name, url, sdl: String::new() });
        } else if let Some(subgraph) = found.last_mut() {
            subgraph.sdl.push_str(line);
            subgraph.sdl.push('\n');
        }
    }
    found
}

/// A case and what it gives.
pub struct Case {
    /// What the file says.
    pub text: String,
    /// Its subgraphs, composed.
    pub composition: Composition,
}

impl Case {
    /// What stands in a note before the first subgraph: `# KEY: TEXT`.
    pub fn note(&self, key: &str) -> Option<&str> {
        let notes = self.text.lines().take_while(|line| !line.starts_with("# --- "));
        let mut found =
            notes.filter_map(|line| line.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(": "));
        found.next()
    }
}

/// All cases, by `RULE/CASE`; composed once for all tests.
pub fn cases() -> &'static BTreeMap<String, Case> {
    static CASES: OnceLock<BTreeMap<String, Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let case = |path: PathBuf| {
            let text = fs::read_to_string(&path).unwrap();
            let rule = path.parent().and_then(Path::file_name).unwrap().to_string_lossy();
            let name = format!("{rule}/{}", path.file_stem().unwrap().to_string_lossy());
            let composition = compose(subgraphs(&text));
            (name, Case { text, composition })
        };
        list(&root().join("cases")).iter().flat_map(|rule| list(rule)).map(case).collect()
    })
}

/// A file that says what a case gives.
pub fn expected(name: &str, ending: &str) -> PathBuf {
    root().join("expected").join(format!("{name}.{ending}"))
}

/// The folder of these tests.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/composition")
}

/// What is in a folder.
pub fn list(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
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

/// What a composition gives, by the ending of the file that expects it.
pub fn rendered(composition: &Composition) -> BTreeMap<&'static str, String> {
    let mut files = BTreeMap::new();
    if !composition.diagnostics().is_empty() {
        let told: Vec<Value> = composition.diagnostics().iter().map(told).collect();
        let text = serde_json::to_string_pretty(&told).unwrap();
        files.insert("diagnostics.json", format!("{text}\n"));
    }
    if let Some(sdl) = composition.supergraph_sdl() {
        files.insert("supergraph.graphql", sdl.to_owned());
    }
    files
}

#[test]
fn every_case_gives_exactly_what_its_folder_says() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let cases = cases();
    let mut failures = Vec::new();
    for (name, Case { composition, .. }) in cases {
        let found = rendered(composition);
        for file in ["diagnostics.json", "supergraph.graphql"] {
            let at = expected(name, file);
            let expected = fs::read_to_string(&at).ok();
            if expected.as_ref() == found.get(file) {
                continue;
            }
            match found.get(file) {
                Some(text) if update => {
                    fs::create_dir_all(at.parent().unwrap()).unwrap();
                    fs::write(&at, text).unwrap();
                }
                None if update => fs::remove_file(&at).unwrap(),
                found => failures.push(format!(
                    "{name}.{file}\n--- expected\n{}\n--- found\n{}",
                    expected.unwrap_or_default(),
                    found.map_or("", String::as_str)
                )),
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
