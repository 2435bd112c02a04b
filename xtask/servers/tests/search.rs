//! Search engines of one's own: halted, killed, started again on the same data, and gone when dropped.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use test_servers::{Elasticsearch, OpenSearch, Running, search_engine_version};

/// Sends a call without a body; the whole answer.
fn call(url: &str, method: &str, path: &str, login: &str) -> String {
    let address = url.rsplit(['@', '/']).next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: test\r\n{login}Content-Length: 0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn elasticsearch_starts_is_halted_killed_and_started_again_on_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Elasticsearch::start(folder.path()).unwrap();
    let url = server.url();
    assert_eq!(server.version().unwrap(), "Elasticsearch 7.10.2");
    assert!(call(&url, "PUT", "/kept", "").contains("\"acknowledged\":true"));
    server.halt().unwrap();
    assert!(server.version().is_err(), "it answers while it is halted");
    server.resume().unwrap();
    server.version().unwrap();
    server.kill();
    assert!(server.version().is_err(), "it answers after its death");
    server.start_again().unwrap();
    assert_eq!(server.url(), url);
    assert!(call(&url, "GET", "/kept", "").contains("200 OK"));
    drop(server);
    assert!(search_engine_version(&url).is_err(), "it outlived its value");
}

#[test]
fn opensearch_starts_with_users_and_keeps_its_data_over_a_kill() {
    const ADMIN: &str = "Authorization: Basic YWRtaW46YWRtaW4=\r\n";
    let folder = tempfile::tempdir().unwrap();
    let mut server = OpenSearch::start(folder.path()).unwrap();
    let url = server.url();
    assert_eq!(server.version().unwrap(), "OpenSearch 2.19.1 with security");
    assert!(call(&url, "GET", "/", "").contains(" 401 "));
    assert!(call(&url, "PUT", "/kept", ADMIN).contains("\"acknowledged\":true"));
    server.halt().unwrap();
    assert!(server.version().is_err(), "it answers while it is halted");
    server.resume().unwrap();
    server.kill();
    assert!(server.version().is_err(), "it answers after its death");
    server.start_again().unwrap();
    assert!(call(&url, "GET", "/kept", ADMIN).contains("200 OK"));
    drop(server);
    assert!(search_engine_version(&url).is_err(), "it outlived its value");
}
