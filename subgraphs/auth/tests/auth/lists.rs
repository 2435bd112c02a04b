//! Lists: pages, caps, filters, and what they cost in statements.

use serde_json::{Value, json};

use crate::fixture::{Fixture, START, code, text};

async fn with_users(count: usize) -> (Fixture, String) {
    let fixture = Fixture::new().await;
    for number in 0..count {
        let sql = "INSERT INTO users (id, email, email_key, name, password_hash, active, created_at, updated_at) \
                   VALUES (?, ?, ?, ?, '', ?, ?, ?)";
        let (id, email) = (format!("user-{number:03}"), format!("p{number}@knlab.example"));
        let name = if number % 2 == 0 { format!("짝수_{number}") } else { format!("Odd {number}") };
        let args = stores::params![&id, &email, &email, name, number % 3 != 0, START, START];
        fixture.database.execute(sql, args).await.unwrap();
        fixture
            .database
            .execute("INSERT INTO user_roles VALUES (?, 'reader')", stores::params![&id])
            .await
            .unwrap();
        for session in 0..3 {
            let sql = "INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at) VALUES (?, ?, ?, ?, ?)";
            let args = stores::params![format!("{id}-{session}"), &id, START, START, START + 1_000_000_000];
            fixture.database.execute(sql, args).await.unwrap();
        }
    }
    let token = fixture.token("admin").await;
    (fixture, token)
}

#[tokio::test]
async fn fifty_users_with_sessions_and_keys_cost_as_many_statements_as_five() {
    let (fixture, token) = with_users(60).await;
    let cost = async |query: String| {
        let before = fixture.database.statements();
        let answer = fixture.ask(&token, &query).await;
        assert_eq!(code(&answer), "", "{answer}");
        (fixture.database.statements() - before, answer)
    };
    let nested =
        "id name email roles sessions(first: 2) { edges { node { id } } } apiKeys { edges { node { id } } }";
    let list =
        |first: u32| format!("{{ users(first: {first}) {{ totalCount edges {{ node {{ {nested} }} }} }} }}");
    let ((five, _), (fifty, answer)) = (cost(list(5)).await, cost(list(50)).await);
    assert_eq!((five, fifty), (6, 6), "session, user, page, count, sessions, keys");
    let last = &answer["data"]["users"]["edges"][49]["node"]["sessions"]["edges"];
    assert_eq!(last.as_array().unwrap().len(), 2, "each user has its own page");

    let entities = |count: usize| {
        let ids: Vec<Value> =
            (0..count).map(|n| json!({ "__typename": "User", "id": format!("user-{n:03}") })).collect();
        let query = format!(
            "query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on User {{ {nested} }} }} }}"
        );
        (query, json!({ "r": ids }))
    };
    let mut costs = Vec::new();
    for count in [5, 50] {
        let (query, variables) = entities(count);
        let before = fixture.database.statements();
        let answer = fixture.ask_with(&token, &query, variables).await;
        assert_eq!(answer["data"]["_entities"].as_array().unwrap().len(), count, "{answer}");
        costs.push(fixture.database.statements() - before);
    }
    assert_eq!(costs, [3, 3], "users, sessions, keys");
}

#[tokio::test]
async fn an_entity_that_is_not_there_is_null_and_the_others_are_answered() {
    let (fixture, token) = with_users(2).await;
    let query = "{ _entities(representations: [{ __typename: \"User\", id: \"user-000\" }, { __typename: \"User\", id: \"gone\" }, \
                 { __typename: \"User\", id: \"user-001\" }]) { ... on User { id } } }";
    let wanted = json!({ "data": { "_entities": [{ "id": "user-000" }, null, { "id": "user-001" }] } });
    assert_eq!(fixture.ask(&token, query).await, wanted);
    let anonymous = fixture.ask("", query).await;
    assert_eq!(anonymous["data"]["_entities"], json!([null, null, null]));
    assert_eq!(code(&anonymous), "UNAUTHENTICATED");
}

#[tokio::test]
async fn pages_follow_their_cursors_to_the_end_without_gaps() {
    let (fixture, token) = with_users(7).await;
    let query = "query ($after: String, $first: Int) { users(first: $first, after: $after) { totalCount edges { node { id } } \
                 pageInfo { hasNextPage hasPreviousPage endCursor } } }";
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = fixture.ask_with(&token, query, json!({ "after": after, "first": 4 })).await;
        let page = &answer["data"]["users"];
        assert_eq!(page["totalCount"], 10);
        seen.extend(page["edges"].as_array().unwrap().iter().map(|edge| text(&edge["node"]["id"])));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((seen.len(), &seen), (10, &sorted));
    for (first, after, wanted) in [
        (101, Value::Null, "PAGE_SIZE_TOO_LARGE"),
        (-1, Value::Null, "PAGE_SIZE_NEGATIVE"),
        (1, json!("!"), "INVALID_CURSOR"),
    ] {
        let answer = fixture.ask_with(&token, query, json!({ "after": after, "first": first })).await;
        assert_eq!(code(&answer), wanted);
    }
    let nested = fixture
        .ask(&token, "{ users { edges { node { sessions(first: 1000000) { edges { cursor } } } } } }")
        .await;
    assert_eq!(code(&nested), "PAGE_SIZE_TOO_LARGE");
}

#[tokio::test]
async fn filters_narrow_the_list_and_take_wildcards_as_text() {
    let (fixture, token) = with_users(6).await;
    let cases = [
        (json!({ "search": "짝수" }), 3),
        (json!({ "search": "짝수_4" }), 1),
        (json!({ "search": "ODD" }), 3),
        (json!({ "search": "%" }), 0),
        (json!({ "search": "' OR 1=1 --" }), 0),
        (json!({ "search": "@knlab.example", "role": "READER" }), 7),
        (json!({ "active": false }), 2),
        (json!({ "active": true, "search": "odd" }), 2),
        (json!({ "search": " " }), 9),
    ];
    for (filter, wanted) in cases {
        let query =
            "query ($filter: UserFilter) { users(filter: $filter) { totalCount edges { node { id } } } }";
        let answer = fixture.ask_with(&token, query, json!({ "filter": filter })).await;
        let page = &answer["data"]["users"];
        let counts = (page["totalCount"].as_u64(), page["edges"].as_array().map(Vec::len));
        assert_eq!(counts, (Some(wanted), usize::try_from(wanted).ok()), "{filter}");
    }
}
