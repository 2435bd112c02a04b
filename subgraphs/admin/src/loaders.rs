//! DataLoaders over the store: every entity and every nested list goes through one. Rows do not depend on who asks (that is
//! checked where they are shown), so the loaders belong to the schema and batch across requests.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use service::error::{Result, internal};
use stores::StoreError;

use crate::store::Store;
use crate::store::files::File;
use crate::store::items::{Counts, Item, ItemState};
use crate::store::links::Link;
use crate::store::pages::Window;
use crate::store::runs::{Run, RunStatus};
use crate::store::sources::Source;

/// The loader as it lies in the schema's data.
pub type Loaders = DataLoader<Batches>;

type Loaded<K, V> = std::result::Result<HashMap<K, V>, StoreError>;

/// Loads in batches.
pub struct Batches(Store);

/// The loaders over a store.
pub fn loaders(store: Store) -> Loaders {
    DataLoader::new(Batches(store), tokio::spawn).delay(Duration::from_micros(200))
}

/// The loaders of a request.
pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Loaders> {
    ctx.data_opt::<Loaders>().ok_or_else(|| internal("the schema was built without its loaders"))
}

/// A source by its id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SourceId(pub String);

/// A run by its id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RunId(pub String);

/// An item by its id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ItemId(pub String);

/// A file or folder by its id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FileId(pub String);

/// Where a document came from, by the document's id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LinkOf(pub String);

/// How a run's items stand, by the run's id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CountsOf(pub String);

/// Loads rows by their ids with one function of the store.
macro_rules! by_id {
    ($key:ident => $value:ty, $load:ident) => {
        impl Loader<$key> for Batches {
            type Value = $value;
            type Error = StoreError;

            async fn load(&self, keys: &[$key]) -> Loaded<$key, $value> {
                let ids: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
                Ok(self.0.$load(&ids).await?.into_iter().map(|(id, value)| ($key(id), value)).collect())
            }
        }
    };
}

by_id!(SourceId => Source, sources);
by_id!(RunId => Run, runs);
by_id!(ItemId => Item, items);
by_id!(FileId => File, files_by_id);
by_id!(LinkOf => Link, links);
by_id!(CountsOf => Counts, item_counts);

/// What a nested list is asked for; the same for all parents of a list.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Slice<F> {
    /// Only rows with this state or status.
    pub filter: F,
    /// How many rows.
    pub limit: i64,
    /// After the row with this key.
    pub after: Option<String>,
}

impl<F> Slice<F> {
    fn window(&self) -> Window<'_> {
        Window { limit: self.limit, after: self.after.as_deref() }
    }
}

/// A page of the runs of a source.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RunsOf(pub String, pub Slice<Option<RunStatus>>);

/// How many runs a source has.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RunCountOf(pub String, pub Option<RunStatus>);

/// A page of the items of a run.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ItemsOf(pub String, pub Slice<Option<ItemState>>);

/// A page of what is in a folder.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FilesIn(pub String, pub Slice<()>);

/// How much is in a folder.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FileCountIn(pub String, pub ());

/// All parents of a list are asked with the same arguments, so this is one group in practice.
fn groups<'a, A: Clone + Eq + Hash + 'a>(
    keys: impl Iterator<Item = (&'a String, &'a A)>,
) -> HashMap<A, Vec<String>> {
    let mut groups: HashMap<A, Vec<String>> = HashMap::new();
    for (parent, arguments) in keys {
        groups.entry(arguments.clone()).or_default().push(parent.clone());
    }
    groups
}

/// Loads something for many parents, one statement per group of equal arguments.
macro_rules! by_parent {
    ($key:ident => $value:ty, |$store:ident, $parents:ident, $arguments:ident| $load:expr) => {
        impl Loader<$key> for Batches {
            type Value = $value;
            type Error = StoreError;

            async fn load(&self, keys: &[$key]) -> Loaded<$key, $value> {
                let $store = &self.0;
                let mut found = HashMap::new();
                for ($arguments, $parents) in groups(keys.iter().map(|key| (&key.0, &key.1))) {
                    for (parent, value) in $load.await? {
                        found.insert($key(parent, $arguments.clone()), value);
                    }
                }
                Ok(found)
            }
        }
    };
}

by_parent!(RunsOf => Vec<Run>, |store, sources, slice| store.runs_of(&sources, slice.filter, slice.window()));
by_parent!(RunCountOf => i64, |store, sources, status| store.count_runs_of(&sources, status));
by_parent!(ItemsOf => Vec<Item>, |store, runs, slice| store.items_of(&runs, slice.filter, slice.window()));
by_parent!(FilesIn => Vec<File>, |store, folders, slice| store.files_in(&folders, slice.window()));
by_parent!(FileCountIn => i64, |store, folders, all| store.count_files_in(&folders));
