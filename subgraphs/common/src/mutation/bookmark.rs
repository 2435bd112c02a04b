//! Bookmarks: each signed-in person's own.

use async_graphql::{Context, ID, Object, Result, SimpleObject, Union};
use service::{Clock, nullable};

use super::require_reader;
use crate::loaders::refresh;
use crate::store::bookmark::{self, Added, MOST_BOOKMARKS};
use crate::store::{Stores, document, new_id};
use crate::types::bookmark::Bookmark;
use crate::types::failure::{
    BookmarkExists, BookmarkNotFound, DocumentNotFound, InvalidFields, LimitReached, Problems,
};

/// Bookmarks.
#[derive(Default)]
pub struct Bookmarks;

/// The bookmark stands.
#[derive(SimpleObject)]
pub struct AddBookmarkSuccess {
    /// The bookmark.
    bookmark: Bookmark,
}

/// How adding a bookmark ended.
#[derive(Union)]
pub enum AddBookmarkPayload {
    /// It stands.
    Success(AddBookmarkSuccess),
    /// There is one for this document.
    Exists(BookmarkExists),
    /// There is no such document.
    NoDocument(DocumentNotFound),
    /// The user has as many as one may have.
    Limit(LimitReached),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

/// The bookmark has the new note.
#[derive(SimpleObject)]
pub struct UpdateBookmarkSuccess {
    /// The bookmark.
    bookmark: Bookmark,
}

/// How changing a bookmark ended.
#[derive(Union)]
pub enum UpdateBookmarkPayload {
    /// It is changed.
    Success(UpdateBookmarkSuccess),
    /// The user has no such bookmark.
    NoBookmark(BookmarkNotFound),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

/// The bookmark is gone.
#[derive(SimpleObject)]
pub struct RemoveBookmarkSuccess {
    /// The id that it had.
    bookmark_id: ID,
}

/// How removing a bookmark ended.
#[derive(Union)]
pub enum RemoveBookmarkPayload {
    /// It is gone.
    Success(RemoveBookmarkSuccess),
    /// The user has no such bookmark.
    NoBookmark(BookmarkNotFound),
}

#[Object]
impl Bookmarks {
    /// Puts a document aside for the user who asks.
    async fn add_bookmark(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document.")] document_id: ID,
        #[graphql(desc = "The user's own words about it, up to 2,000 characters.")] note: Option<String>,
    ) -> Result<Option<AddBookmarkPayload>> {
        nullable(ctx, async {
            let user = require_reader(ctx)?;
            if let Some(invalid) = bad_note(note.as_deref()) {
                return Ok(Some(invalid.into()));
            }
            let stores = ctx.data_unchecked::<Stores>();
            let known = document::heads(&stores.document_meta, std::slice::from_ref(&document_id.0));
            if known.await?.is_empty() {
                return Ok(Some(DocumentNotFound::new(document_id).into()));
            }
            let at = ctx.data_unchecked::<Clock>().now();
            let row = bookmark::Bookmark {
                id: new_id(),
                user_id: user.id.clone(),
                document_id: document_id.0,
                note,
                created_at: at,
                updated_at: at,
            };
            let added = bookmark::add(&stores.common, &row).await?;
            refresh(ctx)?;
            Ok(Some(match added {
                Added::New => AddBookmarkSuccess { bookmark: Bookmark(row) }.into(),
                Added::There(there) => BookmarkExists::new(Bookmark(there)).into(),
                Added::TooMany => LimitReached::new(i32::try_from(MOST_BOOKMARKS).unwrap_or(i32::MAX)).into(),
            }))
        })
        .await
    }

    /// Changes the note of a bookmark of the user who asks.
    async fn update_bookmark(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bookmark's id.")] bookmark_id: ID,
        #[graphql(desc = "The new note; none removes it.")] note: Option<String>,
    ) -> Result<Option<UpdateBookmarkPayload>> {
        nullable(ctx, async {
            let user = require_reader(ctx)?;
            if let Some(invalid) = bad_note(note.as_deref()) {
                return Ok(Some(invalid.into()));
            }
            let database = &ctx.data_unchecked::<Stores>().common;
            let row = bookmark::of_user(database, &user.id, &bookmark_id).await?;
            let Some(row) = row else { return Ok(Some(BookmarkNotFound::new(bookmark_id).into())) };
            let row = bookmark::Bookmark { note, updated_at: ctx.data_unchecked::<Clock>().now(), ..row };
            let changed = bookmark::update(database, &row).await?;
            refresh(ctx)?;
            Ok(Some(match changed {
                true => UpdateBookmarkSuccess { bookmark: Bookmark(row) }.into(),
                false => BookmarkNotFound::new(bookmark_id).into(),
            }))
        })
        .await
    }

    /// Removes a bookmark of the user who asks.
    async fn remove_bookmark(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bookmark's id.")] bookmark_id: ID,
    ) -> Result<Option<RemoveBookmarkPayload>> {
        nullable(ctx, async {
            let user = require_reader(ctx)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let removed = bookmark::delete(database, &user.id, &bookmark_id).await?;
            refresh(ctx)?;
            Ok(Some(match removed {
                true => RemoveBookmarkSuccess { bookmark_id }.into(),
                false => BookmarkNotFound::new(bookmark_id).into(),
            }))
        })
        .await
    }
}

fn bad_note(note: Option<&str>) -> Option<InvalidFields> {
    let mut problems = Problems::default();
    problems.optional_text("note", note.unwrap_or_default(), 2_000);
    problems.found()
}
