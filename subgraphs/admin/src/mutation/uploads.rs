//! Uploads: a ticket first, the content over its signed link, then the confirmation that makes it a file.

use async_graphql::{Context, ID, InputObject, InputType as _, Object, SimpleObject, Union};
use service::error::Result;
use service::{Creation, DateTime, Long, Role, internal, nullable, require};
use stores::StoreError;

use super::payload;
use crate::files::links::{Purpose, Signer};
use crate::files::{joining, names};
use crate::query::store;
use crate::settings::LinkSettings;
use crate::store::files::{File, ROOT, Refused};
use crate::store::uploads::{GRACE, UPLOADS, Upload, UploadState};
use crate::store::{Store, new_id};
use crate::types::{
    FileNameTaken, FolderNotFound, InvalidFileName, NasFile, UploadMismatch, UploadNotFound,
    UploadNotReceived, UploadTooLarge,
};

/// The file to be uploaded.
#[derive(InputObject)]
pub struct CreateUploadInput {
    /// The folder it goes to; the root if left out.
    folder_id: Option<ID>,
    /// Its name.
    name: String,
    /// Its size in bytes, if known; a larger content is refused. Sent in parts without it, the last part has to tell.
    size: Option<Long>,
    /// A text of the client's own, up to 200 bytes: the same request repeated under it creates nothing more and gets the same
    /// permission again; another request under it is refused with the code `IDEMPOTENCY_KEY_REUSED`.
    idempotency_key: Option<String>,
}

/// The permission to upload one file.
#[derive(SimpleObject)]
pub struct UploadTicket {
    /// The id, for `completeUpload`.
    id: ID,
    /// Where to `PUT` the content, relative to the gateway, or to send it in parts that survive broken connections, by the
    /// tus protocol 1.0 (`HEAD` and `PATCH`; give this URL to a tus client as the upload's URL). It works until it expires, for
    /// whoever has it.
    upload_url: String,
    /// The signature that is part of the link.
    token: String,
    /// The most bytes that are taken.
    max_bytes: Long,
    /// Until when the link works.
    expires_at: DateTime,
}

/// What became of a request to upload a file.
#[derive(Union)]
pub enum CreateUploadPayload {
    /// The permission.
    Ticket(UploadTicket),
    /// There is no such folder.
    NoFolder(FolderNotFound),
    /// The name is not allowed.
    Name(InvalidFileName),
    /// The file is larger than allowed.
    TooLarge(UploadTooLarge),
}

/// An upload became a file.
#[derive(SimpleObject)]
pub struct UploadCompleted {
    /// The file.
    file: Box<NasFile>,
}

/// What became of the confirmation of an upload.
#[derive(Union)]
pub enum CompleteUploadPayload {
    /// It is a file now.
    Completed(UploadCompleted),
    /// There is no such upload.
    NotFound(UploadNotFound),
    /// The content has not arrived.
    NotReceived(UploadNotReceived),
    /// Another content has arrived.
    Mismatch(UploadMismatch),
    /// The folder is gone.
    NoFolder(FolderNotFound),
    /// The folder has something of that name by now.
    Taken(FileNameTaken),
}

/// Mutations of uploads.
#[derive(Default)]
pub struct UploadMutation;

