//! What `cargo run` says when it is ready.

use std::path::Path;

use crate::sample::people::people;

/// A query that all four servers answer together: document finds, common and admin contribute, auth names the account.
pub const QUERY: &str = "{ me { name } search(text: \"탄소중립\", first: 3) { totalCount edges { node { title category { name } \
                         originalFile { name downloadUrl } } } } }";

/// The text to print.
pub fn text(url: &str, data: &Path, made: u64) -> String {
    let accounts: Vec<String> = people()
        .iter()
        .take(3)
        .map(|person| format!("  {:<24} {:<20} {}", person.email, person.password, person.role))
        .collect();
    let kept = if made > 0 { format!("{made} sample documents made") } else { "kept from before".to_owned() };
    let body = serde_json::json!({ "query": QUERY }).to_string().replace('\'', "'\\''");
    let login = login_command(url);
    format!(
        "\nKnlab is ready.\n\n  GraphiQL   {url}/\n  GraphQL    {url}/graphql\n  Data       {} ({kept})\n\nAccounts (sample data)\n{}\n\n\
         A query that all four servers answer together:\n\n  {QUERY}\n\n  TOKEN=$({login})\n  curl -s {url}/graphql -H 'content-type: application/json' \
         -H \"authorization: Bearer $TOKEN\" \\\n    -d '{body}'\n\nCtrl-C ends it.\n",
        data.display(),
        accounts.join("\n"),
    )
}

/// A shell command that logs the sample reader in and prints the token.
fn login_command(url: &str) -> String {
    let Some(reader) = people().into_iter().find(|person| person.role == "reader") else {
        return String::new();
    };
    let query = format!(
        "mutation {{ login(input: {{ email: \"{}\", password: \"{}\" }}) {{ ... on LoginSuccess {{ accessToken }} }} }}",
        reader.email, reader.password
    );
    let body = serde_json::json!({ "query": query });
    format!(
        "curl -s {url}/graphql -H 'content-type: application/json' -d '{body}' | sed 's/.*\"accessToken\":\"\\([^\"]*\\)\".*/\\1/'"
    )
}
