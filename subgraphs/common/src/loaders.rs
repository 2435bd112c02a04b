//! One DataLoader for everything that is read by key, made anew for each request: 50 documents cost as many statements as 5.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::ServerResult;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest};
use async_graphql::{Context, Request};
use service::Failure;
use stores::StoreError;

use crate::store::Stores;
use crate::store::bookmark::{self, Bookmark};
use crate::store::category::{self, Tree};
use crate::store::code::{self, Code};
use crate::store::document::{self, Head};
use crate::store::organization::{self, Organization};
use crate::store::saved_search::{self, SavedSearch};

/// What waits for a batch to fill; loads of one level of a query start together.
const WINDOW: Duration = Duration::from_micros(200);

/// Reads by key for one request.
pub type Loaders = DataLoader<Batches, HashMapCache>;

/// The statements behind the loaders.
pub struct Batches(Stores);

type Failed = Arc<StoreError>;

/// The whole category tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WholeTree;

/// A document's own row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeadOf(pub String);

/// A document's keywords.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeywordsOf(pub String);

/// In how many documents a keyword stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CountOf(pub String);

/// An organization by id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganizationOf(pub String);

/// The codes of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CodesOf(pub String);

/// A page of what belongs to a user, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UsersPage {
    /// Whose.
    pub user_id: String,
    /// Behind which time and id.
    pub after: Option<(i64, String)>,
    /// How many rows.
    pub limit: i64,
}

/// A page of a user's bookmarks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BookmarksOf(pub UsersPage);

/// A page of a user's saved searches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SavedSearchesOf(pub UsersPage);

/// The loaders of this request.
pub fn loaders<'a>(ctx: &Context<'a>) -> Result<&'a Loaders, Failure> {
    ctx.data_opt::<Loaders>().ok_or_else(|| service::internal("the request has no loaders"))
}

/// The category tree, read once for each request.
pub async fn tree(ctx: &Context<'_>) -> Result<Arc<Tree>, Failure> {
    Ok(loaders(ctx)?.load_one(WholeTree).await?.unwrap_or_default())
}

/// Forgets what the request has read, after it has written.
pub fn refresh(ctx: &Context<'_>) -> Result<(), Failure> {
    let loaders = loaders(ctx)?;
    loaders.clear::<WholeTree>();
    loaders.clear::<HeadOf>();
    loaders.clear::<KeywordsOf>();
    loaders.clear::<CountOf>();
    loaders.clear::<OrganizationOf>();
    loaders.clear::<CodesOf>();
    loaders.clear::<BookmarksOf>();
    loaders.clear::<SavedSearchesOf>();
    Ok(())
}

impl Loader<WholeTree> for Batches {
    type Value = Arc<Tree>;
    type Error = Failed;

    async fn load(&self, _: &[WholeTree]) -> Result<HashMap<WholeTree, Arc<Tree>>, Failed> {
        let tree = category::tree(&self.0.common).await.map_err(Arc::new)?;
        Ok(HashMap::from([(WholeTree, Arc::new(tree))]))
    }
}

/// A loader whose keys are wrapped ids and whose batch is one function of the store.
macro_rules! by_id {
    ($key:ident => $value:ty, $database:ident, $load:path) => {
        impl Loader<$key> for Batches {
            type Value = $value;
            type Error = Failed;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, Failed> {
                let ids: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
                let found = $load(&self.0.$database, &ids).await.map_err(Arc::new)?;
                Ok(found.into_iter().map(|(id, value)| ($key(id), value)).collect())
            }
        }
    };
}

by_id!(HeadOf => Head, document_meta, document::heads);
by_id!(KeywordsOf => Vec<String>, document_meta, document::keywords);
by_id!(CountOf => i64, document_meta, document::keyword_counts);
by_id!(OrganizationOf => Organization, common, organization::by_ids);
by_id!(CodesOf => Vec<Code>, common, code::codes);

/// A loader of pages; all users that ask for the same page share one statement.
macro_rules! by_page {
    ($key:ident => $value:ty, $load:path) => {
        impl Loader<$key> for Batches {
            type Value = Vec<$value>;
            type Error = Failed;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Vec<$value>>, Failed> {
                let mut found = HashMap::new();
                for (page, user_ids) in same_pages(keys.iter().map(|key| &key.0)) {
                    let pages = $load(&self.0.common, &user_ids, page.after.as_ref(), page.limit);
                    for (user_id, rows) in pages.await.map_err(Arc::new)? {
                        found.insert($key(UsersPage { user_id, ..page.clone() }), rows);
                    }
                }
                Ok(found)
            }
        }
    };
}

by_page!(BookmarksOf => Bookmark, bookmark::pages);
by_page!(SavedSearchesOf => SavedSearch, saved_search::pages);

fn same_pages<'a>(pages: impl Iterator<Item = &'a UsersPage>) -> HashMap<UsersPage, Vec<String>> {
    let mut groups: HashMap<UsersPage, Vec<String>> = HashMap::new();
    for page in pages {
        let key = UsersPage { user_id: String::new(), ..page.clone() };
        groups.entry(key).or_default().push(page.user_id.clone());
    }
    groups
}

/// Gives every request loaders of its own, because what they may show depends on who asks.
pub struct FreshLoaders(pub Stores);

impl ExtensionFactory for FreshLoaders {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Fresh(self.0.clone()))
    }
}

struct Fresh(Stores);

#[async_trait::async_trait]
impl Extension for Fresh {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let request = next.run(ctx, request).await?;
        let loaders: Loaders =
            DataLoader::with_cache(Batches(self.0.clone()), tokio::spawn, HashMapCache::default())
                .delay(WINDOW);
        Ok(request.data(loaders))
    }
}
