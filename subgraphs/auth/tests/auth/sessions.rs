//! The life of a session: sign-in, renewal, reuse, sign-out, change of password.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::fixture::{Fixture, code, text};

const DAY: u64 = 86_400;

#[tokio::test]
async fn a_session_lives_through_renewals_until_it_is_too_old() {
    let fixture = Fixture::new().await;
    let first = fixture.login("reader", "reader-password").await;
    assert_eq!(first["__typename"], "LoginSuccess");
    assert_eq!(first["user"]["email"], "reader@knlab.example", "shown though the request was anonymous");
    assert_eq!((&first["session"]["current"], &first["session"]["device"]), (&json!(true), &json!("test")));
    let access = text(&first["accessToken"]);
    assert_eq!(fixture.me(&access).await, "reader");

    fixture.pass(600 + 11);
    assert_eq!(fixture.me(&access).await, "TOKEN_EXPIRED");
    let mut refresh = text(&first["refreshToken"]);
    for _ in 0..5 {
        fixture.pass(11 * DAY);
        let renewed = fixture.refresh(&refresh).await;
        assert_eq!(renewed["__typename"], "RefreshSuccess");
        assert_eq!(renewed["session"]["id"], first["session"]["id"]);
        assert_eq!(fixture.me(&text(&renewed["accessToken"])).await, "reader");
        refresh = text(&renewed["refreshToken"]);
    }
    fixture.pass(6 * DAY);
    assert_eq!(fixture.refresh(&refresh).await["__typename"], "InvalidRefreshToken", "60 days are over");

    let idle = fixture.login("reader", "reader-password").await;
    fixture.pass(14 * DAY + 1);
    assert_eq!(fixture.refresh(&text(&idle["refreshToken"])).await["__typename"], "InvalidRefreshToken");
    assert_eq!(fixture.refresh("knr_made-up").await["__typename"], "InvalidRefreshToken");
}

#[tokio::test]
async fn of_twenty_parallel_renewals_one_succeeds_and_a_later_reuse_ends_the_session() {
    let fixture = Fixture::new().await;
    let first = text(&fixture.login("reader", "reader-password").await["refreshToken"]);
    let answers = join_all((0..20).map(|_| fixture.refresh(&first))).await;
    let named = |name: &str| answers.iter().filter(|answer| answer["__typename"] == name).count();
    assert_eq!((named("RefreshSuccess"), named("RefreshTokenJustUsed")), (1, 19));
    let winner = answers.iter().find(|answer| answer["__typename"] == "RefreshSuccess").unwrap();
    let second = text(&winner["refreshToken"]);

    fixture.pass(15);
    assert_eq!(fixture.refresh(&first).await["__typename"], "RefreshTokenJustUsed");
    fixture.pass(1);
    assert_eq!(fixture.refresh(&first).await["__typename"], "RefreshTokenReused");
    assert_eq!(
        fixture.refresh(&second).await["__typename"],
        "InvalidRefreshToken",
        "the whole family is revoked"
    );
    let refused = fixture.ask(&text(&winner["accessToken"]), "mutation { logout { endedSessions } }").await;
    assert_eq!(code(&refused), "UNAUTHENTICATED", "the access token is of no use here any more");
}

#[tokio::test]
async fn signing_out_ends_one_session_or_all() {
    let fixture = Fixture::new().await;
    let sessions = join_all((0..3).map(|_| fixture.login("reader", "reader-password"))).await;
    let refresh = |number: usize| text(&sessions[number]["refreshToken"]);
    let access = |number: usize| text(&sessions[number]["accessToken"]);
    let logout = async |token: &str, arguments: &str| -> Value {
        fixture.ask(token, &format!("mutation {{ logout{arguments} {{ endedSessions }} }}")).await["data"]["logout"].take()
    };
    assert_eq!(logout(&access(0), "").await["endedSessions"], 1);
    assert_eq!(fixture.refresh(&refresh(0)).await["__typename"], "InvalidRefreshToken");
    let by_token = format!("(refreshToken: \"{}\")", refresh(1));
    assert_eq!(logout("", &by_token).await["endedSessions"], 1);
    assert_eq!(logout("", &by_token).await["endedSessions"], 0);
    fixture.token("reader").await;
    assert_eq!(logout(&access(2), "(everywhere: true)").await["endedSessions"], 2);
    assert_eq!(fixture.refresh(&refresh(2)).await["__typename"], "InvalidRefreshToken");
}

