//! Servers for contents of one's own: found at their URLs, halted, killed, started again, and gone when dropped.

use test_servers::{Running, S3, WebDav, http, s3, webdav};

#[test]
fn webdav_starts_is_halted_killed_started_again_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = WebDav::start(folder.path()).unwrap();
    let (url, version) = (server.url(), server.version().unwrap());
    assert!(version.starts_with("lighttpd/") && version.ends_with("(WebDAV)"), "{version}");
    assert_eq!(http::request("MKCOL", &format!("{url}/a/")).unwrap().status, 201, "it takes folders");
    server.halt().unwrap();
    assert!(server.version().is_err(), "it answers while it is halted");
    server.resume().unwrap();
    server.kill();
    assert!(server.version().is_err(), "it answers after its death");
    server.start_again().unwrap();
    assert_eq!(
        http::request("MKCOL", &format!("{url}/a/")).unwrap().status,
        405,
        "the folder is still there"
    );
    drop(server);
    assert!(webdav::version(&url).is_err(), "it outlived its value");
}

#[test]
fn s3_starts_is_halted_killed_started_again_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = S3::start(folder.path()).unwrap();
    let url = server.url();
    server.version().unwrap();
    server.halt().unwrap();
    assert!(server.version().is_err(), "it answers while it is halted");
    server.resume().unwrap();
    server.kill();
    assert!(server.version().is_err(), "it answers after its death");
    server.start_again().unwrap();
    server.version().unwrap();
    drop(server);
    assert!(s3::version(&url).is_err(), "it outlived its value");
}
