//! `NasFile`: a file or folder of the NAS.

use async_graphql::{Context, ID, Object};
use service::error::{Result, internal};
use service::{
    ClientError, Clock, Connection, DateTime, Long, PageArgs, Role, TotalCount, nullable, require,
};

use super::{User, wants_total};
use crate::files::links::{Purpose, Signer};
use crate::loaders::{self, FileCountIn, FileId, FilesIn, Slice};
use crate::settings::LinkSettings;
use crate::store::files::{File, ROOT};

/// The longest time that a download link may work.
const MAX_LINK_SECONDS: i32 = 86_400;

/// A file or folder of the NAS.
pub struct NasFile(pub File);

/// A file or folder of the NAS. Originals of documents are for every signed-in user, everything else for operators.
#[Object]
impl NasFile {
    /// The id, a UUID.
    pub async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it is a folder.
    async fn is_folder(&self) -> bool {
        self.0.is_folder
    }

    /// The size in bytes; 0 for folders.
    async fn size(&self) -> Long {
        Long(self.0.size)
    }

    /// What it is, told from its content.
    async fn media_type(&self) -> Option<&str> {
        self.0.media_type.as_deref()
    }

    /// The SHA-256 of the content, in hex.
    async fn sha256(&self) -> Option<&str> {
        self.0.sha256.as_deref()
    }

    /// Whether it is the original of a crawled document.
    async fn is_original(&self) -> bool {
        self.0.is_original
    }

    /// A link, relative to the gateway, that downloads the content to whoever has it until it expires. Folders, and what is in
    /// the recycle bin, have none.
    async fn download_url(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How long the link works; 15 minutes if left out, at most a day.")]
        expires_in_seconds: Option<i32>,
    ) -> async_graphql::Result<Option<String>> {
        nullable(ctx, async move {
            if self.0.is_folder || self.0.deleted_at.is_some() {
                return Ok(None);
            }
            let settings = ctx.data_opt::<LinkSettings>().ok_or_else(|| internal("no link settings"))?;
            let seconds = match expires_in_seconds {
                None => i64::from(settings.download_seconds),
                Some(seconds) if (1..=MAX_LINK_SECONDS).contains(&seconds) => i64::from(seconds),
                Some(_) => {
                    let message = format!("`expiresInSeconds` must be between 1 and {MAX_LINK_SECONDS}");
                    return Err(ClientError::new("BAD_USER_INPUT", message).into());
                }
            };
            let signer = ctx.data_opt::<Signer>().ok_or_else(|| internal("no signer"))?;
            let now = ctx.data_opt::<Clock>().map_or(0, Clock::now_seconds);
            Ok(Some(signer.link(Purpose::Download, &self.0.id, now + seconds)))
        })
        .await
    }

    /// The folder it is in; null for the root. For operators.
    async fn folder(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<NasFile>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            if self.0.parent_id == ROOT {
                return Ok(None);
            }
            Ok(loaders::of(ctx)?.load_one(FileId(self.0.parent_id.clone())).await?.map(NasFile))
        })
        .await
    }

    /// What is in the folder: folders first, then by name. Empty for files. For operators.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 20 if left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Option<Connection<NasFile, TotalCount>>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            children(ctx, &self.0.id, first, after).await.map(Some)
        })
        .await
    }

    /// When it went to the recycle bin.
    async fn deleted_at(&self) -> Option<DateTime> {
        self.0.deleted_at.map(DateTime)
    }

    /// Who put it there. For operators.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            Ok(self.0.created_by.clone().map(User::from))
        })
        .await
    }

    /// When it came.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When its name or place changed last.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// A page of what is in a folder.
pub async fn children(
    ctx: &Context<'_>,
    folder: &str,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Connection<NasFile, TotalCount>> {
    let page = PageArgs::<String>::new(first, after)?;
    let slice = Slice { filter: (), limit: page.limit(), after: page.after.clone() };
    let loaders = loaders::of(ctx)?;
    let rows = loaders.load_one(FilesIn(folder.to_owned(), slice)).await?.unwrap_or_default();
    let total = match wants_total(ctx) {
        true => loaders.load_one(FileCountIn(folder.to_owned(), ())).await?.unwrap_or(0),
        false => 0,
    };
    Ok(page.connection_with(rows, TotalCount::new(total), File::sort_key, NasFile))
}
