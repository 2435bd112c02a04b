//! `SearchFacets`: how the matching documents spread over collections, categories, organizations and so on.

use std::collections::BTreeMap;

use async_graphql::{ID, Object, SimpleObject};
use stores::search::{Facet, FacetCount};

use super::category::Category;
use super::collection::Collection;
use super::organization::Organization;

/// The fields of `SearchFacets` and what the search engine counts for each.
pub const FACETS: [(&str, Facet); 6] = [
    ("collections", Facet::Collection),
    ("categories", Facet::Category),
    ("organizations", Facet::Organization),
    ("keywords", Facet::Keyword),
    ("languages", Facet::Language),
    ("years", Facet::Year),
];

/// How many matching documents a collection has.
#[derive(SimpleObject)]
pub struct CollectionFacet {
    /// The collection.
    pub collection: Collection,
    /// How many matching documents it has.
    pub count: i32,
}

/// How many matching documents are filed under a category or below it.
#[derive(SimpleObject)]
pub struct CategoryFacet {
    /// The category; null while nobody can tell more about it than its id.
    pub category: Option<Category>,
    /// How many matching documents are filed under it or below it.
    pub count: i32,
}

/// How many matching documents an organization issued.
#[derive(SimpleObject)]
pub struct OrganizationFacet {
    /// The organization; null while nobody can tell more about it than its id.
    pub organization: Option<Organization>,
    /// How many matching documents it issued.
    pub count: i32,
}

/// How many matching documents are filed under a word.
#[derive(SimpleObject)]
pub struct KeywordFacet {
    /// The word as written.
    pub keyword: String,
    /// How many matching documents are filed under it.
    pub count: i32,
}

/// How many matching documents are in a language.
#[derive(SimpleObject)]
pub struct LanguageFacet {
    /// The language as a code: ko, en and so on.
    pub language: String,
    /// How many matching documents are in it.
    pub count: i32,
}

/// How many matching documents were published in a year.
#[derive(SimpleObject)]
pub struct YearFacet {
    /// The year in UTC.
    pub year: i32,
    /// How many matching documents were published in it.
    pub count: i32,
}

/// What the search engine counted; facets that were not asked for are not in it.
pub struct SearchFacets(pub BTreeMap<Facet, Vec<FacetCount>>);

/// How all matching documents, not only those of the page, spread. Each list has at most 100 entries, largest first.
#[Object]
impl SearchFacets {
    /// By collection.
    async fn collections(&self) -> Vec<CollectionFacet> {
        let known = |value: &str| stores::search::Collection::from_name(value).map(Collection::from);
        self.entries(Facet::Collection, |value, count| {
            known(value).map(|collection| CollectionFacet { collection, count })
        })
    }

    /// By category; a category counts what is filed below it too.
    async fn categories(&self) -> Vec<CategoryFacet> {
        self.entries(Facet::Category, |value, count| {
            Some(CategoryFacet { category: Some(Category { id: ID::from(value) }), count })
        })
    }

    /// By organization.
    async fn organizations(&self) -> Vec<OrganizationFacet> {
        self.entries(Facet::Organization, |value, count| {
            Some(OrganizationFacet { organization: Some(Organization { id: ID::from(value) }), count })
        })
    }

    /// By word under which documents are filed.
    async fn keywords(&self) -> Vec<KeywordFacet> {
        self.entries(Facet::Keyword, |value, count| Some(KeywordFacet { keyword: value.to_owned(), count }))
    }

    /// By language.
    async fn languages(&self) -> Vec<LanguageFacet> {
        self.entries(Facet::Language, |value, count| {
            Some(LanguageFacet { language: value.to_owned(), count })
        })
    }

    /// By year of publication.
    async fn years(&self) -> Vec<YearFacet> {
        self.entries(Facet::Year, |value, count| value.parse().ok().map(|year| YearFacet { year, count }))
    }
}

impl SearchFacets {
    fn entries<T>(&self, facet: Facet, entry: impl Fn(&str, i32) -> Option<T>) -> Vec<T> {
        let counts = self.0.get(&facet).into_iter().flatten();
        counts
            .filter_map(|found| entry(&found.value, i32::try_from(found.count).unwrap_or(i32::MAX)))
            .collect()
    }
}
