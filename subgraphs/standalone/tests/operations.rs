//! Every operation that a frontend sends is valid, has a plan, and is answered without an error, over sockets and without.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gateway::supergraph::Supergraph;
use serde_json::{Value, json};
use standalone::stores_folder::OpenStores;
use standalone::system::System;

struct KnownOperation {
    name: String,
    text: String,
    variables: Value,
}

fn schema_folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema")
}

fn operations() -> Vec<KnownOperation> {
    let folder = schema_folder().join("operations");
    let mut operations: Vec<KnownOperation> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "graphql"))
        .map(|path| KnownOperation {
            name: path.file_stem().unwrap().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
            variables: std::fs::read_to_string(path.with_extension("variables.json"))
                .map_or_else(|_| json!({}), |text| serde_json::from_str(&text).unwrap()),
        })
        .collect();
    operations.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(operations.len() >= 25, "only {} operations", operations.len());
    operations
}

#[test]
fn every_operation_has_a_plan_and_some_need_all_four_servers() {
    let supergraph =
        Supergraph::parse(&std::fs::read_to_string(schema_folder().join("supergraph.graphql")).unwrap())
            .unwrap();
    let mut of_all_four = 0;
    for KnownOperation { name, text, .. } in operations() {
        let limits = gateway::operation::Limits::default();
        let operation = gateway::operation::normalize(&supergraph, &text, None, &limits)
            .unwrap_or_else(|errors| panic!("{name} is not valid: {errors:?}"));
        let plan = gateway::planning::plan(&supergraph, operation)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let servers: BTreeSet<_> = plan.fetches.iter().map(|fetch| fetch.subgraph).collect();
        of_all_four += usize::from(servers.len() == 4);
    }
    assert!(of_all_four >= 2, "only {of_all_four} operations need all four servers");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_answered_over_sockets() {
    answers(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_answered_in_process() {
    answers(true).await;
}

async fn answers(in_process: bool) {
    gateway::server::install_crypto();
    let folder = tempfile::tempdir().unwrap();
    let stores = OpenStores::open(folder.path()).await.unwrap();
    assert_eq!(standalone::seeding::seed(&stores, folder.path(), 240).await.unwrap(), 240);
    let system = System::start(stores, folder.path(), 0, in_process).await.unwrap();
    let client = reqwest::Client::new();
    let tokens = tokens(&client, &system.url()).await;
    for KnownOperation { name, text, variables } in operations() {
        let token = &tokens[name.split('-').next().unwrap()];
        let answer =
            ask(&client, &system.url(), Some(token), json!({ "query": text, "variables": variables })).await;
        assert_eq!(answer.get("errors"), None, "{name}: {answer}");
        let data = answer["data"].as_object().unwrap_or_else(|| panic!("{name}: {answer}"));
        assert!(data.values().all(|value| !value.is_null()), "{name}: {answer}");
    }
    system.stop().await.unwrap();
}

async fn tokens(client: &reqwest::Client, url: &str) -> BTreeMap<&'static str, String> {
    let mut tokens = BTreeMap::new();
    for person in standalone::sample::people::people().into_iter().take(3) {
        let query = "mutation($email: String!, $password: String!) {
            login(input: { email: $email, password: $password }) { ... on LoginSuccess { accessToken } } }";
        let variables = json!({ "email": person.email, "password": person.password });
        let answer = ask(client, url, None, json!({ "query": query, "variables": variables })).await;
        let token =
            answer["data"]["login"]["accessToken"].as_str().unwrap_or_else(|| panic!("no token: {answer}"));
        tokens.insert(person.role, token.to_owned());
    }
    tokens
}

async fn ask(client: &reqwest::Client, url: &str, token: Option<&String>, body: Value) -> Value {
    let request = client.post(format!("{url}/graphql")).json(&body);
    let request = token.iter().fold(request, |request, token| request.bearer_auth(token));
    request.send().await.unwrap().json().await.unwrap()
}
