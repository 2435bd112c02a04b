//! The structure that ARCHITECTURE.md promises, read off the sources: headers, sizes, names, and imports that go one way.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 500;

/// Modules of the gateway in the order in which data flows; each may import earlier ones only.
const GATEWAY: [&str; 9] = [
    "supergraph",
    "composition",
    "operation",
    "planning",
    "execution",
    "engine",
    "config",
    "server",
    "checks",
];

struct Source {
    path: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for top in ["gateway", "subgraphs", "xtask"] {
        collect(&root().join(top), &mut found);
    }
    assert!(found.len() > 20, "found only {} source files", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            if !entry.ends_with("node_modules") && !entry.ends_with("target") {
                collect(&entry, found);
            }
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let path = entry.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source { path, text: fs::read_to_string(&entry).unwrap() });
        }
    }
}

fn none(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let faults: Vec<String> = sources()
        .into_iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    none("files without a `//!` sentence", &faults);
}

#[test]
fn no_file_is_longer_than_a_reader_holds() {
    let faults: Vec<String> = sources()
        .into_iter()
        .map(|source| (source.text.lines().count(), source.path))
        .filter(|(lines, path)| *lines > LONGEST_FILE && !path.contains("/tests/"))
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    none("files over 500 lines", &faults);
}

#[test]
fn nothing_is_filed_in_a_drawer() {
    let drawers = ["util", "utils", "helper", "helpers", "misc", "stuff"];
    let faults: Vec<String> = sources()
        .into_iter()
        .map(|source| source.path)
        .filter(|path| path.split('/').any(|part| drawers.contains(&part.trim_end_matches(".rs"))))
        .collect();
    none("files named for nothing", &faults);
}

#[test]
fn the_gateway_imports_upwards_only() {
    let place = |module: &str| GATEWAY.iter().position(|other| *other == module);
    let faults: Vec<String> = imports("gateway")
        .into_iter()
        .flat_map(|(module, imported)| imported.into_iter().map(move |other| (module.clone(), other)))
        .filter(|(module, other)| {
            place(module) < place(other) && place(other).is_some() && place(module).is_some()
        })
        .map(|(module, other)| format!("{module} imports {other}"))
        .collect();
    none("imports against the flow of data", &faults);
}

#[test]
fn no_two_modules_import_each_other() {
    let mut faults = Vec::new();
    for name in ["gateway", "stores", "service", "auth", "admin", "document", "common", "standalone"] {
        let folder = if name == "gateway" { name.to_owned() } else { format!("subgraphs/{name}") };
        let graph = imports(&folder);
        for (module, imported) in &graph {
            for other in imported.iter().filter(|other| *other > module) {
                if graph.get(other).is_some_and(|back| back.contains(module)) {
                    faults.push(format!("{name}: {module} <-> {other}"));
                }
            }
        }
    }
    none("modules that import each other", &faults);
}

/// Per top-level module of a crate, the top-level modules that it names with `crate::`, `#[cfg(test)]` modules left out.
fn imports(crate_folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let prefix = format!("{crate_folder}/src/");
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources().into_iter().filter(|source| source.path.starts_with(&prefix)) {
        let module =
            source.path[prefix.len()..].split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        if ["lib", "main", "bin"].contains(&module.as_str()) {
            continue;
        }
        let code = source.text.split("#[cfg(test)]").next().unwrap();
        let others = code.split("crate::").skip(1).flat_map(first_names).filter(|other| *other != module);
        graph.entry(module.clone()).or_default().extend(others);
    }
    graph
}

/// The first names of the paths that stand behind `crate::`: `a` of `a::b`, `a` and `c` of `{a::b, c::{d, e}}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(list) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut names, mut begins) = (0, Vec::new(), true);
    for (place, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if begins && character.is_alphabetic() => {
                names.push(name(&list[place..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn only_the_places_that_may_know_sockets_http_and_the_environment_do() {
    let rules: [(&str, &[&str], &[&str]); 3] = [
        ("axum", &["axum::"], &["gateway/src/server/"]),
        ("sockets", &["hyper_util::client", "TcpStream"], &["gateway/src/execution/", "gateway/src/server/"]),
        ("the environment", &["env::var", "std::env"], &["gateway/src/config", "gateway/src/main.rs"]),
    ];
    let mut faults = Vec::new();
    for source in sources().into_iter().filter(|source| source.path.starts_with("gateway/src/")) {
        for (what, words, places) in &rules {
            let known = words.iter().any(|word| source.text.contains(word));
            if known && !places.iter().any(|place| source.path.starts_with(place)) {
                faults.push(format!("{} knows {what}", source.path));
            }
        }
    }
    none("knowledge in the wrong place", &faults);
}

#[test]
fn composition_operation_and_planning_are_pure() {
    let faults: Vec<String> = sources()
        .into_iter()
        .filter(|source| {
            ["supergraph", "composition", "operation", "planning"]
                .iter()
                .any(|module| source.path.starts_with(&format!("gateway/src/{module}/")))
        })
        .filter(|source| {
            ["async fn", "tokio::", "Instant::now", "SystemTime"]
                .iter()
                .any(|word| source.text.contains(word))
        })
        .map(|source| source.path)
        .collect();
    none("pure stages that are not", &faults);
}
