//! A MariaDB of one's own: found at its URL, killed, started again, halted, and gone when dropped.

use test_servers::{MariaDb, Running as _};

#[test]
fn mariadb_starts_is_halted_killed_started_again_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = MariaDb::start(folder.path()).unwrap();
    let version = server.version().unwrap();
    assert!(version.starts_with("MariaDB 1"), "{version}");
    server.halt().unwrap();
    assert!(server.version().is_err(), "it answers while it is halted");
    server.resume().unwrap();
    assert_eq!(server.version().unwrap(), version);
    server.kill();
    assert!(server.version().is_err(), "it answers after its death");
    let url = server.url();
    server.start_again().unwrap();
    assert_eq!(server.url(), url);
    assert_eq!(server.version().unwrap(), version);
    drop(server);
    assert!(test_servers::mariadb::version(&url).is_err(), "it outlived its value");
}

#[test]
fn a_missing_shared_server_is_told_with_what_to_do() {
    let error = test_servers::shared("KNLAB_TEST_OF_NOBODY_URL").unwrap_err().to_string();
    assert!(
        error.contains("KNLAB_TEST_OF_NOBODY_URL") && error.contains("cargo xtask servers --"),
        "{error}"
    );
}