#[Object]
impl UploadMutation {
    /// Asks for the permission to upload a file. For operators.
    async fn create_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file.")] input: CreateUploadInput,
    ) -> async_graphql::Result<Option<CreateUploadPayload>> {
        nullable(ctx, async move {
            let user = require(ctx, Role::Operator)?;
            let settings = ctx.data_opt::<LinkSettings>().ok_or_else(|| internal("no link settings"))?;
            let signer = ctx.data_opt::<Signer>().ok_or_else(|| internal("no signer"))?;
            let store = store(ctx)?;
            let creation = Creation::new(UPLOADS, &user.id, input.idempotency_key.clone(), input.to_value())?;
            if let Some(again) = made_before(store, &creation, signer).await? {
                return Ok(Some(again));
            }
            let name = match names::check(&input.name) {
                Ok(name) => name,
                Err(problem) => return payload(InvalidFileName::from(problem)),
            };
            let max_bytes = input.size.map_or(settings.max_upload_bytes, |size| size.0);
            if !(0..=settings.max_upload_bytes).contains(&max_bytes) {
                let message = format!("a file may have at most {} bytes", settings.max_upload_bytes);
                return payload(UploadTooLarge { message, max_bytes: Long(settings.max_upload_bytes) });
            }
            let parent_id = input.folder_id.map_or_else(|| ROOT.to_owned(), |id| id.0);
            if parent_id != ROOT && !is_folder(store.file(&parent_id).await?) {
                return payload(FolderNotFound::default());
            }
            let expires = store.clock.now_seconds() + i64::from(settings.upload_seconds);
            let upload = Upload {
                id: new_id(),
                parent_id,
                name,
                max_bytes,
                total_bytes: input.size.map(|size| size.0),
                received_bytes: 0,
                expires_at: expires * 1_000_000,
                state: UploadState::Open,
                blob_key: None,
                size: None,
                sha256: None,
                media_type: None,
                file_id: None,
                created_by: Some(user.id.clone()),
                created_at: store.now(),
            };
            match store.add_upload(&upload, &creation).await {
                Ok(()) => payload(ticket(upload, signer)),
                Err(error @ StoreError::AlreadyExists { .. }) => {
                    made_before(store, &creation, signer).await?.map(Some).ok_or_else(|| error.into())
                }
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    /// Confirms an upload; only then is it a file. Confirming twice gives the same file. For operators.
    async fn complete_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the ticket.")] id: ID,
        #[graphql(desc = "The SHA-256 of the content that was sent, in hex.")] sha256: String,
    ) -> async_graphql::Result<Option<CompleteUploadPayload>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            let store = store(ctx)?;
            let Some(upload) = arrived(store, &id).await? else { return payload(UploadNotFound::default()) };
            if upload.state == UploadState::Completed {
                return already_completed(store, &upload).await;
            }
            if upload.expires_at + GRACE < store.now() {
                return payload(UploadNotFound::default());
            }
            let (Some(arrived), Some(size)) = (upload.sha256.clone(), upload.size) else {
                return payload(UploadNotReceived::default());
            };
            if !arrived.eq_ignore_ascii_case(sha256.trim()) {
                return payload(UploadMismatch::default());
            }
            let file = file_of(&upload, size, store.now());
            match store.complete_upload(&upload, &file).await? {
                Ok(true) => payload(UploadCompleted { file: Box::new(NasFile(file)) }),
                Ok(false) => match store.upload(&id).await? {
                    Some(upload) => already_completed(store, &upload).await,
                    None => payload(UploadNotFound::default()),
                },
                Err(Refused::NameTaken) => payload(FileNameTaken::default()),
                Err(_) => payload(FolderNotFound::default()),
            }
        })
        .await
    }
}

fn ticket(upload: Upload, signer: &Signer) -> UploadTicket {
    let expires = upload.expires_at / 1_000_000;
    UploadTicket {
        upload_url: signer.link(Purpose::Upload, &upload.id, expires),
        token: signer.signature(Purpose::Upload, &upload.id, expires),
        id: ID(upload.id),
        max_bytes: Long(upload.max_bytes),
        expires_at: DateTime(upload.expires_at),
    }
}

/// The ticket that the same request has made before.
async fn made_before(
    store: &Store,
    creation: &Creation,
    signer: &Signer,
) -> Result<Option<CreateUploadPayload>> {
    let Some(id) = creation.made_before(&store.database).await? else { return Ok(None) };
    Ok(store.upload(&id).await?.map(|upload| ticket(upload, signer).into()))
}

/// The upload, its parts joined if all are there.
async fn arrived(store: &Store, id: &str) -> Result<Option<Upload>> {
    let upload = store.upload(id).await?;
    if !upload.as_ref().is_some_and(Upload::has_all_parts) {
        return Ok(upload);
    }
    joining::join(store, id).await?;
    Ok(store.upload(id).await?)
}

fn is_folder(file: Option<File>) -> bool {
    file.is_some_and(|file| file.is_folder && file.deleted_at.is_none())
}

fn file_of(upload: &Upload, size: i64, now: i64) -> File {
    File {
        id: new_id(),
        parent_id: upload.parent_id.clone(),
        name: upload.name.clone(),
        size,
        media_type: upload.media_type.clone(),
        sha256: upload.sha256.clone(),
        blob_key: upload.blob_key.clone(),
        created_by: upload.created_by.clone(),
        created_at: now,
        updated_at: now,
        ..File::default()
    }
}

async fn already_completed(store: &Store, upload: &Upload) -> Result<Option<CompleteUploadPayload>> {
    let Some(id) = &upload.file_id else { return payload(UploadNotReceived::default()) };
    match store.file(id).await?.filter(|file| !file.purging) {
        Some(file) => payload(UploadCompleted { file: Box::new(NasFile(file)) }),
        None => payload(UploadNotFound::default()),
    }
}
