//! Contracts: one rule a file, `contracts/CASE.graphql`, where a section `contract` holds what `supergraph.yaml` says. The public
//! schema stands beside it in `CASE.public.graphql`, what composition says in `CASE.diagnostics.json`. `UPDATE_EXPECTED=1` writes
//! what is found.

use std::fs;
use std::path::{Path, PathBuf};

use apollo_compiler::Schema;
use gateway::composition::{Composition, Contract, ContractError, SubgraphSchema, compose, compose_on};
use gateway::config::{ComposeFile, parse_compose_file};
use gateway::supergraph::Supergraph;

use crate::fixtures::{list, rendered, root, subgraphs};
use crate::meaning::{Facts, differences, joins};

/// Every subgraph links this, after its own lines.
const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag", "@shareable", "@inaccessible", "@interfaceObject", "@external"])"#;

/// A case: its name, and the file of `gateway compose` that it stands for.
struct Case {
    path: PathBuf,
    file: ComposeFile,
}

impl Case {
    fn schemas(&self) -> Vec<SubgraphSchema> {
        let schema = |subgraph: &gateway::config::ComposedSubgraph| SubgraphSchema {
            name: subgraph.name.clone(),
            url: subgraph.url.clone(),
            sdl: subgraph.sdl.clone(),
        };
        self.file.subgraphs.iter().map(schema).collect()
    }

    fn composed(&self) -> Composition {
        compose_on(self.schemas(), self.file.terms())
    }

    fn name(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }
}

fn cases() -> Vec<Case> {
    let files = list(&root().join("contracts")).into_iter();
    let is_case = |file: &PathBuf| {
        file.extension().is_some_and(|ending| ending == "graphql")
            && !file.to_string_lossy().contains(".public.")
    };
    files.filter(is_case).map(|path| Case { file: file(&fs::read_to_string(&path).unwrap()), path }).collect()
}

/// The text of a case as the file of `gateway compose` would say it.
fn file(text: &str) -> ComposeFile {
    let sections = subgraphs(text);
    let (contract, schemas): (Vec<_>, Vec<_>) =
        sections.into_iter().partition(|section| section.name == "contract");
    let mut yaml = String::from("subgraphs:\n");
    for schema in &schemas {
        yaml.push_str(&format!(
            "  {0}: {{ routing_url: 'http://{0}', schema: {{ file: {0} }} }}\n",
            schema.name
        ));
    }
    yaml.push_str("contract:\n");
    for line in contract[0].sdl.lines() {
        yaml.push_str(&format!("  {line}\n"));
    }
    let read = |path: &Path| {
        let schema = schemas.iter().find(|schema| Path::new(&schema.name) == path);
        Ok(format!("{}{LINK}\n", schema.unwrap().sdl))
    };
    parse_compose_file(&yaml, Path::new(""), &read).unwrap()
}

#[test]
fn every_rule_hides_exactly_what_its_file_says() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut failures = Vec::new();
    let mut refused = 0;
    for case in cases() {
        let composition = case.composed();
        refused += usize::from(composition.supergraph_sdl().is_none());
        let public = composition
            .supergraph_sdl()
            .map(|sdl| Supergraph::parse(sdl).unwrap().api_schema().to_string())
            .map(|text| text.split_once("\n\n").map_or(text.clone(), |(_, types)| types.to_owned()));
        let diagnostics = rendered(&composition).remove("diagnostics.json");
        for (ending, found) in [("public.graphql", public), ("diagnostics.json", diagnostics)] {
            let at = case.path.with_extension(ending);
            if update && let Some(found) = &found {
                fs::write(&at, found).unwrap();
            }
            let expected = fs::read_to_string(&at).ok();
            if found != expected {
                failures.push(format!(
                    "{}\n--- expected\n{}\n--- found\n{}",
                    at.display(),
                    expected.unwrap_or_default(),
                    found.unwrap_or_default()
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(refused >= 8, "only {refused} refused");
}

/// A contract adds `@inaccessible` and nothing else: who resolves what, and by which keys, stays.
#[test]
fn a_contract_changes_nothing_but_what_is_accessible() {
    let mut compared = 0;
    for case in cases() {
        let Some(sdl) = case.composed().into_supergraph_sdl().ok() else { continue };
        let plain = compose(case.schemas()).into_supergraph_sdl().unwrap();
        let (hidden_before, before) = facts(&plain);
        let (hidden, after) = facts(&sdl);
        let name = case.name();
        assert_eq!(differences(&after, &before), Vec::<String>::new(), "{name}");
        assert!(hidden_before.iter().all(|fact| hidden.contains(fact)), "{name}: made accessible");
        compared += 1;
    }
    assert!(compared >= 18, "only {compared} compared");
}

/// What is inaccessible, and all else.
fn facts(sdl: &str) -> (Vec<String>, Facts) {
    let schema = Schema::parse_and_validate(sdl, "supergraph.graphql").unwrap();
    let (hidden, rest): (Facts, Facts) =
        joins(&schema).into_iter().partition(|(fact, _)| fact.ends_with("@inaccessible()"));
    (hidden.into_keys().collect(), rest)
}

#[test]
fn the_order_of_subgraphs_changes_nothing_under_a_contract() {
    for case in cases() {
        let reversed = compose_on(case.schemas().into_iter().rev().collect(), case.file.terms());
        assert_eq!(reversed, case.composed(), "{}", case.name());
    }
}

#[test]
fn what_is_no_contract_is_a_mistake_of_the_file() {
    let tags = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    let made = |include: &[&str], exclude: &[&str]| Contract::new(tags(include), tags(exclude), false);
    assert_eq!(made(&[], &[]), Err(ContractError::Empty));
    assert_eq!(made(&["a", ""], &[]), Err(ContractError::NamelessTag));
    assert_eq!(made(&["a", "b"], &["b"]), Err(ContractError::OnBothSides("b".to_owned())));

    let told = |contract: &str| {
        let yaml = format!("contract: {contract}\nsubgraphs: {{ a: {{ schema: {{ sdl: x }} }} }}\n");
        let mistakes = parse_compose_file(&yaml, Path::new(""), &|_| Ok(String::new())).unwrap_err();
        mistakes
            .iter()
            .map(|mistake| format!("{} {}", mistake.key, mistake.reason))
            .collect::<Vec<_>>()
            .join("; ")
    };
    assert!(told("{ include: [b], exclude: [b] }").contains("contract cannot be kept: the tag \"b\""));
    assert!(told("{ inclde: [b] }").contains("did you mean `include`?"));
    assert!(told("{ hide_unreachable_types: perhaps, exclude: [a] }").contains("neither true nor false"));
    assert!(told("{}").contains("contract cannot be kept: a contract needs a tag"));
}
