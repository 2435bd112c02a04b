//! The category tree: kept by administrators.

use async_graphql::{
    Context, ID, InputObject, InputType as _, MaybeUndefined, Object, Result, SimpleObject, Union,
};
use service::{Clock, Creation, nullable};
use stores::StoreError;
use stores::sql::Database;

use super::require_administrator;
use crate::indexer::Indexer;
use crate::loaders::refresh;
use crate::store::category::{self, Category as Row, DEEPEST, MOST_CATEGORIES, Tree};
use crate::store::{Stores, document, new_id};
use crate::types::category::Category;
use crate::types::failure::{
    CategoryCannotMove, CategoryInUse, CategoryNotFound, InvalidFields, LimitReached, Problems, SlugTaken,
};

/// The category tree.
#[derive(Default)]
pub struct Categories;

/// A category to be made.
#[derive(InputObject)]
pub struct CreateCategoryInput {
    /// A short stable name: lower case letters, digits and hyphens.
    slug: String,
    /// The category above; none at the top.
    parent_id: Option<ID>,
    /// The place among its siblings; smaller comes first.
    #[graphql(default)]
    position: i32,
    /// The Korean name.
    name_ko: String,
    /// The English name.
    name_en: String,
    /// A text of the client's own, up to 200 bytes: the same request repeated under it creates nothing more and gets the same
    /// category again; another request under it is refused with the code `IDEMPOTENCY_KEY_REUSED`.
    idempotency_key: Option<String>,
}

/// What to change about a category. What is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateCategoryInput {
    /// The category.
    id: ID,
    /// The new slug.
    slug: Option<String>,
    /// The new category above; null moves it to the top.
    parent_id: MaybeUndefined<ID>,
    /// The new place among its siblings.
    position: Option<i32>,
    /// The new Korean name.
    name_ko: Option<String>,
    /// The new English name.
    name_en: Option<String>,
}

/// The category is there.
#[derive(SimpleObject)]
pub struct CreateCategorySuccess {
    /// The category.
    category: Category,
}

/// How making a category ended.
#[derive(Union)]
pub enum CreateCategoryPayload {
    /// It is there.
    Success(CreateCategorySuccess),
    /// The slug is taken.
    SlugTaken(SlugTaken),
    /// There is no such parent.
    NoParent(CategoryNotFound),
    /// The tree would be too deep.
    TooDeep(CategoryCannotMove),
    /// There are as many as there may be.
    Limit(LimitReached),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

/// The category is changed.
#[derive(SimpleObject)]
pub struct UpdateCategorySuccess {
    /// The category.
    category: Category,
}

/// How changing a category ended.
#[derive(Union)]
pub enum UpdateCategoryPayload {
    /// It is changed.
    Success(UpdateCategorySuccess),
    /// There is no such category, or no such parent.
    NotFound(CategoryNotFound),
    /// The slug is taken.
    SlugTaken(SlugTaken),
    /// It cannot go there.
    CannotMove(CategoryCannotMove),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

/// The category is gone.
#[derive(SimpleObject)]
pub struct DeleteCategorySuccess {
    /// The id that it had.
    category_id: ID,
}

/// How deleting a category ended.
#[derive(Union)]
pub enum DeleteCategoryPayload {
    /// It is gone.
    Success(DeleteCategorySuccess),
    /// There is no such category.
    NotFound(CategoryNotFound),
    /// It still has documents or categories.
    InUse(CategoryInUse),
}

#[Object]
impl Categories {
    /// Makes a category. For administrators.
    async fn create_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category.")] input: CreateCategoryInput,
    ) -> Result<Option<CreateCategoryPayload>> {
        nullable(ctx, async {
            let user = require_administrator(ctx)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let creation =
                Creation::new(category::CREATED, &user.id, input.idempotency_key.clone(), input.to_value())?;
            if let Some(again) = made_before(database, &creation).await? {
                return Ok(Some(again));
            }
            let at = ctx.data_unchecked::<Clock>().now();
            let row = input.into_row(at);
            if let Some(invalid) = problems(&row).found() {
                return Ok(Some(invalid.into()));
            }
            let most = || LimitReached::new(i32::try_from(MOST_CATEGORIES).unwrap_or(i32::MAX));
            let place = |tree: &Tree| match tree.all().len() >= MOST_CATEGORIES {
                true => Err(Box::new(CreateCategoryPayload::from(most()))),
                false => placed(tree, row.clone()),
            };
            let written = category::write(database, Some(&creation), place).await;
            refresh(ctx)?;
            Ok(Some(match written {
                Ok(Ok(placed)) => CreateCategorySuccess { category: Category(placed.category) }.into(),
                Ok(Err(refused)) => *refused,
                Err(StoreError::AlreadyExists { .. }) => {
                    made_before(database, &creation).await?.unwrap_or_else(|| SlugTaken::new(row.slug).into())
                }
                Err(error) => return Err(error.into()),
            }))
        })
        .await
    }

