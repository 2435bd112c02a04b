//! Folders, moves and the recycle bin.

use std::time::Duration;

use serde_json::{Value, json};
use service::Clock;

use crate::world::World;

const CHANGED: &str = "__typename ... on NasFileChanged { file { id name folder { name } deletedAt } }";

async fn folder(world: &World, parent: Option<&str>, name: &str) -> String {
    let query =
        format!("mutation($p: ID, $n: String!) {{ createFolder(folderId: $p, name: $n) {{ {CHANGED} }} }}");
    let data = world.ask(&query, json!({ "p": parent, "n": name })).await;
    data["createFolder"]["file"]["id"].as_str().unwrap_or_else(|| panic!("{data:#}")).to_owned()
}

async fn change(world: &World, call: &str) -> Value {
    let data = world.ask(&format!("mutation {{ r: {call} {{ {CHANGED} }} }}"), json!({})).await;
    match &data["r"]["__typename"] {
        name if name == "NasFileChanged" => data["r"]["file"].clone(),
        name => name.clone(),
    }
}

async fn names(world: &World, folder: Option<&str>) -> Vec<String> {
    let query = "query($f: ID) { nasFiles(folder: $f) { totalCount edges { node { name } } } }";
    let data = world.ask(query, json!({ "f": folder })).await;
    let edges = data["nasFiles"]["edges"].as_array().unwrap();
    assert_eq!(data["nasFiles"]["totalCount"], edges.len());
    edges.iter().map(|edge| edge["node"]["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn folders_are_made_moved_deleted_restored_and_emptied() {
    let clock = Clock::manual(1_790_000_000_000_000);
    let world = World::with_clock(clock.clone()).await;
    let (a, b) = (folder(&world, None, "a").await, folder(&world, None, "나").await);
    let c = folder(&world, Some(&a), "c").await;
    let d = folder(&world, Some(&c), "d").await;
    assert_eq!(change(&world, "createFolder(name: \"a\")").await, "FileNameTaken");
    assert_eq!(
        change(&world, &format!("createFolder(name: \"x\", folderId: \"{}\")", "nowhere")).await,
        "FolderNotFound"
    );
    assert_eq!(names(&world, None).await, ["a", "나"]);
    for (call, expected) in [
        (format!("moveNasFile(id: \"{a}\", to: {{ folderId: \"{d}\" }})"), "InvalidMove"),
        (format!("moveNasFile(id: \"{a}\", to: {{ folderId: \"{a}\" }})"), "InvalidMove"),
        (format!("moveNasFile(id: \"{a}\", to: {{ name: \"나\" }})"), "FileNameTaken"),
        (format!("moveNasFile(id: \"{a}\", to: {{ name: \"../x\" }})"), "InvalidFileName"),
        ("moveNasFile(id: \"nothing\", to: {})".to_owned(), "FileNotFound"),
        (format!("restoreNasFile(id: \"{a}\")"), "FileNotFound"),
    ] {
        assert_eq!(change(&world, &call).await, expected, "{call}");
    }
    let moved =
        change(&world, &format!("moveNasFile(id: \"{c}\", to: {{ folderId: \"{b}\", name: \"c2\" }})")).await;
    assert_eq!((&moved["name"], &moved["folder"]["name"]), (&json!("c2"), &json!("나")));
    let deleted = change(&world, &format!("deleteNasFile(id: \"{b}\")")).await;
    assert_eq!(deleted["deletedAt"], "2026-09-21T14:13:20Z");
    assert_eq!(change(&world, &format!("deleteNasFile(id: \"{d}\")")).await, "FileNotFound", "it went along");
    let bin = "{ nasRecycleBin { totalCount edges { node { name } } } }";
    let expected = json!({ "totalCount": 1, "edges": [{ "node": { "name": "나" } }] });
    assert_eq!(world.ask(bin, json!({})).await["nasRecycleBin"], expected);
    folder(&world, None, "나").await;
    assert_eq!(change(&world, &format!("restoreNasFile(id: \"{b}\")")).await, "FileNameTaken");
    assert_eq!(
        change(&world, &format!("restoreNasFile(id: \"{b}\", to: {{ name: \"나 2\" }})")).await["name"],
        "나 2"
    );
    assert_eq!(names(&world, Some(&c)).await, ["d"], "what was in the folder is back too");
    change(&world, &format!("deleteNasFile(id: \"{b}\")")).await;
    clock.advance(Duration::from_secs(100));
    let empty =
        |seconds: i32| format!("mutation {{ emptyRecycleBin(olderThanSeconds: {seconds}) {{ removed }} }}");
    assert_eq!(world.ask(&empty(101), json!({})).await["emptyRecycleBin"]["removed"], 0);
    assert_eq!(world.ask(&empty(100), json!({})).await["emptyRecycleBin"]["removed"], 3);
    assert_eq!(change(&world, &format!("restoreNasFile(id: \"{b}\")")).await, "FileNotFound");
    let usage = world.ask("{ nasUsage { files bytes folders deletedFiles deletedBytes } }", json!({})).await;
    assert_eq!(
        usage["nasUsage"],
        json!({ "files": 0, "bytes": 0, "folders": 2, "deletedFiles": 0, "deletedBytes": 0 })
    );
}

#[tokio::test]
async fn names_that_are_not_allowed_are_data_wherever_they_come_in() {
    let world = World::new().await;
    let a = folder(&world, None, "a").await;
    let query = "mutation($n: String!, $a: ID!) { c: createFolder(name: $n) { __typename } u: createUpload(input: { name: $n }) { __typename } \
        m: moveNasFile(id: $a, to: { name: $n }) { __typename } r: restoreNasFile(id: $a, to: { name: $n }) { __typename } }";
    for name in [
        "",
        "..",
        "../../etc/passwd",
        "/etc",
        "a/b",
        "a\\b",
        "..\\x",
        "a\u{0}b",
        "a\r\nb",
        "CON",
        "x.",
        "\u{202e}x",
        &"가".repeat(90),
    ] {
        let data = world.ask(query, json!({ "n": name, "a": a })).await;
        for field in ["c", "u", "m", "r"] {
            assert_eq!(data[field]["__typename"], "InvalidFileName", "{field} {name:?}");
        }
    }
    assert_eq!(names(&world, None).await, ["a"]);
    assert!(!std::path::Path::new("/etc/passwd-knlab").exists());
}

#[tokio::test]
async fn a_deleted_original_leaves_its_document_without_one_until_it_is_restored() {
    let world = World::new().await;
    crate::entities::seed(&world, 2).await;
    let query = "{ _entities(representations: [{ __typename: \"Document\", id: \"document-0\" }]) { ... on Document { originalFile { id } } } }";
    let original =
        world.ask(query, json!({})).await["_entities"][0]["originalFile"]["id"].as_str().unwrap().to_owned();
    change(&world, &format!("deleteNasFile(id: \"{original}\")")).await;
    assert_eq!(world.ask(query, json!({})).await["_entities"][0]["originalFile"], Value::Null);
    change(&world, &format!("restoreNasFile(id: \"{original}\")")).await;
    assert_eq!(world.ask(query, json!({})).await["_entities"][0]["originalFile"]["id"], original);
    change(&world, &format!("deleteNasFile(id: \"{original}\")")).await;
    let before = world.store.files.usage("blobs").await.unwrap().files;
    world.ask("mutation { emptyRecycleBin { removed } }", json!({})).await;
    assert_eq!(
        world.store.files.usage("blobs").await.unwrap().files,
        before - 1,
        "the content is gone from the NAS"
    );
}
