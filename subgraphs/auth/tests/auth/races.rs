//! Two servers over one database, asked at the same moment.

use axum::Router;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::fixture::{Fixture, request, router, send, text, user_id};

const ROUNDS: usize = 6;

/// Asks the first and the second server by turns, all at once; the payloads of one mutation, null where it was refused.
async fn at_once(servers: [&Router; 2], name: &str, asked: Vec<(&str, &str, Value)>) -> Vec<Value> {
    let answers = asked.into_iter().enumerate().map(|(number, (token, query, variables))| {
        let request = request(token, query, variables);
        async move { send(servers[number % 2], request).await.1 }
    });
    join_all(answers).await.into_iter().map(|mut answer| answer["data"][name].take()).collect()
}

fn of_type(payloads: &[Value], name: &str) -> usize {
    payloads.iter().filter(|payload| payload["__typename"] == name).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_cannot_take_each_other_the_role_at_once() {
    let fixture = Fixture::new().await;
    let second = fixture.second().await;
    let set = |role: &str| {
        format!(
            "mutation ($id: ID!) {{ updateUser(id: $id, input: {{ roles: [{role}] }}) {{ __typename }} }}"
        )
    };
    let (promote, demote) = (set("ADMINISTRATOR"), set("READER"));
    let id = |number: u8| json!({ "id": user_id(number) });
    for round in 0..ROUNDS {
        // Whoever still administers makes both administrators again.
        for token in [fixture.token("admin").await, fixture.token("operator").await] {
            for number in [0, 1] {
                fixture.ask_with(&token, &promote, id(number)).await;
            }
        }
        let (admin, operator) = (fixture.token("admin").await, fixture.token("operator").await);
        let asked = vec![(admin.as_str(), demote.as_str(), id(1)), (operator.as_str(), &demote, id(0))];
        at_once([&fixture.router, &second], "updateUser", asked).await;
        let sql = "SELECT COUNT(*) AS n FROM user_roles WHERE role = 'administrator'";
        let left = fixture.database.query_optional(sql, &[]).await.unwrap().unwrap().int("n").unwrap();
        assert_eq!(left, 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_is_good_for_one_of_many_uses_at_once() {
    let fixture = Fixture::new().await;
    let second = fixture.second().await;
    let query = "mutation ($t: String!) { refresh(refreshToken: $t) { __typename } }";
    for round in 0..ROUNDS {
        let token = text(&fixture.login("reader", "reader-password").await["refreshToken"]);
        let asked = (0..6).map(|_| ("", query, json!({ "t": token }))).collect();
        let payloads = at_once([&fixture.router, &second], "refresh", asked).await;
        assert_eq!(of_type(&payloads, "RefreshSuccess"), 1, "round {round}: {payloads:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_to_sign_in_at_once_all_count() {
    let fixture = Fixture::new().await;
    let second = fixture.second().await;
    let query =
        "mutation ($e: String!) { login(input: { email: $e, password: \"wrong-password\" }) { __typename } }";
    for round in 0..ROUNDS {
        let email = format!("nobody{round}@knlab.example");
        let asked = (0..5).map(|_| ("", query, json!({ "e": email }))).collect();
        at_once([&fixture.router, &second], "login", asked).await;
        let sql = "SELECT failures FROM login_failures WHERE account = ?";
        let row = fixture.database.query_optional(sql, stores::params![&email]).await.unwrap().unwrap();
        assert_eq!(row.int("failures").unwrap(), 5, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_start_at_once_make_one_key() {
    let fixture = Fixture::new().await;
    let other = fixture.stores.database("auth").await;
    for round in 0..ROUNDS {
        fixture.database.execute("DELETE FROM signing_keys", &[]).await.unwrap();
        let keys = service::SharedKeys::default();
        let starts = [&fixture.database, &other, &fixture.database]
            .map(|database| router(fixture.stores.folder(), &fixture.clock, &keys, database));
        for started in join_all(starts).await {
            drop(started.unwrap());
        }
        let sql = "SELECT COUNT(*) AS n FROM signing_keys WHERE state = 'active'";
        let active = fixture.database.query_optional(sql, &[]).await.unwrap().unwrap().int("n").unwrap();
        assert_eq!(active, 1, "round {round}");
    }
}
