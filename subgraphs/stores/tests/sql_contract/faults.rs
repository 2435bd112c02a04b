//! What a database on a server does when the server is killed, halted, not there yet, or half migrated. The server is the test's
//! own, for it is broken.

use std::time::{Duration, Instant};

use stores::sql::Database;
use stores::{StoreError, params};
use tempfile::TempDir;
use test_servers::{MariaDb, Running as _};

use super::migrate;

const ONE: (&str, &str) = ("0001_one.sql", "CREATE TABLE one (id BIGINT PRIMARY KEY)");
/// At first: the patience with a silent server and the time it gets for a sign of life are three seconds, the rest is for what the
/// machine does beside; without them it would be half a minute. The fault table, alone on the machine, holds servers to two.
const AT_FIRST: Duration = Duration::from_secs(10);
/// Far less than four times the patience.
const AT_ONCE: Duration = Duration::from_secs(2);
const BACK: Duration = Duration::from_secs(15);
/// A transaction in which nothing is asked is ended after 20 s; the rest is for what the machine does beside.
const FREE: Duration = Duration::from_secs(60);

struct Broken {
    server: MariaDb,
    _folder: TempDir,
}

impl Broken {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { server: MariaDb::start(folder.path()).unwrap(), _folder: folder }
    }

    async fn open(&self, database: &str) -> Database {
        let root = Database::open_mysql("root", &format!("{}/mysql", self.server.url()), None).unwrap();
        root.execute(&format!("CREATE DATABASE IF NOT EXISTS {database}"), &[]).await.unwrap();
        root.close().await;
        self.handle(database)
    }

    fn handle(&self, database: &str) -> Database {
        Database::open_mysql("contract", &format!("{}/{database}", self.server.url()), None).unwrap()
    }
}

async fn count(database: &Database) -> stores::Result<i64> {
    database.query_optional("SELECT COUNT(*) AS n FROM one", &[]).await?.unwrap().int("n")
}

async fn add(database: &Database, id: i64) -> stores::Result<u64> {
    database.execute("INSERT INTO one VALUES (?)", params![id]).await
}

fn is_unavailable<T: std::fmt::Debug>(result: &stores::Result<T>) -> bool {
    matches!(result, Err(StoreError::Unavailable { store, .. }) if store == "contract")
}

/// All ways to ask are refused, the first within `AT_FIRST` and the others at once.
async fn is_down(database: &Database) {
    let begin = Instant::now();
    let first = count(database).await;
    assert!(is_unavailable(&first) && begin.elapsed() < AT_FIRST, "{first:?} after {:?}", begin.elapsed());
    let begin = Instant::now();
    let results = [
        count(database).await.map(|_| ()),
        add(database, -1).await.map(|_| ()),
        database.begin().await.map(|_| ()),
        database.ping().await,
    ];
    assert!(results.iter().all(is_unavailable), "{results:?}");
    assert!(begin.elapsed() < AT_ONCE, "four refusals took {:?}", begin.elapsed());
}

