//! A fault stays in its part: with any one server killed, every field that the others can answer is still answered.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

mod processes;

use std::time::{Duration, Instant};

use processes::{Processes, Setup};
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

/// What the gateway is given for a subgraph's answer in the next test. The limits below tell one timeout from two, and none from
/// one, with room for what a busy machine does beside; the fault table holds the figures.
const TIMEOUT: Duration = Duration::from_secs(2);
const BACK: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn each_server_halted_in_turn_costs_its_fields_one_timeout_and_then_nothing() {
    let timeouts = json!({ "subgraph": humantime(TIMEOUT) });
    let processes = Processes::start_with(240, Setup { timeouts, ..Setup::default() }).await;
    let token = processes.token("operator", "operator-demo").await;
    let whole = processes.ask(Some(&token), QUERY, json!({})).await;
    assert_eq!(whole.get("errors"), None, "{whole}");

    for (server, needing) in NEEDS {
        processes.halt(server);
        let begin = Instant::now();
        let answer = processes.ask(Some(&token), QUERY, json!({})).await;
        check(&format!("{server} halted"), &whole, &answer, needing);
        assert!(begin.elapsed() < TIMEOUT * 2, "{server}: {:?}", begin.elapsed());
        let mut times: Vec<Duration> = Vec::new();
        for round in 0..20 {
            let begin = Instant::now();
            let answer = processes.ask(Some(&token), QUERY, json!({})).await;
            times.push(begin.elapsed());
            check(&format!("{server} halted, round {round}"), &whole, &answer, needing);
        }
        times.sort();
        assert!(times[10] < TIMEOUT / 4, "{server}: no longer waited for: {times:?}");
        processes.resume(server);
        let begin = Instant::now();
        while processes.ask(Some(&token), QUERY, json!({})).await["data"] != whole["data"] {
            assert!(begin.elapsed() < BACK, "{server} is not back");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn humantime(time: Duration) -> String {
    format!("{}ms", time.as_millis())
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
