//! The account that a new installation begins with.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use auth::Settings;
use axum::Router;
use serde_json::{Value, json};
use service::settings::load;
use service::{Server, SharedKeys};
use stores::params;
use stores::sql::Database;
use test_stores::{Kind, TestStores};

use crate::fixture::{CREDENTIAL, Fixture, request, send};

const EMAIL: &str = "first@knlab.example";
const PASSWORD: &str = "correct horse battery";

/// Settings as the environment gives them.
fn settings(email: &str, password: &str) -> Result<Settings, service::settings::SettingsError> {
    let variable =
        |key: &str, value: &str| (format!("KNLAB_AUTH_FIRST_ADMINISTRATOR__{key}"), value.to_owned());
    load("auth", None, [variable("EMAIL", email), variable("PASSWORD", password)])
}

/// A server that starts on these stores with this first administrator.
async fn start(stores: &TestStores, database: &Database, email: &str, password: &str) -> Server {
    let callers = BTreeMap::from([("gateway".to_owned(), CREDENTIAL.into())]);
    let server = service::Settings::in_process(stores.folder(), callers, SharedKeys::default());
    let settings = Settings { server, ..settings(email, password).unwrap() };
    auth::build(settings, database.clone()).await.unwrap()
}

async fn users(database: &Database) -> i64 {
    let row = database.query_optional("SELECT COUNT(*) AS users FROM users", &[]).await.unwrap().unwrap();
    row.int("users").unwrap()
}

/// What the login gives.
async fn login(router: &Router, email: &str, password: &str) -> Value {
    let query = "mutation ($email: String!, $password: String!) { login(input: { email: $email, password: $password }) {
                 __typename ... on LoginSuccess { user { name roles } } } }";
    let asked = request("", query, json!({ "email": email, "password": password }));
    send(router, asked).await.1["data"]["login"].take()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_database_gets_one_administrator_however_many_servers_start_at_once() {
    let stores = TestStores::new();
    let (database, other) = (stores.database("auth").await, stores.database("auth").await);
    start(&stores, &database, EMAIL, PASSWORD).await;
    // Each is told another address, so that the unique key does not hide a second account.
    let emails = ["second@knlab.example", "third@knlab.example"];
    database.execute("DELETE FROM users", &[]).await.unwrap();
    // A row that is never committed and has the first one's address: that one waits, and has found nobody, while the other starts.
    let mut holder = other.begin().await.unwrap();
    let sql = "INSERT INTO users (id, email, email_key, name, password_hash, active, created_at, updated_at) \
               VALUES (?, ?, ?, '', '', 1, 0, 0)";
    holder.execute(sql, params![emails[0], emails[0], emails[0]]).await.unwrap();
    let release = async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        drop(holder);
    };
    let later = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        start(&stores, &database, emails[1], PASSWORD).await
    };
    let (first, second, ()) = tokio::join!(start(&stores, &database, emails[0], PASSWORD), later, release);
    assert_eq!(users(&database).await, 1);
    let account = json!({ "name": "Administrator", "roles": ["ADMINISTRATOR"] });
    let expected = json!({ "__typename": "LoginSuccess", "user": account });
    let logins =
        [login(&first.router, emails[0], PASSWORD).await, login(&second.router, emails[1], PASSWORD).await];
    assert_eq!(logins.iter().filter(|login| **login == expected).count(), 1, "{logins:?}");
}

#[tokio::test]
async fn accounts_that_are_there_are_left_alone() {
    let stores = TestStores::new();
    let database = stores.database("auth").await;
    start(&stores, &database, EMAIL, PASSWORD).await;
    let router = start(&stores, &database, EMAIL, "another password").await.router;
    assert_eq!(login(&router, EMAIL, PASSWORD).await["__typename"], "LoginSuccess");
    assert_eq!(login(&router, EMAIL, "another password").await["__typename"], "InvalidCredentials");

    let seeded = Fixture::new().await;
    let before = users(&seeded.database).await;
    start(&seeded.stores, &seeded.database, EMAIL, PASSWORD).await;
    assert_eq!(users(&seeded.database).await, before);
}

#[test]
fn an_account_that_could_not_be_made_otherwise_is_refused_at_the_start() {
    for (email, password, reason) in [
        (EMAIL, "too short", "The password needs at least 10 characters."),
        (EMAIL, "password1234", "The password is one of those that are tried first."),
        (EMAIL, "it is First!!", "The password contains the name part of the e-mail address."),
        ("nobody", PASSWORD, "email: This is not an e-mail address."),
    ] {
        let refused = settings(email, password).unwrap_err().to_string();
        assert!(refused.contains(reason) && !refused.contains(password), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_database_away_at_the_start_it_is_made_once_the_database_is_there() {
    let stores = TestStores::of(Kind::Real);
    let url = stores.database_url("auth").await;
    let (server, name) = url.rsplit_once('/').unwrap();
    let server = Database::open_mysql("tests", &format!("{server}/mysql"), None).unwrap();
    server.execute(&format!("DROP DATABASE {name}"), &[]).await.unwrap();

    let Server { router, background, .. } =
        start(&stores, &stores.database("auth").await, EMAIL, PASSWORD).await;
    let mut tasks = tokio::task::JoinSet::new();
    background.into_iter().for_each(|task| drop(tasks.spawn(task)));
    assert_eq!(login(&router, EMAIL, PASSWORD).await, Value::Null);
    server.execute(&format!("CREATE DATABASE {name}"), &[]).await.unwrap();
    let begin = Instant::now();
    while login(&router, EMAIL, PASSWORD).await["__typename"] != "LoginSuccess" {
        assert!(begin.elapsed() < Duration::from_secs(10), "nobody can sign in");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.close().await;
}
