//! The indexes themselves: made from empty, rebuilt beside, published, removed.

use std::sync::Arc;

use elasticsearch::http::Method;
use serde_json::{Value, json};

use super::bulk::{self, Item, Outcome, Visible};
use super::client::{Answer, Call, Client, Purpose};
use super::documents::{REMOVED, tombstone};
use super::names::Names;
use crate::search::Collection;
use crate::{Result, StoreError};

/// What every index is made with; the second is for engines that have the plugin for Korean morphemes.
const INDEX: &str = include_str!("../../../../../migrations/search/index.json");
const MORPHEMES: &str = include_str!("../../../../../migrations/search/nori.json");

/// How many removed documents are carried over at once.
const REMOVALS: usize = 1_000;

pub(super) struct Indices {
    pub client: Client,
    pub names: Arc<Names>,
}

impl Indices {
    pub(super) fn new(client: Client, names: Arc<Names>) -> Self {
        Self { client, names }
    }

    /// Makes a collection's first index unless there is one. Several replicas may do so at once: the name is the same, so the
    /// engine makes it for one of them.
    pub(super) async fn ensure(&self, collection: Collection) -> Result<()> {
        if !self.serving(collection).await?.is_empty() {
            return self.check_format(collection).await;
        }
        let (index, alias) = (self.names.first_index(collection), self.names.alias(collection));
        let made = self.make(collection, &index, &alias, &json!({})).await?;
        if made.is_done() {
            tracing::info!(index, "made an empty search index");
        } else if made.kind() != "resource_already_exists_exception" {
            return made.done(collection.name()).map(|_| ());
        } else if self.serving(collection).await?.is_empty() {
            let what =
                format!("there is an index {index} but no alias {alias}: delete the index, then reindex");
            return Err(StoreError::Internal(what));
        }
        Ok(())
    }

    /// Makes an index for a rebuild, after removing what crashed ones left behind. Only one rebuild of a collection may be under
    /// way in all processes; callers see to that.
    pub(super) async fn begin(&self, collection: Collection) -> Result<String> {
        self.remove_leftovers(collection).await?;
        let index = self.names.new_index(collection);
        // Nobody searches it before it is published.
        let settings = json!({"settings": {"index": {"refresh_interval": "-1"}}});
        let made = self.make(collection, &index, &Names::rebuild_alias(&index), &settings).await?;
        made.done(collection.name()).map(|_| index)
    }

    /// Makes a filled index ready to serve: removals of the index that serves are in it too, and all of it is found.
    pub(super) async fn finish(&self, collection: Collection, index: &str) -> Result<()> {
        self.carry_removals(collection, index).await?;
        let settings = json!({"index": {"refresh_interval": null}});
        self.manage(collection, Method::Put, &format!("/{index}/_settings"), Some(&settings)).await?;
        self.manage(collection, Method::Post, &format!("/{index}/_refresh"), None).await.map(|_| ())
    }

    /// Lets an index serve in place of the one that does, in one step; returns what served before.
    pub(super) async fn switch(&self, collection: Collection, index: &str) -> Result<Vec<String>> {
        let alias = self.names.alias(collection);
        let before = self.serving(collection).await?;
        let remove = before.iter().map(|old| json!({"remove": {"index": old, "alias": alias}}));
        let mut actions: Vec<Value> = remove.collect();
        actions.push(json!({"remove": {"index": index, "alias": Names::rebuild_alias(index)}}));
        actions.push(json!({"add": {"index": index, "alias": alias}}));
        self.manage(collection, Method::Post, "/_aliases", Some(&json!({"actions": actions}))).await?;
        Ok(before)
    }

    /// Removes an index, if it is there.
    pub(super) async fn delete(&self, collection: Collection, index: &str) -> Result<()> {
        let answer = self.call(collection, Method::Delete, &format!("/{index}"), None).await?;
        if answer.status == 404 { Ok(()) } else { answer.done(collection.name()).map(|_| ()) }
    }

    async fn make(&self, collection: Collection, index: &str, alias: &str, more: &Value) -> Result<Answer> {
        let aliases = Value::Object([(alias.to_owned(), json!({}))].into_iter().collect());
        let mut plain = parsed(INDEX)?;
        merge(&mut plain, more);
        plain["aliases"] = aliases;
        let mut with_morphemes = plain.clone();
        merge(&mut with_morphemes, &parsed(MORPHEMES)?);
        let path = format!("/{index}");
        let made = self.call(collection, Method::Put, &path, Some(&with_morphemes)).await?;
        // Which plugins there are may be asked by administrators only; so it is tried.
        match made.status == 400 && made.reason().contains("nori") {
            true => self.call(collection, Method::Put, &path, Some(&plain)).await,
            false => Ok(made),
        }
    }

