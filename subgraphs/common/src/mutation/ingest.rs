//! `ingestDocument`: the one door through which documents come in.

use async_graphql::{Context, ID, Object, Result, SimpleObject, Union};
use service::{Clock, idempotency, nullable};
use stores::StoreError;

use super::require_ingester;
use crate::indexer::Indexer;
use crate::loaders::refresh;
use crate::store::ingest::{self, Ingest, Ingested, NewDocument, Request};
use crate::store::{Stores, category, organization};
use crate::types::document::Document;
use crate::types::failure::{DocumentWasDeleted, IdempotencyConflict, InvalidFields, Problems};
use crate::types::ingest::{IngestDocumentInput, IngestOutcome};

/// Taking documents in.
#[derive(Default)]
pub struct Ingests;

/// The document is taken in and will be found by search within moments.
#[derive(SimpleObject)]
pub struct IngestDocumentSuccess {
    /// The document; null while it cannot be read.
    document: Option<Document>,
    /// The document's id.
    document_id: ID,
    /// The version that the document has since then.
    version: i32,
    /// What the ingest did.
    outcome: IngestOutcome,
}

/// How taking a document in ended.
#[derive(Union)]
pub enum IngestDocumentPayload {
    /// It is in.
    Success(IngestDocumentSuccess),
    /// The key was used for another request.
    Conflict(IdempotencyConflict),
    /// The document was deleted.
    Deleted(DocumentWasDeleted),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

#[Object]
impl Ingests {
    /// Takes a document in, or a new version of one. The same request under the same key gets the same answer again and is
    /// carried out once. For operators and the admin server.
    async fn ingest_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document.")] input: IngestDocumentInput,
        #[graphql(desc = "Any text of the sender's that names this request, up to 200 bytes.")]
        idempotency_key: String,
    ) -> Result<Option<IngestDocumentPayload>> {
        nullable(ctx, async {
            require_ingester(ctx)?;
            idempotency::check_key(&idempotency_key)?;
            if let Some(invalid) = input.problems().found() {
                return Ok(Some(invalid.into()));
            }
            let document = input.into_document();
            let at = ctx.data_unchecked::<Clock>().now();
            let request = Request { key: &idempotency_key, document: &document, at };
            let stores = ctx.data_unchecked::<Stores>();
            if let Some(answer) = ingest::answered(&stores.document_meta, &request).await? {
                return Ok(Some(answer.into()));
            }
            if let Some(invalid) = unknown_places(stores, &document).await? {
                return Ok(Some(invalid.into()));
            }
            let answer = take_in(stores, &request).await?;
            ctx.data_unchecked::<Indexer>().wake();
            refresh(ctx)?;
            Ok(Some(answer.into()))
        })
        .await
    }
}

/// Two requests that come at the same moment may meet at a unique key; the second then finds the first one's answer.
async fn take_in(stores: &Stores, request: &Request<'_>) -> stores::Result<Ingest> {
    match ingest::ingest(&stores.document_meta, request).await {
        Err(StoreError::AlreadyExists { .. }) => ingest::ingest(&stores.document_meta, request).await,
        answer => answer,
    }
}

async fn unknown_places(stores: &Stores, document: &NewDocument) -> stores::Result<Option<InvalidFields>> {
    let mut problems = Problems::default();
    if let Some(id) = &document.category_id {
        let known = category::existing(&stores.common, std::slice::from_ref(id)).await?;
        problems.check(known.contains(id), "categoryId", "there is no such category");
    }
    if let Some(id) = &document.organization_id {
        let known = organization::by_ids(&stores.common, std::slice::from_ref(id)).await?;
        problems.check(known.contains_key(id), "organizationId", "there is no such organization");
    }
    Ok(problems.found())
}

impl From<Ingest> for IngestDocumentPayload {
    fn from(answer: Ingest) -> Self {
        match answer {
            Ingest::Taken(Ingested { document_id, version, outcome }) => {
                Self::Success(IngestDocumentSuccess {
                    document: Some(Document(document_id.clone())),
                    document_id: ID(document_id),
                    version: i32::try_from(version).unwrap_or(i32::MAX),
                    outcome: outcome.into(),
                })
            }
            Ingest::KeyConflict(id) => Self::Conflict(IdempotencyConflict::new(ID(id))),
            Ingest::Deleted(id) => Self::Deleted(DocumentWasDeleted::new(ID(id))),
            Ingest::OtherCollection(_) => Self::Invalid(InvalidFields::one(
                "collection",
                "the document of this id is in another collection",
            )),
        }
    }
}