    /// Changes a category or moves it with everything below it. For administrators.
    async fn update_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateCategoryInput,
    ) -> Result<Option<UpdateCategoryPayload>> {
        nullable(ctx, async {
            require_administrator(ctx)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let at = ctx.data_unchecked::<Clock>().now();
            let written = category::write(database, None, |tree| input.place(tree, at)).await;
            refresh(ctx)?;
            let placed = match written {
                Ok(Ok(placed)) => placed,
                Ok(Err(refused)) => return Ok(Some(*refused)),
                Err(StoreError::AlreadyExists { .. }) => {
                    return Ok(Some(SlugTaken::new(input.slug.unwrap_or_default()).into()));
                }
                Err(error) => return Err(error.into()),
            };
            if placed.moved {
                ctx.data_unchecked::<Indexer>().settle_moves().await?;
            }
            Ok(Some(UpdateCategorySuccess { category: Category(placed.category) }.into()))
        })
        .await
    }

    /// Deletes a category that has neither documents nor categories below it. For administrators.
    async fn delete_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category's id.")] category_id: ID,
    ) -> Result<Option<DeleteCategoryPayload>> {
        nullable(ctx, async {
            require_administrator(ctx)?;
            let stores = ctx.data_unchecked::<Stores>();
            if document::any_in_category(&stores.document_meta, &category_id).await? {
                return Ok(Some(CategoryInUse::new(category_id).into()));
            }
            let deleted = category::delete(&stores.common, &category_id).await?;
            refresh(ctx)?;
            Ok(Some(match deleted {
                Some(true) => DeleteCategorySuccess { category_id }.into(),
                Some(false) => CategoryInUse::new(category_id).into(),
                None => CategoryNotFound::new(category_id).into(),
            }))
        })
        .await
    }
}

/// The category that the same request has made before.
async fn made_before(
    database: &Database,
    creation: &Creation,
) -> service::error::Result<Option<CreateCategoryPayload>> {
    let Some(id) = creation.made_before(database).await? else { return Ok(None) };
    let row = category::tree(database).await?.get(&id).cloned();
    Ok(row.map(|row| CreateCategorySuccess { category: Category(row) }.into()))
}

impl CreateCategoryInput {
    fn into_row(self, at: i64) -> Row {
        Row {
            id: new_id(),
            slug: self.slug,
            parent_id: self.parent_id.map(|id| id.0),
            position: i64::from(self.position),
            name_ko: self.name_ko.trim().to_owned(),
            name_en: self.name_en.trim().to_owned(),
            created_at: at,
            updated_at: at,
        }
    }
}

impl UpdateCategoryInput {
    fn place(&self, tree: &Tree, at: i64) -> std::result::Result<Row, Box<UpdateCategoryPayload>> {
        let none = || Box::new(CategoryNotFound::new(self.id.clone()).into());
        let before = tree.get(&self.id).ok_or_else(none)?;
        let row = self.changed(before, at);
        match problems(&row).found() {
            Some(invalid) => Err(Box::new(invalid.into())),
            None => placed(tree, row),
        }
    }

    fn changed(&self, before: &Row, at: i64) -> Row {
        let parent_id = match &self.parent_id {
            MaybeUndefined::Undefined => before.parent_id.clone(),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(id) => Some(id.0.clone()),
        };
        let text = |new: &Option<String>, old: &str| new.as_deref().unwrap_or(old).trim().to_owned();
        Row {
            id: before.id.clone(),
            slug: self.slug.as_ref().unwrap_or(&before.slug).clone(),
            parent_id,
            position: self.position.map_or(before.position, i64::from),
            name_ko: text(&self.name_ko, &before.name_ko),
            name_en: text(&self.name_en, &before.name_en),
            created_at: before.created_at,
            updated_at: at,
        }
    }
}

fn problems(row: &Row) -> Problems {
    let mut problems = Problems::default();
    problems.slug("slug", &row.slug);
    problems.text("nameKo", &row.name_ko, 200);
    problems.text("nameEn", &row.name_en, 200);
    problems
}

/// The category, if it may stand where it wants to: below one that exists, not below itself, not too deep.
fn placed<R>(tree: &Tree, row: Row) -> std::result::Result<Row, Box<R>>
where
    R: From<CategoryNotFound> + From<CategoryCannotMove>,
{
    let Some(parent) = &row.parent_id else { return Ok(row) };
    let above = tree.path(parent);
    if above.is_empty() {
        return Err(Box::new(CategoryNotFound::new(ID::from(parent)).into()));
    }
    let below_itself = above.iter().any(|category| category.id == row.id);
    let levels = above.len() + tree.height(&row.id).max(1);
    match below_itself || levels > DEEPEST {
        true => Err(Box::new(CategoryCannotMove::new(ID::from(&row.id)).into())),
        false => Ok(row),
    }
}
