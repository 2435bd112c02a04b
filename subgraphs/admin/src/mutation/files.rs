//! Folders, moves, and the recycle bin.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Union, value};
use service::error::Result;
use service::{ClientError, Creation, Role, nullable, require};

use super::payload;
use crate::files::names;
use crate::query::store;
use crate::store::files::{FOLDERS, File, ROOT, Refused};
use crate::store::{Store, new_id};
use crate::types::{
    FileNameTaken, FileNotFound, FolderNotFound, InvalidFileName, InvalidMove, NasFile, refusal,
};

/// A file or folder was created, moved, deleted or restored.
#[derive(SimpleObject)]
pub struct NasFileChanged {
    /// The file or folder as it is now.
    file: Box<NasFile>,
}

/// What became of a change to a file or folder.
#[derive(Union)]
pub enum NasFilePayload {
    /// It is done.
    Changed(NasFileChanged),
    /// There is no such file.
    NotFound(FileNotFound),
    /// There is no such folder.
    NoFolder(FolderNotFound),
    /// The name is not allowed.
    Name(InvalidFileName),
    /// The folder has something of that name.
    Taken(FileNameTaken),
    /// The folder cannot go there.
    Move(InvalidMove),
}

/// The recycle bin was emptied.
#[derive(SimpleObject)]
pub struct RecycleBinEmptied {
    /// How many files and folders were removed for good.
    removed: i32,
}

/// The folder that the same request has made before, wherever it is now.
async fn made_before(store: &Store, creation: &Creation) -> Result<Option<NasFilePayload>> {
    let Some(id) = creation.made_before(&store.database).await? else { return Ok(None) };
    let file = store.file(&id).await?;
    Ok(file.map(|file| NasFileChanged { file: Box::new(NasFile(file)) }.into()))
}

fn changed(changed: std::result::Result<File, Refused>) -> NasFilePayload {
    match changed {
        Ok(file) => NasFileChanged { file: Box::new(NasFile(file)) }.into(),
        Err(refused) => refusal(refused),
    }
}

/// A place for a file or folder. What is left out stays as it is.
#[derive(InputObject, Default)]
pub struct NasPlaceInput {
    /// The folder.
    folder_id: Option<ID>,
    /// Whether the place is the root; `folderId` must be left out then.
    #[graphql(default)]
    to_root: bool,
    /// The name.
    name: Option<String>,
}

type Place = (Option<String>, Option<String>);

impl NasPlaceInput {
    /// The folder and the name.
    fn checked(self) -> Result<std::result::Result<Place, InvalidFileName>> {
        let folder = match (self.folder_id, self.to_root) {
            (Some(_), true) => {
                return Err(ClientError::new("BAD_USER_INPUT", "give either `folderId` or `toRoot`").into());
            }
            (_, true) => Some(ROOT.to_owned()),
            (folder, false) => folder.map(|id| id.0),
        };
        let name = self.name.map(|name| names::check(&name)).transpose();
        Ok(name.map(|name| (folder, name)).map_err(InvalidFileName::from))
    }
}

/// Mutations of files.
#[derive(Default)]
pub struct FileMutation;

#[Object]
impl FileMutation {
    /// Makes a folder. For operators.
    async fn create_folder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The folder to make it in; the root if left out.")] folder_id: Option<ID>,
        #[graphql(desc = "Its name.")] name: String,
        #[graphql(
            desc = "A text of the client's own, up to 200 bytes: the same request repeated under it creates nothing more and gets \
                    the same folder again; another request under it is refused with the code `IDEMPOTENCY_KEY_REUSED`."
        )]
        idempotency_key: Option<String>,
    ) -> async_graphql::Result<Option<NasFilePayload>> {
        nullable(ctx, async move {
            let user = require(ctx, Role::Operator)?;
            let store = store(ctx)?;
            let parent_id = folder_id.map_or_else(|| ROOT.to_owned(), |id| id.0);
            let request = value!({ "folderId": (parent_id.as_str()), "name": (name.as_str()) });
            let creation = Creation::new(FOLDERS, &user.id, idempotency_key, request)?;
            if let Some(again) = made_before(store, &creation).await? {
                return Ok(Some(again));
            }
            let name = match names::check(&name) {
                Ok(name) => name,
                Err(problem) => return payload(InvalidFileName::from(problem)),
            };
            let now = store.now();
            let folder = File {
                id: new_id(),
                parent_id,
                name,
                is_folder: true,
                created_by: Some(user.id.clone()),
                created_at: now,
                updated_at: now,
                ..File::default()
            };
            let added = store.add_folder(&folder, &creation).await?;
            if added == Err(Refused::NameTaken)
                && let Some(again) = made_before(store, &creation).await?
            {
                return Ok(Some(again));
            }
            Ok(Some(changed(added.map(|()| folder))))
        })
        .await
    }

    /// Moves or renames a file or folder. For operators.
    async fn move_nas_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file or folder.")] id: ID,
        #[graphql(desc = "Where to, and under which name.")] to: NasPlaceInput,
    ) -> async_graphql::Result<Option<NasFilePayload>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            let done = match to.checked()? {
                Ok((folder, name)) => {
                    changed(store(ctx)?.move_file(&id, folder.as_deref(), name.as_deref()).await?)
                }
                Err(invalid) => invalid.into(),
            };
            Ok(Some(done))
        })
        .await
    }

    /// Moves a file, or a folder with all in it, to the recycle bin. For operators.
    async fn delete_nas_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file or folder.")] id: ID,
    ) -> async_graphql::Result<Option<NasFilePayload>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            Ok(Some(changed(store(ctx)?.delete_file(&id).await?)))
        })
        .await
    }

    /// Takes what was deleted back out of the recycle bin, to where it was unless told otherwise. For operators.
    async fn restore_nas_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was deleted.")] id: ID,
        #[graphql(desc = "Another place or name for it.", default)] to: NasPlaceInput,
    ) -> async_graphql::Result<Option<NasFilePayload>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            let done = match to.checked()? {
                Ok((folder, name)) => {
                    changed(store(ctx)?.restore_file(&id, folder.as_deref(), name.as_deref()).await?)
                }
                Err(invalid) => invalid.into(),
            };
            Ok(Some(done))
        })
        .await
    }

    /// Removes for good what has been in the recycle bin for some time. For operators.
    async fn empty_recycle_bin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what was deleted at least so many seconds ago.", default = 0)]
        older_than_seconds: i32,
    ) -> async_graphql::Result<Option<RecycleBinEmptied>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            if older_than_seconds < 0 {
                return Err(
                    ClientError::new("BAD_USER_INPUT", "`olderThanSeconds` must not be negative").into()
                );
            }
            let store = store(ctx)?;
            let removed = store.empty_bin(store.now() - i64::from(older_than_seconds) * 1_000_000).await?;
            // The sweep goes on with what is left if this request ends early.
            while store.sweep_purged().await? > 0 {}
            Ok(Some(RecycleBinEmptied { removed: i32::try_from(removed).unwrap_or(i32::MAX) }))
        })
        .await
    }
}
