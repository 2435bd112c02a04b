//! Trends: refusals here; the numbers against a naive count follow with the embedded engine.

use serde_json::json;

use crate::faulty_index::Fault;
use crate::world::{Who, World};

#[tokio::test]
async fn a_trend_that_asks_too_much_is_refused_and_an_engine_that_is_down_is_no_secret_teller() {
    let world = World::new().await;
    let trend = |terms: &str, period: &str| {
        format!("{{ termTrend(terms: {terms}, {period}, interval: DAY) {{ total }} }}")
    };
    let may = "from: \"2026-05-01T00:00:00Z\", to: \"2026-06-01T00:00:00Z\"";
    let century = "from: \"1926-05-01T00:00:00Z\", to: \"2026-06-01T00:00:00Z\"";
    let backwards = "from: \"2026-05-01T00:00:00Z\", to: \"2026-05-01T00:00:00Z\"";
    for (query, code) in [
        (trend("[]", may), "BAD_USER_INPUT"),
        (trend("[\" \"]", may), "BAD_USER_INPUT"),
        (trend("[\"탄소\"]", century), "PERIOD_TOO_LONG"),
        (trend("[\"탄소\"]", backwards), "INVALID_PERIOD"),
    ] {
        let answer = world.ask(Who::Anonymous, &query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
    world.index.fail(Fault::Down);
    let query = format!(
        "{{ termTrend(terms: [\"탄소\"], {may}) {{ total }} collectionCounts {{ collection count }} }}"
    );
    let answer = world.ask(Who::Anonymous, &query, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "STORE_UNAVAILABLE");
    assert!(!answer.to_string().contains("search-1"), "{answer}");
    assert_eq!(answer["data"]["collectionCounts"].as_array().unwrap().len(), 3);
}