    /// The indexes behind a collection's alias. Asked of the alias and not of all indexes, which roles of some engines refuse.
    async fn serving(&self, collection: Collection) -> Result<Vec<String>> {
        let path = format!("/{}/_alias", self.names.alias(collection));
        let answer = self.call(collection, Method::Get, &path, None).await?;
        if answer.status == 404 {
            return Ok(Vec::new());
        }
        Ok(keys(&answer.done(collection.name())?))
    }

    async fn check_format(&self, collection: Collection) -> Result<()> {
        let path = format!("/{}/_mapping", self.names.alias(collection));
        let mappings = self.manage(collection, Method::Get, &path, None).await?;
        let wanted = &parsed(INDEX)?["mappings"]["_meta"]["format"];
        for (index, found) in mappings.as_object().into_iter().flatten() {
            if found["mappings"]["_meta"]["format"] != *wanted {
                tracing::warn!(index, "the index has other fields than this version writes: reindex it");
            }
        }
        Ok(())
    }

    /// Indexes that no alias leads to: rebuilds that were not finished, and old ones that their publisher could not remove.
    async fn remove_leftovers(&self, collection: Collection) -> Result<()> {
        let path = format!("/{}/_alias", self.names.generations(collection));
        let alias = self.names.alias(collection);
        let found = self.manage(collection, Method::Get, &path, None).await?;
        let is_left = |index: &String, aliases: &Value| {
            self.names.is_generation(collection, index) && aliases["aliases"][&alias].is_null()
        };
        for (index, _) in
            found.as_object().into_iter().flatten().filter(|(index, aliases)| is_left(index, aliases))
        {
            // Changes of aliases are done one after another: behind this one, a publishing that was still under way is done.
            let actions =
                json!({"actions": [{"remove": {"index": index, "alias": Names::rebuild_alias(index)}}]});
            self.call(collection, Method::Post, "/_aliases", Some(&actions)).await?;
            if !self.serving(collection).await?.contains(index) {
                self.delete(collection, index).await?;
                tracing::info!(index, "removed what an unfinished rebuild left behind");
            }
        }
        Ok(())
    }

    async fn carry_removals(&self, collection: Collection, index: &str) -> Result<()> {
        let path = format!("/{}/_search", self.names.alias(collection));
        let mut after: Option<String> = None;
        loop {
            let mut body = json!({
                "query": {"term": {"state": REMOVED}},
                "size": REMOVALS,
                "sort": [{"id": "asc"}],
                "track_total_hits": false,
                "_source": false,
                "docvalue_fields": ["id", "version"],
            });
            if let Some(after) = &after {
                body["search_after"] = json!([after]);
            }
            let answer = self.client.search(&[collection], &path, "", &body).await?;
            let removals = removals(&answer);
            let Some((last, _)) = removals.last() else { return Ok(()) };
            after = Some(last.clone());
            let items: Vec<Item> = removals
                .into_iter()
                .map(|(id, version)| {
                    let (alias, source) = (Names::rebuild_alias(index), tombstone(collection, &id, version));
                    Item { collection, alias, may_be_gone: false, id, version, source }
                })
                .collect();
            match bulk::write(&self.client, &items, Visible::Later).await? {
                Outcome::Done => {}
                Outcome::NoIndex => return Err(over()),
            }
        }
    }

    async fn manage(
        &self,
        collection: Collection,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        self.call(collection, method, path, body).await?.done(collection.name())
    }

    async fn call(
        &self,
        collection: Collection,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let (purpose, body) = (Purpose::Manage, body.map(Value::to_string));
        self.client.send(Call { about: &[collection], purpose, method, path, query: &[], body }).await
    }
}

/// A rebuild whose index is gone.
pub(super) fn over() -> StoreError {
    StoreError::Internal("this rebuild is over".to_owned())
}

fn removals(answer: &Value) -> Vec<(String, i64)> {
    let hits = answer["hits"]["hits"].as_array().into_iter().flatten();
    let removal = |hit: &Value| {
        Some((hit["fields"]["id"][0].as_str()?.to_owned(), hit["fields"]["version"][0].as_i64()?))
    };
    hits.filter_map(removal).collect()
}

fn keys(object: &Value) -> Vec<String> {
    object.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
}

fn parsed(json: &str) -> Result<Value> {
    serde_json::from_str(json).map_err(|error| StoreError::Internal(format!("migrations/search: {error}")))
}

/// Adds `more` to an object, inside the objects that both have.
fn merge(object: &mut Value, more: &Value) {
    match (object.as_object_mut(), more.as_object()) {
        (Some(object), Some(more)) => {
            for (key, value) in more {
                merge(object.entry(key).or_insert(Value::Null), value);
            }
        }
        _ => *object = more.clone(),
    }
}
