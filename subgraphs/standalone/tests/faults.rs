//! A fault stays in its part: with any one server killed, every field that the others can answer is still answered.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

mod processes;

use processes::Processes;
use serde_json::{Value, json};

/// A server, the fields of the query below that need it, and its name in errors.
const NEEDS: [(&str, &[&str]); 4] = [
    ("auth", &["/me"]),
    ("admin", &["/search/edges/0/node/originalFile", "/nasUsage"]),
    ("common", &["/search/edges/0/node/category", "/collectionCounts"]),
    ("document", &["/search"]),
];

const QUERY: &str = "{
    me { id name }
    search(text: \"탄소중립\", first: 1) { totalCount edges { node { id title category { name } originalFile { name } } } }
    collectionCounts { collection count }
    nasUsage { files }
}";

#[tokio::test(flavor = "multi_thread")]
async fn each_server_killed_in_turn_takes_only_its_own_fields_along() {
    let mut processes = Processes::start(240).await;
    let token = processes.token("operator", "operator-demo").await;
    let whole = processes.ask(Some(&token), QUERY, json!({})).await;
    assert_eq!(whole.get("errors"), None, "{whole}");

    for (server, needing) in NEEDS {
        processes.kill(server);
        for round in 0..20 {
            let answer = processes.ask(Some(&token), QUERY, json!({})).await;
            check(&format!("{server} down, round {round}"), &whole, &answer, needing);
        }
        processes.spawn(server);
        processes.ready(server).await;
        let again = processes.ask(Some(&token), QUERY, json!({})).await;
        assert_eq!(again["data"], whole["data"], "{server} is back: {again}");
    }
}

fn check(when: &str, whole: &Value, answer: &Value, needing: &[&str]) {
    let mut expected = whole["data"].clone();
    for field in needing {
        *expected.pointer_mut(field).unwrap() = Value::Null;
    }
    assert_eq!(answer["data"], expected, "{when}: {answer}");
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{when}: no errors: {answer}"));
    for error in errors {
        assert!(error["path"].as_array().is_some_and(|path| !path.is_empty()), "{when}: no path: {error}");
        assert!(error["extensions"]["code"].as_str().is_some(), "{when}: no code: {error}");
        let text = error.to_string();
        assert!(!text.contains("127.0.0.1") && !text.contains("refused"), "{when}: tells too much: {text}");
    }
}