#[tokio::test]
async fn unknown_accounts_and_wrong_passwords_look_alike_and_failures_cost_time() {
    let fixture = Fixture::new().await;
    for account in ["reader", "nobody"] {
        for attempt in 0..5 {
            let answer = fixture.login(account, "wrong-password").await;
            assert_eq!(answer, json!({ "__typename": "InvalidCredentials" }), "{account}, attempt {attempt}");
        }
        assert_eq!(fixture.login(account, "wrong-password").await["__typename"], "TooManyAttempts");
    }
    let blocked = fixture.login("READER", "reader-password").await;
    assert_eq!(blocked, json!({ "__typename": "TooManyAttempts", "retryAt": "2026-09-21T14:13:21Z" }));
    fixture.pass(1);
    assert_eq!(fixture.login("Reader", "reader-password").await["__typename"], "LoginSuccess");
    assert_eq!(fixture.login("reader", "wrong-password").await["__typename"], "InvalidCredentials");

    let aliases: String = (0..30)
        .map(|n| {
            format!("a{n}: login(input: {{ email: \"x@y.example\", password: \"{n}\" }}) {{ __typename }} ")
        })
        .collect();
    let answer = fixture.ask("", &format!("mutation {{ {aliases} }}")).await;
    let names = answer["data"].as_object().unwrap().values();
    assert_eq!(
        names.filter(|payload| payload["__typename"] == "InvalidCredentials").count(),
        5,
        "each alias counts"
    );
}

#[tokio::test]
async fn a_change_of_password_needs_the_old_one_and_ends_the_other_sessions() {
    let fixture = Fixture::new().await;
    let other = fixture.login("reader", "reader-password").await;
    let own = fixture.login("reader", "reader-password").await;
    let token = text(&own["accessToken"]);
    let query = "mutation ($old: String!, $new: String!) { changePassword(input: { currentPassword: $old, newPassword: $new }) \
                 { __typename ... on PasswordChanged { endedSessions } ... on PasswordRefused { problem } } }";
    let change = async |old: &str, new: &str| -> Value {
        fixture.ask_with(&token, query, json!({ "old": old, "new": new })).await["data"]["changePassword"]
            .take()
    };
    assert_eq!(change("wrong-password", "a new password").await["__typename"], "WrongPassword");
    assert_eq!(change("reader-password", "short").await["problem"], "TOO_SHORT");
    let changed = change("reader-password", "a new password").await;
    assert_eq!(changed, json!({ "__typename": "PasswordChanged", "endedSessions": 1 }));
    assert_eq!(fixture.refresh(&text(&other["refreshToken"])).await["__typename"], "InvalidRefreshToken");
    assert_eq!(fixture.refresh(&text(&own["refreshToken"])).await["__typename"], "RefreshSuccess");
    assert_eq!(fixture.login("reader", "reader-password").await["__typename"], "InvalidCredentials");
    assert_eq!(fixture.login("reader", "a new password").await["__typename"], "LoginSuccess");
}

#[tokio::test]
async fn sessions_are_ended_by_their_owner_and_by_administrators_only() {
    let fixture = Fixture::new().await;
    let reader = fixture.login("reader", "reader-password").await;
    let (operator, admin) = (fixture.token("operator").await, fixture.token("admin").await);
    let revoke = async |token: &str| -> Value {
        let query = "mutation ($id: ID!) { revokeSession(id: $id) { __typename } }";
        let id = &reader["session"]["id"];
        fixture.ask_with(token, query, json!({ "id": id })).await["data"]["revokeSession"]["__typename"]
            .take()
    };
    assert_eq!(revoke(&operator).await, "SessionNotFound");
    assert_eq!(revoke(&admin).await, "SessionRevoked");
    assert_eq!(revoke(&admin).await, "SessionNotFound");
    assert_eq!(fixture.refresh(&text(&reader["refreshToken"])).await["__typename"], "InvalidRefreshToken");
}