async fn is_back(database: &Database) -> i64 {
    let begin = Instant::now();
    loop {
        match count(database).await {
            Ok(found) => return found,
            Err(error) => assert!(begin.elapsed() < BACK, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_is_told_at_once_and_used_again_when_it_is_back() {
    let mut broken = Broken::start();
    let database = broken.open("killed").await;
    migrate(&database, &[ONE]).await.unwrap();
    for round in 1..=3 {
        // Several connections of the pool.
        futures::future::join_all((0..8).map(|_| count(&database))).await;
        assert_eq!(add(&database, round).await.unwrap(), 1);
        let mut transaction = database.begin().await.unwrap();
        transaction.execute("INSERT INTO one VALUES (-1)", &[]).await.unwrap();
        broken.server.kill();
        assert!(is_unavailable(&transaction.commit().await));
        is_down(&database).await;
        broken.server.start_again().unwrap();
        assert_eq!(is_back(&database).await, round, "what was acknowledged, and nothing else");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_started_anew_unnoticed_loses_no_read() {
    let mut broken = Broken::start();
    let database = broken.open("restarted").await;
    migrate(&database, &[ONE]).await.unwrap();
    for _ in 0..3 {
        futures::future::join_all((0..8).map(|_| count(&database))).await;
        broken.server.start_again().unwrap();
        let reads = futures::future::join_all((0..4).map(|_| count(&database))).await;
        assert!(reads.iter().all(Result::is_ok), "{reads:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_halted_server_costs_seconds_once_and_is_used_again_when_it_goes_on() {
    let broken = Broken::start();
    let database = broken.open("halted").await;
    migrate(&database, &[ONE]).await.unwrap();
    add(&database, 1).await.unwrap();
    for _ in 0..2 {
        let mut transaction = database.begin().await.unwrap();
        broken.server.halt().unwrap();
        let begin = Instant::now();
        let (read, written, in_transaction) = tokio::join!(
            count(&database),
            add(&database, 2),
            transaction.execute("INSERT INTO one VALUES (3)", &[])
        );
        assert!(begin.elapsed() < AT_FIRST, "{:?}", begin.elapsed());
        assert!(is_unavailable(&read), "{read:?}");
        assert!(
            is_unavailable(&written) && is_unavailable(&in_transaction),
            "{written:?} {in_transaction:?}"
        );
        drop(transaction);
        is_down(&database).await;
        broken.server.resume().unwrap();
        is_back(&database).await;
        // What was under way may have been done; the transaction was not committed.
        let lost = database.query("SELECT id FROM one WHERE id = 3", &[]).await.unwrap();
        assert!(lost.is_empty());
        database.execute("DELETE FROM one WHERE id = 2", &[]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_statement_is_waited_for_and_a_given_up_one_leaves_nothing_behind() {
    let broken = Broken::start();
    let database = broken.open("slow").await;
    let begin = Instant::now();
    let slept = database.query_optional("SELECT SLEEP(4) AS slept", &[]).await.unwrap().unwrap();
    assert_eq!(slept.int("slept").unwrap(), 0);
    assert!(begin.elapsed() >= Duration::from_secs(4));
    for round in 0_i64..40 {
        let args = params![-1].to_vec();
        let given_up = database.query("SELECT SLEEP(0.02), ? AS answer", &args);
        let _ =
            tokio::time::timeout(Duration::from_millis(u64::try_from(round % 20).unwrap()), given_up).await;
        let answer = database.query_optional("SELECT ? AS answer", params![round]).await.unwrap().unwrap();
        assert_eq!(answer.int("answer").unwrap(), round);
    }
}

/// A replica that is halted, or whose machine is lost, says nothing: its connection stays, and with it what it locked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_replica_has_locked_that_went_silent_is_free_after_a_while() {
    let broken = Broken::start();
    let (silent, other) = (broken.open("silent").await, broken.handle("silent"));
    migrate(&silent, &[ONE]).await.unwrap();
    add(&silent, 1).await.unwrap();
    let mut transaction = silent.begin().await.unwrap();
    let change = "UPDATE one SET id = id + 10 WHERE id = 1";
    assert_eq!(transaction.execute(change, &[]).await.unwrap(), 1);
    let begin = Instant::now();
    let changed = loop {
        match other.execute(change, &[]).await {
            Ok(changed) => break changed,
            Err(error) => {
                // The second where the machine is so busy that the server is thought dead meanwhile.
                let kinds = matches!(error, StoreError::RolledBack { .. } | StoreError::Unavailable { .. });
                assert!(kinds && begin.elapsed() < FREE, "{:?}: {error}", begin.elapsed());
            }
        }
    };
    assert_eq!(changed, 1, "what was not committed was not done");
    assert!(is_unavailable(&transaction.execute(change, &[]).await));
    assert!(transaction.commit().await.is_err());
    assert_eq!(is_back(&silent).await, 1, "it goes on on another connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_comes_later_is_migrated_first() {
    let mut broken = Broken::start();
    broken.open("later").await.close().await;
    broken.server.kill();
    let replicas = [broken.handle("later"), broken.handle("later")];
    for database in &replicas {
        migrate(database, &[ONE]).await.unwrap();
        is_down(database).await;
    }
    broken.server.start_again().unwrap();
    for database in &replicas {
        assert_eq!(is_back(database).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_finished_migration_is_told_with_what_to_do_and_not_run_over() {
    let broken = Broken::start();
    // What it begins with can be done twice, so that only the count tells whether it was.
    let begins = "CREATE TABLE IF NOT EXISTS half (id BIGINT); INSERT INTO half VALUES (1)";
    let fails = format!("{begins}; CREATE TABLE one (id BIGINT)");
    let mended = format!("{begins}; CREATE TABLE rest (id BIGINT)");
    let (half, whole) = (("0002_half.sql", fails.as_str()), ("0002_half.sql", mended.as_str()));
    let first = broken.open("half").await;
    migrate(&first, &[ONE]).await.unwrap();
    let told = |result: stores::Result<()>| match result {
        Err(StoreError::Internal(text)) => text,
        other => panic!("{other:?}"),
    };
    for migrations in [[ONE, half], [ONE, half], [ONE, whole]] {
        let database = broken.handle("half");
        let text = told(migrate(&database, &migrations).await);
        for part in
            ["migration 2 of contract", "0002_*.sql", "DELETE FROM _sqlx_migrations WHERE version = 2"]
        {
            assert!(text.contains(part), "{text}");
        }
        assert!(is_unavailable(&count(&database).await), "nothing works on half a schema");
    }
    let halves = first.query("SELECT id FROM half", &[]).await.unwrap();
    assert_eq!(halves.len(), 1, "it was run over");
    for undo in ["DROP TABLE half", "DELETE FROM _sqlx_migrations WHERE version = 2"] {
        first.execute(undo, &[]).await.unwrap();
    }
    let database = broken.handle("half");
    migrate(&database, &[ONE, whole]).await.unwrap();
    assert!(database.query("SELECT id FROM rest", &[]).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_is_let_in_by_its_password_and_to_its_database_only() {
    let broken = Broken::start();
    let root = broken.open("own").await;
    migrate(&root, &[ONE]).await.unwrap();
    broken.open("other").await.close().await;
    for statement in [
        "CREATE USER 'somebody'@'%' IDENTIFIED BY 'p@ss:w/ord'",
        "GRANT ALL PRIVILEGES ON own.* TO 'somebody'@'%'",
    ] {
        root.execute(statement, &[]).await.unwrap();
    }
    let url = |database: &str| broken.server.url().replace("root@", "somebody@") + "/" + database;
    for (database, password, lets_in) in [
        ("own", Some("p@ss:w/ord"), true),
        ("own", Some("wrong"), false),
        ("own", None, false),
        ("other", Some("p@ss:w/ord"), false),
    ] {
        let opened = Database::open_mysql("contract", &url(database), password).unwrap();
        let found = count(&opened).await;
        assert_eq!(found.is_ok(), lets_in, "{database} {password:?}: {found:?}");
        assert!(lets_in || is_unavailable(&found), "{found:?}");
    }
    for wrong in ["postgres://x@y/z", "mysql://host:1", "mysql://h:port/x"] {
        assert!(
            matches!(Database::open_mysql("contract", wrong, None), Err(StoreError::InvalidName(_))),
            "{wrong}"
        );
    }
}
