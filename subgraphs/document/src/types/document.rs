//! `Document`: what documents of all collections have in common.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Result};
use service::error::nullable;
use service::{ClientError, DateTime};

use super::collection::Collection;
use super::policy_document::PolicyDocument;
use super::project_document::ProjectDocument;
use super::screening_document::ScreeningDocument;
use crate::loaders::{self, BodyOf, SimilarTo};
use crate::store::document::Head;

/// The most documents that `similar` lists.
const MOST_SIMILAR: i32 = 20;

/// A document of any collection.
#[expect(clippy::duplicated_attributes, reason = "fields of one type are not duplicates")]
#[derive(Interface, Clone)]
#[graphql(
    field(name = "id", ty = "ID", desc = "The document's id."),
    field(name = "collection", ty = "Collection", desc = "The collection it belongs to."),
    field(name = "title", ty = "&str", desc = "The title."),
    field(name = "summary", ty = "&str", desc = "The abstract; empty if there is none."),
    field(name = "body", ty = "Option<String>", desc = "The full text."),
    field(name = "language", ty = "&str", desc = "The language of the text as a code: ko, en and so on."),
    field(name = "author", ty = "Option<&str>", desc = "Who wrote it."),
    field(name = "source_url", ty = "Option<&str>", desc = "Where it was found."),
    field(name = "published_at", ty = "DateTime", desc = "When it was published."),
    field(name = "created_at", ty = "DateTime", desc = "When it was taken in."),
    field(name = "updated_at", ty = "DateTime", desc = "When it last changed."),
    field(
        name = "similar",
        ty = "Option<Vec<Document>>",
        desc = "Documents like this one, of any collection, most alike first. Null while the search engine is down.",
        arg(name = "first", ty = "Option<i32>", desc = "How many, 5 unless told, at most 20.")
    )
)]
pub enum Document {
    /// Of politica.
    Policy(PolicyDocument),
    /// Of screening.
    Screening(ScreeningDocument),
    /// Of project.
    Project(ProjectDocument),
}

impl From<Arc<Head>> for Document {
    fn from(head: Arc<Head>) -> Self {
        match Collection::from(head.collection) {
            Collection::Politica => Self::Policy(PolicyDocument(head)),
            Collection::Screening => Self::Screening(ScreeningDocument(head)),
            Collection::Project => Self::Project(ProjectDocument(head)),
        }
    }
}

impl Document {
    /// The document of that id, if there is one.
    pub async fn find(ctx: &Context<'_>, id: ID) -> service::error::Result<Option<Self>> {
        let head = loaders::of(ctx)?.load_one(loaders::HeadOf(id.0)).await?;
        Ok(head.map(Self::from))
    }
}

/// The text of a document; null if it was deleted since its head was read.
pub(super) async fn body(ctx: &Context<'_>, head: &Head) -> Result<Option<String>> {
    nullable(ctx, async {
        let body = loaders::of(ctx)?.load_one(BodyOf(head.id.clone())).await?;
        Ok(body.map(|body| body.as_ref().to_owned()))
    })
    .await
}

/// Documents like this one; null while the search engine is down.
pub(super) async fn similar(
    ctx: &Context<'_>,
    head: &Head,
    first: Option<i32>,
) -> Result<Option<Vec<Document>>> {
    nullable(ctx, async {
        let first = at_most(MOST_SIMILAR, first.unwrap_or(5))?;
        let hits =
            loaders::of(ctx)?.load_one(SimilarTo { id: head.id.clone(), first }).await?.unwrap_or_default();
        let heads = loaders::heads(ctx, hits.into_iter().map(|hit| hit.id)).await?;
        Ok(Some(heads.into_iter().map(Document::from).collect()))
    })
    .await
}

/// How many items a short list is to have.
pub(crate) fn at_most(most: i32, first: i32) -> std::result::Result<usize, ClientError> {
    match usize::try_from(first) {
        Err(_) => Err(ClientError::new("PAGE_SIZE_NEGATIVE", "`first` must not be negative")),
        Ok(_) if first > most => {
            Err(ClientError::new("PAGE_SIZE_TOO_LARGE", format!("`first` is {first}; the most is {most}")))
        }
        Ok(first) => Ok(first),
    }
}

/// A document type: the fields of `Document` and those of its own.
macro_rules! document_type {
    ($(#[doc = $doc:literal])+ $name:ident { $($own:tt)* }) => {
        $(#[doc = $doc])+
        #[derive(Clone)]
        pub struct $name(pub std::sync::Arc<$crate::store::document::Head>);

        $(#[doc = $doc])+
        #[async_graphql::Object]
        impl $name {
            /// The document's id.
            pub async fn id(&self) -> async_graphql::ID {
                async_graphql::ID::from(&self.0.id)
            }

            /// The collection it belongs to.
            pub async fn collection(&self) -> $crate::types::collection::Collection {
                self.0.collection.into()
            }

            /// The title.
            pub async fn title(&self) -> &str {
                &self.0.title
            }

            /// The abstract; empty if there is none.
            pub async fn summary(&self) -> &str {
                &self.0.summary
            }

            /// The full text.
            pub async fn body(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<Option<String>> {
                $crate::types::document::body(ctx, &self.0).await
            }

            /// The language of the text as a code: ko, en and so on.
            pub async fn language(&self) -> &str {
                &self.0.language
            }

            /// Who wrote it.
            pub async fn author(&self) -> Option<&str> {
                self.0.author.as_deref()
            }

            /// Where it was found.
            pub async fn source_url(&self) -> Option<&str> {
                self.0.source_url.as_deref()
            }

            /// When it was published.
            pub async fn published_at(&self) -> service::DateTime {
                service::DateTime(self.0.published_at)
            }

            /// When it was taken in.
            pub async fn created_at(&self) -> service::DateTime {
                service::DateTime(self.0.created_at)
            }

            /// When it last changed.
            pub async fn updated_at(&self) -> service::DateTime {
                service::DateTime(self.0.updated_at)
            }

            /// Documents like this one, of any collection, most alike first. Null while the search engine is down.
            pub async fn similar(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "How many, 5 unless told, at most 20.")] first: Option<i32>,
            ) -> async_graphql::Result<Option<Vec<$crate::types::document::Document>>> {
                $crate::types::document::similar(ctx, &self.0, first).await
            }

            $($own)*
        }
    };
}
pub(super) use document_type;

/// A text of the collection's own fields.
pub(super) fn detail_text<'a>(head: &'a Head, key: &str) -> Option<&'a str> {
    head.details.get(key)?.as_str()
}

/// A whole number of the collection's own fields.
pub(super) fn detail_number(head: &Head, key: &str) -> Option<i64> {
    head.details.get(key)?.as_i64()
}
