//! Writing many documents in one call. Every item's answer is looked at: the call as a whole succeeds though items fail.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{Call, Client, Purpose, unavailable};
use super::documents::external_version;
use elasticsearch::http::Method;

use crate::search::Collection;
use crate::{Result, StoreError};

/// A call has no more bytes than this, unless a single document has.
const CALL: usize = 5 * 1024 * 1024;

/// A document for one index.
pub(super) struct Item {
    pub collection: Collection,
    /// The alias that leads to the index. It must be there: no index is made by writing.
    pub alias: String,
    /// Whether it is fine that the alias is gone.
    pub may_be_gone: bool,
    pub id: String,
    pub version: i64,
    pub source: Value,
}

/// Whether what was written is found when the call returns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Visible {
    AtOnce,
    Later,
}

/// What became of a write.
pub(super) enum Outcome {
    Done,
    /// An alias that must be there is not.
    NoIndex,
}

/// Writes the items; of those that stand under the same or a newer version already nothing changes. If the engine refuses some
/// the others are written, and the error tells of one that was refused; an overloaded engine counts as `Unavailable`.
pub(super) async fn write(client: &Client, items: &[Item], visible: Visible) -> Result<Outcome> {
    let mut worst = Ok(Outcome::Done);
    let mut rest = items;
    while let Some(first) = rest.first() {
        let (body, count) = lines(rest);
        let (now, later) = rest.split_at(count);
        let query: &[_] = match visible {
            Visible::AtOnce => &[("require_alias", "true"), ("refresh", "true")],
            Visible::Later => &[("require_alias", "true")],
        };
        let (purpose, path) = (Purpose::Write, "/_bulk");
        let about: BTreeSet<Collection> = now.iter().map(|item| item.collection).collect();
        let about: Vec<Collection> = about.into_iter().collect();
        let call = Call { about: &about, purpose, method: Method::Post, path, query, body: Some(body) };
        let answer = client.send(call).await?.done(first.collection.name())?;
        worst = worse(worst, examined(now, &answer));
        rest = later;
    }
    worst
}

/// The lines of as many items as fit into a call.
fn lines(items: &[Item]) -> (String, usize) {
    let mut body = String::new();
    let mut count = 0;
    for item in items {
        let action = json!({"index": {
            "_index": item.alias,
            "_id": item.id,
            "version": external_version(item.version),
            "version_type": "external",
        }});
        let lines = format!("{action}\n{}\n", item.source);
        if count > 0 && body.len() + lines.len() > CALL {
            break;
        }
        body.push_str(&lines);
        count += 1;
    }
    (body, count)
}

fn examined(items: &[Item], answer: &Value) -> Result<Outcome> {
    let answers = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    if answers.len() != items.len() {
        return Err(StoreError::Internal(
            "the search engine answered for other documents than it was sent".to_owned(),
        ));
    }
    let each = items.iter().zip(answers).map(|(item, answer)| outcome(item, &answer["index"]));
    each.fold(Ok(Outcome::Done), worse)
}

fn outcome(item: &Item, answer: &Value) -> Result<Outcome> {
    let error = &answer["error"];
    let reason = || format!("document {}: {} {}", item.id, error["type"], error["reason"]);
    match answer["status"].as_u64().unwrap_or_default() {
        // 409: the same or a newer version stands there.
        200..=299 | 409 => Ok(Outcome::Done),
        404 if item.may_be_gone => Ok(Outcome::Done),
        404 => Ok(Outcome::NoIndex),
        429 | 500..=599 => Err(unavailable(item.collection.name(), &reason())),
        _ => Err(StoreError::Internal(format!("index {}: {}", item.collection.name(), reason()))),
    }
}

/// The worse of two: what passes by itself hides what does not, because then all is sent again.
fn worse(one: Result<Outcome>, other: Result<Outcome>) -> Result<Outcome> {
    let weight = |outcome: &Result<Outcome>| match outcome {
        Ok(Outcome::Done) => 0,
        Err(StoreError::Unavailable { .. }) => 3,
        Err(_) => 2,
        Ok(Outcome::NoIndex) => 1,
    };
    if weight(&other) > weight(&one) { other } else { one }
}
