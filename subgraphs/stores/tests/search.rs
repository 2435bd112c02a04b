//! The search contract on every engine that can be opened here, and what only the embedded one has.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod search_contract;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use search_contract::{Opened, corpus};
use stores::StoreError;
use stores::search::elasticsearch as engine;
use stores::search::embedded::{open_reader, open_writer};
use stores::search::{Collection, SearchReader, SearchRequest, SearchWriter};
use test_stores::SearchServer;

async fn embedded() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let engine = Arc::new(open_writer(&folder.path().join("search")).unwrap());
    let other = Arc::new(open_reader(&folder.path().join("search")).unwrap());
    Opened { writer: engine.clone(), reader: engine, other, keep: Box::new(folder) }
}

search_contract::suite!(embedded);

async fn elasticsearch() -> Opened {
    on(test_servers::elasticsearch::VARIABLE).await
}

search_contract::suite!(elasticsearch);

async fn opensearch() -> Opened {
    on(test_servers::opensearch::VARIABLE).await
}

search_contract::suite!(opensearch);

async fn on(variable: &str) -> Opened {
    let server = SearchServer::named(variable);
    let writer = Arc::new(engine::open_writer(server.connection()).unwrap());
    writer.prepare().await.unwrap();
    let other = Arc::new(engine::open_reader(server.connection()).unwrap());
    Opened { writer: writer.clone(), reader: writer, other, keep: Box::new(server) }
}

async fn total(reader: &dyn SearchReader) -> u64 {
    reader.search(&SearchRequest { first: 1, ..SearchRequest::default() }).await.unwrap().total
}

#[tokio::test]
async fn a_reader_opened_before_there_is_an_index_becomes_available() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not/yet");
    let reader = open_reader(&path).unwrap();
    let results = [
        reader.ping().await,
        reader.search(&SearchRequest::default()).await.map(|_| ()),
        reader.suggest(&[], "예산", 5).await.map(|_| ()),
        reader.similar("p1", 5).await.map(|_| ()),
        reader.versions(&["p1".to_owned()]).await.map(|_| ()),
    ];
    for result in results {
        assert!(
            matches!(result, Err(StoreError::Unavailable { ref store, .. }) if store == "politica"),
            "{result:?}"
        );
    }
    let writer = open_writer(&path).unwrap();
    reader.ping().await.unwrap();
    assert_eq!(total(&reader).await, 0);
    writer.put(&corpus::documents()).await.unwrap();
    assert_eq!(total(&reader).await, corpus::documents().len() as u64);
}

#[tokio::test]
async fn a_second_writer_is_refused_until_the_first_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let first = open_writer(folder.path()).unwrap();
    first.put(&corpus::documents()).await.unwrap();
    assert!(matches!(open_writer(folder.path()), Err(StoreError::Unavailable { .. })));
    drop(first);
    let second = open_writer(folder.path()).unwrap();
    assert_eq!(total(&second).await, corpus::documents().len() as u64);
}

#[tokio::test]
async fn a_rebuild_that_was_cut_off_leaves_no_files_behind() {
    let folder = tempfile::tempdir().unwrap();
    let collection = folder.path().join("politica");
    let entries = || std::fs::read_dir(&collection).unwrap().count();
    let writer = open_writer(folder.path()).unwrap();
    let before = entries();
    let mut rebuild = writer.begin_rebuild(Collection::Politica).await.unwrap();
    rebuild.put(&corpus::documents()).await.unwrap();
    assert!(entries() > before);
    // As after a kill: nobody drops the rebuild.
    std::mem::forget(rebuild);
    drop(writer);
    let copy = folder.path().join("copy");
    copy_tree(folder.path(), &copy, "copy");
    let reopened = open_writer(&copy).unwrap();
    assert_eq!(std::fs::read_dir(copy.join("politica")).unwrap().count(), before);
    assert_eq!(total(&reopened).await, 0);
}

fn copy_tree(from: &Path, to: &Path, except: &str) {
    std::fs::create_dir_all(to).unwrap();
    for found in std::fs::read_dir(from).unwrap().flatten().filter(|found| found.file_name() != except) {
        match found.path().is_dir() {
            true => copy_tree(&found.path(), &to.join(found.file_name()), except),
            false => _ = std::fs::copy(found.path(), to.join(found.file_name())).unwrap(),
        }
    }
}

const CHILD: &str = "KNLAB_TEST_SEARCH_FOLDER";

/// The other half of the next test: in a process of its own it writes documents and says so until it is killed.
#[tokio::test]
async fn a_child_writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let writer = open_writer(Path::new(&folder)).unwrap();
    for number in 0.. {
        let document =
            stores::search::IndexedDocument { id: format!("w{number:06}"), ..corpus::documents().remove(0) };
        writer.put(&[document]).await.unwrap();
        println!("\nwrote w{number:06}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_writer_acknowledged_is_there_and_readers_of_other_processes_saw_it() {
    let folder = tempfile::tempdir().unwrap();
    let reader = open_reader(folder.path()).unwrap();
    for kill_after in [1, 7] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_child_writes_until_it_is_killed", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut acknowledged = Vec::new();
        for line in lines.filter_map(|line| line.strip_prefix("wrote ").map(str::to_owned)) {
            assert!(
                reader.versions(std::slice::from_ref(&line)).await.unwrap().contains_key(&line),
                "{line} is seen at once"
            );
            acknowledged.push(line);
            if acknowledged.len() == kill_after {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        let reopened = open_writer(folder.path()).unwrap();
        assert_eq!(reopened.versions(&acknowledged).await.unwrap().len(), acknowledged.len());
        assert!(acknowledged.len() >= kill_after);
    }
}
