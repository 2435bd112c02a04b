//! Filing documents, deleting them, rebuilding their indexes: for operators.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject, Union};
use service::{Clock, Role, nullable, require};

use crate::indexer::{Indexer, Reindexing};
use crate::loaders::refresh;
use crate::store::document::{self, Classification};
use crate::store::{Stores, category, collection_name, organization};
use crate::types::collection::Collection;
use crate::types::document::Document;
use crate::types::failure::{
    CategoryNotFound, DocumentNotFound, InvalidFields, OrganizationNotFound, Problems, ReindexAlreadyRunning,
};
use crate::types::reindex::Reindex;

/// Filing documents.
#[derive(Default)]
pub struct Documents;

/// How a document is to be filed. What is left out stays as it is.
#[derive(InputObject)]
pub struct ClassifyDocumentInput {
    /// The document.
    document_id: ID,
    /// The new category; null files it nowhere.
    category_id: MaybeUndefined<ID>,
    /// The new organization; null says that nobody is known to have issued it.
    organization_id: MaybeUndefined<ID>,
    /// The new keywords in place of the old ones, at most 50.
    keywords: Option<Vec<String>>,
}

/// The document is filed as asked.
#[derive(SimpleObject)]
pub struct ClassifyDocumentSuccess {
    /// The document; null while it cannot be read.
    document: Option<Document>,
    /// The version that it has since then.
    version: i32,
}

/// How filing a document ended.
#[derive(Union)]
pub enum ClassifyDocumentPayload {
    /// It is filed.
    Success(ClassifyDocumentSuccess),
    /// There is no such document.
    NoDocument(DocumentNotFound),
    /// There is no such category.
    NoCategory(CategoryNotFound),
    /// There is no such organization.
    NoOrganization(OrganizationNotFound),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

/// The document is gone: from lists at once, from search within moments.
#[derive(SimpleObject)]
pub struct DeleteDocumentSuccess {
    /// The id that the document had.
    document_id: ID,
    /// The version of its tombstone.
    version: i32,
}

/// How deleting a document ended.
#[derive(Union)]
pub enum DeleteDocumentPayload {
    /// It is gone.
    Success(DeleteDocumentSuccess),
    /// There is no such document.
    NoDocument(DocumentNotFound),
}

/// The rebuild has begun; searches use the old index until the new one is whole.
#[derive(SimpleObject)]
pub struct ReindexStarted {
    /// The rebuild.
    reindex: Reindex,
}

/// How beginning a rebuild ended.
#[derive(Union)]
pub enum ReindexPayload {
    /// It has begun.
    Started(ReindexStarted),
    /// One is under way.
    Running(ReindexAlreadyRunning),
}

#[Object]
impl Documents {
    /// Files a document: category, organization, keywords. For operators.
    async fn classify_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How to file it.")] input: ClassifyDocumentInput,
    ) -> Result<Option<ClassifyDocumentPayload>> {
        nullable(ctx, async {
            require(ctx, Role::Operator)?;
            let stores = ctx.data_unchecked::<Stores>();
            if let Some(refusal) = refusal(stores, &input).await? {
                return Ok(Some(refusal));
            }
            let (id, change) = (input.document_id.clone(), input.into_change());
            let at = ctx.data_unchecked::<Clock>().now();
            let version = document::classify(&stores.document_meta, &id, &change, at).await?;
            let Some(version) = version else { return Ok(Some(DocumentNotFound::new(id).into())) };
            ctx.data_unchecked::<Indexer>().wake();
            refresh(ctx)?;
            Ok(Some(ClassifyDocumentSuccess { document: Some(Document(id.0)), version: int(version) }.into()))
        })
        .await
    }

    /// Deletes a document. It leaves a tombstone: it is not taken in again. For operators.
    async fn delete_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document's id.")] document_id: ID,
    ) -> Result<Option<DeleteDocumentPayload>> {
        nullable(ctx, async {
            require(ctx, Role::Operator)?;
            let database = &ctx.data_unchecked::<Stores>().document_meta;
            let at = ctx.data_unchecked::<Clock>().now();
            let version = document::delete(database, &document_id, at).await?;
            let Some(version) = version else { return Ok(Some(DocumentNotFound::new(document_id).into())) };
            ctx.data_unchecked::<Indexer>().wake();
            refresh(ctx)?;
            Ok(Some(DeleteDocumentSuccess { document_id, version: int(version) }.into()))
        })
        .await
    }

    /// Rebuilds the index of a collection from Document Meta, beside the one that serves. For operators.
    async fn reindex(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which collection.")] collection: Collection,
    ) -> Result<Option<ReindexPayload>> {
        nullable(ctx, async {
            let operator = require(ctx, Role::Operator)?;
            let name = collection_name(collection.into());
            let wish = ctx.data_unchecked::<Indexer>().reindex(name, &operator.id).await?;
            Ok(Some(match wish {
                Reindexing::Begun(run) => ReindexStarted { reindex: Reindex(run) }.into(),
                Reindexing::UnderWay(run) => ReindexAlreadyRunning::new(Reindex(run)).into(),
            }))
        })
        .await
    }
}

async fn refusal(
    stores: &Stores,
    input: &ClassifyDocumentInput,
) -> stores::Result<Option<ClassifyDocumentPayload>> {
    let mut problems = Problems::default();
    let keywords = input.keywords.as_deref().unwrap_or_default();
    problems.check(keywords.len() <= 50, "keywords", "must not be more than 50");
    for keyword in keywords.iter().take(50) {
        problems.text("keywords", keyword, 100);
    }
    if let Some(invalid) = problems.found() {
        return Ok(Some(invalid.into()));
    }
    if let MaybeUndefined::Value(id) = &input.category_id
        && category::existing(&stores.common, std::slice::from_ref(&id.0)).await?.is_empty()
    {
        return Ok(Some(CategoryNotFound::new(id.clone()).into()));
    }
    if let MaybeUndefined::Value(id) = &input.organization_id
        && organization::by_ids(&stores.common, std::slice::from_ref(&id.0)).await?.is_empty()
    {
        return Ok(Some(OrganizationNotFound::new(id.clone()).into()));
    }
    Ok(None)
}

impl ClassifyDocumentInput {
    fn into_change(self) -> Classification {
        let id = |given: MaybeUndefined<ID>| match given {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(id) => Some(Some(id.0)),
        };
        let words = |words: Vec<String>| {
            let mut distinct: Vec<String> = Vec::new();
            for word in words.iter().map(|word| word.trim()) {
                if !distinct.iter().any(|other| other == word) {
                    distinct.push(word.to_owned());
                }
            }
            distinct
        };
        Classification {
            category_id: id(self.category_id),
            organization_id: id(self.organization_id),
            keywords: self.keywords.map(words),
        }
    }
}

fn int(version: i64) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}
