//! What a client sends: operations and logins.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// One operation, put into a POST request to whoever is to answer it.
pub async fn ask(to: RequestBuilder, token: Option<&str>, query: &str, variables: Value) -> Value {
    let request = token.iter().fold(to, |request, token| request.bearer_auth(token));
    let answer = request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap();
    answer.json().await.unwrap()
}

/// An access token of a sample account.
pub async fn token(to: RequestBuilder, login: &str, password: &str) -> String {
    let query = "mutation($email: String!, $password: String!) {
        login(input: { email: $email, password: $password }) { ... on LoginSuccess { accessToken } } }";
    let variables = json!({ "email": format!("{login}@knlab.example"), "password": password });
    let answer = ask(to, None, query, variables).await;
    answer["data"]["login"]["accessToken"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
}
