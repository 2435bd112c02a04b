//! Code tables and codes: kept by administrators.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject, Union};
use service::{Clock, nullable};

use super::require_administrator;
use crate::loaders::refresh;
use crate::store::code::{self, MOST_CODES};
use crate::store::{Stores, new_id};
use crate::types::code::{Code, CodeTable};
use crate::types::failure::{CodeNotFound, CodeTableNotFound, InvalidFields, LimitReached, Problems};

/// Code tables and codes.
#[derive(Default)]
pub struct Codes;

/// A code table, new or changed; its name tells which.
#[derive(InputObject)]
pub struct SaveCodeTableInput {
    /// The stable name: lower case letters, digits and hyphens.
    name: String,
    /// The Korean title.
    title_ko: String,
    /// The English title.
    title_en: String,
}

/// A code, new or changed; its table and value tell which.
#[derive(InputObject)]
pub struct SaveCodeInput {
    /// The name of the table.
    table: String,
    /// The value that data holds, up to 64 characters.
    value: String,
    /// The place in the table; smaller comes first.
    #[graphql(default)]
    position: i32,
    /// The Korean label.
    label_ko: String,
    /// The English label.
    label_en: String,
    /// Whether new data may use it.
    #[graphql(default = true)]
    active: bool,
}

/// The code table is there as given.
#[derive(SimpleObject)]
pub struct SaveCodeTableSuccess {
    /// The table.
    code_table: CodeTable,
}

/// How saving a code table ended.
#[derive(Union)]
pub enum SaveCodeTablePayload {
    /// It is there.
    Success(SaveCodeTableSuccess),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

/// The code table is gone with its codes.
#[derive(SimpleObject)]
pub struct DeleteCodeTableSuccess {
    /// The name that it had.
    name: String,
}

/// How deleting a code table ended.
#[derive(Union)]
pub enum DeleteCodeTablePayload {
    /// It is gone.
    Success(DeleteCodeTableSuccess),
    /// There is no such code table.
    NotFound(CodeTableNotFound),
}

/// The code is there as given.
#[derive(SimpleObject)]
pub struct SaveCodeSuccess {
    /// The code.
    code: Code,
}

/// How saving a code ended.
#[derive(Union)]
pub enum SaveCodePayload {
    /// It is there.
    Success(SaveCodeSuccess),
    /// There is no such code table.
    NoTable(CodeTableNotFound),
    /// The table has as many as it may have.
    Limit(LimitReached),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

/// The code is gone.
#[derive(SimpleObject)]
pub struct DeleteCodeSuccess {
    /// The value that it had.
    value: String,
}

/// How deleting a code ended.
#[derive(Union)]
pub enum DeleteCodePayload {
    /// It is gone.
    Success(DeleteCodeSuccess),
    /// There is no such code table.
    NoTable(CodeTableNotFound),
    /// There is no such code.
    NotFound(CodeNotFound),
}

#[Object]
impl Codes {
    /// Makes a code table, or changes the titles of the one of that name. For administrators.
    async fn save_code_table(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The table.")] input: SaveCodeTableInput,
    ) -> Result<Option<SaveCodeTablePayload>> {
        nullable(ctx, async {
            require_administrator(ctx)?;
            let mut problems = Problems::default();
            problems.slug("name", &input.name);
            problems.text("titleKo", &input.title_ko, 200);
            problems.text("titleEn", &input.title_en, 200);
            if let Some(invalid) = problems.found() {
                return Ok(Some(invalid.into()));
            }
            let at = ctx.data_unchecked::<Clock>().now();
            let row = code::CodeTable {
                id: new_id(),
                name: input.name,
                title_ko: input.title_ko,
                title_en: input.title_en,
                created_at: at,
                updated_at: at,
            };
            let saved = code::save_table(&ctx.data_unchecked::<Stores>().common, &row).await?;
            refresh(ctx)?;
            Ok(Some(SaveCodeTableSuccess { code_table: CodeTable(saved) }.into()))
        })
        .await
    }

    /// Deletes a code table with its codes. For administrators.
    async fn delete_code_table(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The table's name.")] name: String,
    ) -> Result<Option<DeleteCodeTablePayload>> {
        nullable(ctx, async {
            require_administrator(ctx)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let Some(table) = code::table_by_name(database, &name).await? else {
                return Ok(Some(CodeTableNotFound::new(name).into()));
            };
            let deleted = code::delete_table(database, &table.id).await?;
            refresh(ctx)?;
            Ok(Some(match deleted {
                true => DeleteCodeTableSuccess { name }.into(),
                false => CodeTableNotFound::new(name).into(),
            }))
        })
        .await
    }

    /// Makes a code, or changes the one of that value in the table. For administrators.
    async fn save_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: SaveCodeInput,
    ) -> Result<Option<SaveCodePayload>> {
        nullable(ctx, async {
            require_administrator(ctx)?;
            let mut problems = Problems::default();
            problems.text("value", &input.value, 64);
            problems.text("labelKo", &input.label_ko, 200);
            problems.text("labelEn", &input.label_en, 200);
            if let Some(invalid) = problems.found() {
                return Ok(Some(invalid.into()));
            }
            let database = &ctx.data_unchecked::<Stores>().common;
            let Some(table) = code::table_by_name(database, &input.table).await? else {
                return Ok(Some(CodeTableNotFound::new(input.table).into()));
            };
            let row = code::Code {
                id: new_id(),
                table_id: table.id,
                value: input.value.trim().to_owned(),
                position: i64::from(input.position),
                label_ko: input.label_ko,
                label_en: input.label_en,
                active: input.active,
            };
            let at = ctx.data_unchecked::<Clock>().now();
            let saved = code::save(database, &row, at).await?;
            refresh(ctx)?;
            Ok(Some(match saved {
                Some(saved) => SaveCodeSuccess { code: Code(saved) }.into(),
                None => LimitReached::new(i32::try_from(MOST_CODES).unwrap_or(i32::MAX)).into(),
            }))
        })
        .await
    }

    /// Deletes a code of a table. For administrators.
    async fn delete_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The table's name.")] table: String,
        #[graphql(desc = "The code's value.")] value: String,
    ) -> Result<Option<DeleteCodePayload>> {
        nullable(ctx, async {
            require_administrator(ctx)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let Some(found) = code::table_by_name(database, &table).await? else {
                return Ok(Some(CodeTableNotFound::new(table).into()));
            };
            let deleted = code::delete(database, &found.id, &value).await?;
            refresh(ctx)?;
            Ok(Some(match deleted {
                true => DeleteCodeSuccess { value }.into(),
                false => CodeNotFound::new(value).into(),
            }))
        })
        .await
    }
}
