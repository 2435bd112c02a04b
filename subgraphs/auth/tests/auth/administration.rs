//! Who may do what, and the administration of users, API keys and service clients.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use serde_json::{Value, json};

use crate::fixture::{Fixture, code, text, user_id};

/// Every field that needs somebody: (query, what anonymous, reader, operator, administrator and service get).
fn matrix() -> Vec<(String, [&'static str; 5])> {
    const ADMINISTRATORS: [&str; 5] = ["UNAUTHENTICATED", "FORBIDDEN", "FORBIDDEN", "", "FORBIDDEN"];
    let reader = user_id(2);
    let id = format!("id: \"{reader}\"");
    let entity = |fields: &str| {
        format!(
            "{{ _entities(representations: [{{ __typename: \"User\", id: \"{reader}\" }}]) {{ ... on User {{ {fields} }} }} }}"
        )
    };
    let mut cells = vec![
        ("{ me { id email sessions { edges { node { id } } } } }".to_string(), [""; 5]),
        (entity("id name"), ["UNAUTHENTICATED", "", "", "", ""]),
        (
            "mutation { revokeSession(id: \"x\") { __typename } }".into(),
            ["UNAUTHENTICATED", "", "", "", "UNAUTHENTICATED"],
        ),
        (
            "mutation { createApiKey(input: { name: \"x\" }) { __typename } }".into(),
            ["UNAUTHENTICATED", "", "", "", "SESSION_NEEDED"],
        ),
        (
            "mutation { changePassword(input: { currentPassword: \"x\", newPassword: \"x\" }) { __typename } }".into(),
            ["UNAUTHENTICATED", "", "", "", "SESSION_NEEDED"],
        ),
        (
            "mutation { revokeApiKey(id: \"x\") { __typename } }".into(),
            ["UNAUTHENTICATED", "", "", "", "UNAUTHENTICATED"],
        ),
    ];
    for field in ["email", "roles", "active", "createdAt", "lastLoginAt", "sessions { edges { cursor } }"] {
        cells.push((entity(field), ["UNAUTHENTICATED", "", "FORBIDDEN", "", "FORBIDDEN"]));
    }
    let own_or_administrator = ["UNAUTHENTICATED", "", "FORBIDDEN", "", "FORBIDDEN"];
    cells.push((format!("{{ user({id}) {{ name }} }}"), own_or_administrator));
    let for_administrators = [
        "{ users { edges { node { id } } totalCount } }".to_string(),
        "{ serviceClients { edges { node { id } } } }".into(),
        "{ signingKeys { id state } }".into(),
        "mutation { createUser(input: { email: \"x\", name: \"x\", roles: [] }) { __typename } }".into(),
        format!("mutation {{ updateUser({id}, input: {{ name: \"x\" }}) {{ __typename }} }}"),
        "mutation { deactivateUser(id: \"x\") { __typename } }".into(),
        "mutation { activateUser(id: \"x\") { __typename } }".into(),
        "mutation { resetPassword(id: \"x\") { __typename } }".into(),
        "mutation { createServiceClient(id: \"x\", name: \"x\") { __typename } }".into(),
        "mutation { setServiceClientActive(id: \"x\", active: true) { __typename } }".into(),
        "mutation { resetServiceClientSecret(id: \"x\") { __typename } }".into(),
        "mutation { rotateSigningKeys { signingKeys { id } } }".into(),
    ];
    cells.extend(for_administrators.map(|query| (query, ADMINISTRATORS)));
    cells.push((
        "mutation { logout { endedSessions } }".into(),
        ["UNAUTHENTICATED", "", "", "", "SESSION_NEEDED"],
    ));
    cells
}

#[tokio::test]
async fn every_field_is_open_to_those_who_may_and_to_nobody_else() {
    let fixture = Fixture::new().await;
    let service = service_token(&fixture, "the-crawlers-secret").await;
    let (reader, operator, admin) =
        (fixture.token("reader").await, fixture.token("operator").await, fixture.token("admin").await);
    let tokens = [String::new(), reader, operator, admin, text(&service["accessToken"])];
    for (query, wanted) in matrix() {
        for (token, wanted) in tokens.iter().zip(wanted) {
            let answer = fixture.ask(token, &query).await;
            assert_eq!(code(&answer), wanted, "{query}: {answer}");
        }
    }
}

/// Open to everybody: they prove by themselves who asks.
const PUBLIC: [&str; 4] = ["login", "refresh", "exchangeApiKey", "issueServiceToken"];

#[test]
fn the_matrix_has_every_root_field() {
    let mut missing = Vec::new();
    for definition in parse_schema(auth::sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let TypeKind::Object(object) = definition.node.kind else { continue };
        if ["Query", "Mutation"].contains(&definition.node.name.node.as_str()) {
            missing.extend(object.fields.iter().map(|field| field.node.name.node.to_string()));
        }
    }
    assert!(missing.len() > 20);
    missing.retain(|field| !PUBLIC.contains(&field.as_str()));
    missing.retain(|field| !matrix().iter().any(|(query, _)| query.contains(&format!("{{ {field}"))));
    assert_eq!(missing, Vec::<String>::new());
}

#[tokio::test]
async fn what_one_may_not_see_is_null_and_the_rest_is_answered() {
    let fixture = Fixture::new().await;
    let token = fixture.token("operator").await;
    let entity = format!("_entities(representations: [{{ __typename: \"User\", id: \"{}\" }}])", user_id(2));
    let query = format!(
        "{{ me {{ name }} users {{ totalCount }} {entity} {{ ... on User {{ name email sessions {{ edges {{ cursor }} }} }} }} }}"
    );
    let answer = fixture.ask(&token, &query).await;
    let wanted = json!({ "me": { "name": "operator" }, "users": null,
                         "_entities": [{ "name": "reader", "email": null, "sessions": null }] });
    assert_eq!(answer["data"], wanted);
    // async-graphql leaves out the index in `_entities`.
    let mut paths: Vec<String> =
        answer["errors"].as_array().unwrap().iter().map(|error| error["path"].to_string()).collect();
    paths.sort();
    assert_eq!(paths, [r#"["_entities","email"]"#, r#"["_entities","sessions"]"#, r#"["users"]"#]);
    let two = fixture
        .ask(&token, "mutation { resetPassword(id: 1) { __typename } revokeApiKey(id: 1) { __typename } }")
        .await;
    assert_eq!(
        two["data"],
        json!({ "resetPassword": null, "revokeApiKey": { "__typename": "ApiKeyNotFound" } })
    );
}

async fn service_token(fixture: &Fixture, secret: &str) -> Value {
    let query = "mutation ($secret: String!) { issueServiceToken(clientId: \"crawler\", clientSecret: $secret) \
                 { __typename ... on ServiceTokenIssued { accessToken } } }";
    fixture.ask_with("", query, json!({ "secret": secret })).await["data"]["issueServiceToken"].take()
}

#[tokio::test]
async fn an_account_is_made_changed_locked_and_unlocked() {
    let fixture = Fixture::new().await;
    let admin = fixture.token("admin").await;
    let create = async |email: &str, password: Value| -> Value {
        let query = "mutation ($email: String!, $password: String) { createUser(input: { email: $email, name: \"새 사람\", \
                     roles: [OPERATOR, READER], password: $password }) { __typename ... on UserCreated { initialPassword \
                     user { id name roles email active } } ... on InvalidInput { field } ... on PasswordRefused { problem } } }";
        let variables = json!({ "email": email, "password": password });
        fixture.ask_with(&admin, query, variables).await["data"]["createUser"].take()
    };
    assert_eq!(create("READER@knlab.example", json!(null)).await["__typename"], "EmailTaken");
    assert_eq!(create("no address", json!(null)).await["field"], "email");
    assert_eq!(create("new@knlab.example", json!("short")).await["problem"], "TOO_SHORT");
    let created = create("new@knlab.example", json!(null)).await;
    let id = text(&created["user"]["id"]);
    assert_eq!(created["user"]["roles"], json!(["READER", "OPERATOR"]));
    let session = fixture.login("new", &text(&created["initialPassword"])).await;
    assert_eq!(session["__typename"], "LoginSuccess");

    let change = async |mutation: &str, id: &str| -> Value {
        let query = format!("mutation ($id: ID!) {{ {mutation} {{ __typename }} }}");
        let answer = fixture.ask_with(&admin, &query, json!({ "id": id })).await;
        answer["data"].as_object().and_then(|data| data.values().next()).unwrap_or(&answer)["__typename"]
            .clone()
    };
    assert_eq!(
        change("updateUser(id: $id, input: { email: \"reader@knlab.example\" })", &id).await,
        "EmailTaken"
    );
    assert_eq!(change("updateUser(id: $id, input: { name: \" \" })", &id).await, "InvalidInput");
    assert_eq!(change("updateUser(id: $id, input: { roles: [READER] })", &id).await, "UserUpdated");
    assert_eq!(change("updateUser(id: $id, input: {})", "nobody").await, "UserNotFound");
    assert_eq!(
        change("updateUser(id: $id, input: { roles: [READER] })", &user_id(0)).await,
        "LastAdministrator"
    );
    assert_eq!(change("deactivateUser(id: $id)", &user_id(0)).await, "LastAdministrator");

    assert_eq!(change("deactivateUser(id: $id)", &id).await, "UserUpdated");
    assert_eq!(fixture.refresh(&text(&session["refreshToken"])).await["__typename"], "InvalidRefreshToken");
    let password = text(&created["initialPassword"]);
    assert_eq!(fixture.login("new", &password).await["__typename"], "AccountDeactivated");
    assert_eq!(fixture.login("new", "wrong-password").await["__typename"], "InvalidCredentials");
    assert_eq!(change("activateUser(id: $id)", &id).await, "UserUpdated");
    assert_eq!(fixture.login("new", &password).await["user"]["roles"], json!(["READER"]));
    assert_eq!(change("resetPassword(id: $id)", &id).await, "PasswordReset");
    assert_eq!(fixture.login("new", &password).await["__typename"], "InvalidCredentials");
}

#[tokio::test]
async fn a_demoted_administrator_administers_no_more_though_its_token_says_so() {
    let fixture = Fixture::new().await;
    let (old, operator) = (fixture.token("admin").await, user_id(1));
    let promote = format!(
        "mutation {{ updateUser(id: \"{operator}\", input: {{ roles: [ADMINISTRATOR] }}) {{ __typename }} }}"
    );
    fixture.ask(&old, &promote).await;
    let new = fixture.token("operator").await;
    let demote = format!(
        "mutation {{ updateUser(id: \"{}\", input: {{ roles: [READER] }}) {{ __typename }} }}",
        user_id(0)
    );
    assert_eq!(fixture.ask(&new, &demote).await["data"]["updateUser"]["__typename"], "UserUpdated");
    assert_eq!(code(&fixture.ask(&old, "{ users { totalCount } }").await), "FORBIDDEN");
}

#[tokio::test]
async fn an_api_key_acts_for_its_owner_until_it_is_revoked_or_ends() {
    let fixture = Fixture::new().await;
    let operator = fixture.token("operator").await;
    let create = async |days: i32| -> Value {
        let query = "mutation ($days: Int) { createApiKey(input: { name: \"ci\", expiresInDays: $days }) { __typename \
                     ... on ApiKeyCreated { secret apiKey { id hint } } ... on InvalidInput { field } } }";
        fixture.ask_with(&operator, query, json!({ "days": days })).await["data"]["createApiKey"].take()
    };
    let exchange = async |secret: &str| -> Value {
        let query = "mutation ($key: String!) { exchangeApiKey(apiKey: $key) { __typename ... on ApiKeyExchanged { accessToken } } }";
        fixture.ask_with("", query, json!({ "key": secret })).await["data"]["exchangeApiKey"].take()
    };
    assert_eq!(create(0).await["field"], "expiresInDays");
    let (first, second) = (create(1).await, create(2).await);
    let secret = text(&first["secret"]);
    assert!(secret.starts_with(first["apiKey"]["hint"].as_str().unwrap()));
    let token = text(&exchange(&secret).await["accessToken"]);
    assert_eq!(fixture.me(&token).await, "operator");
    let refused =
        fixture.ask(&token, "mutation { createApiKey(input: { name: \"more\" }) { __typename } }").await;
    assert_eq!(code(&refused), "SESSION_NEEDED");
    assert_eq!(exchange("knk_made-up").await["__typename"], "InvalidApiKey");

    let list = "{ me { apiKeys { edges { node { name lastUsedAt } } } } }";
    let keys = fixture.ask(&operator, list).await["data"]["me"]["apiKeys"]["edges"].take();
    assert_eq!(keys.as_array().unwrap().len(), 2);
    assert_eq!(
        keys[1]["node"]["lastUsedAt"], "2026-09-21T14:13:20Z",
        "newest first, so the used one is second"
    );
    let revoke = "mutation ($id: ID!) { revokeApiKey(id: $id) { __typename } }";
    let id = json!({ "id": second["apiKey"]["id"] });
    assert_eq!(
        fixture.ask_with(&operator, revoke, id).await["data"]["revokeApiKey"]["__typename"],
        "ApiKeyRevoked"
    );
    assert_eq!(exchange(&text(&second["secret"])).await["__typename"], "InvalidApiKey");
    fixture.pass(86_400);
    assert_eq!(exchange(&secret).await["__typename"], "InvalidApiKey");
}

#[tokio::test]
async fn a_service_client_gets_tokens_by_its_secret_only() {
    let fixture = Fixture::new().await;
    assert_eq!(service_token(&fixture, "the-crawlers-secret").await["__typename"], "ServiceTokenIssued");
    for _ in 0..5 {
        assert_eq!(service_token(&fixture, "wrong").await["__typename"], "InvalidClient");
    }
    assert_eq!(service_token(&fixture, "the-crawlers-secret").await["__typename"], "TooManyAttempts");
    fixture.pass(2);
    let admin = fixture.token("admin").await;
    let reset = "mutation { resetServiceClientSecret(id: \"crawler\") { ... on ServiceClientCreated { clientSecret } } }";
    let answer = fixture.ask(&admin, reset).await;
    let secret = text(&answer["data"]["resetServiceClientSecret"]["clientSecret"]);
    assert_eq!(service_token(&fixture, "the-crawlers-secret").await["__typename"], "InvalidClient");
    assert_eq!(service_token(&fixture, &secret).await["__typename"], "ServiceTokenIssued");
    let off = "mutation { setServiceClientActive(id: \"crawler\", active: false) { ... on ServiceClientUpdated { client { active } } } }";
    assert_eq!(fixture.ask(&admin, off).await["data"]["setServiceClientActive"]["client"]["active"], false);
    assert_eq!(service_token(&fixture, &secret).await["__typename"], "InvalidClient");
}
