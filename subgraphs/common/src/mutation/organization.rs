//! Organizations: kept by administrators.

use async_graphql::{
    Context, ID, InputObject, InputType as _, MaybeUndefined, Object, Result, SimpleObject, Union,
};
use service::{Clock, Creation, nullable};
use stores::StoreError;
use stores::sql::Database;

use super::require_administrator;
use crate::loaders::refresh;
use crate::store::organization::{self, Organization as Row};
use crate::store::{Stores, document, new_id};
use crate::types::failure::{InvalidFields, OrganizationInUse, OrganizationNotFound, Problems, SlugTaken};
use crate::types::organization::Organization;

/// Organizations.
#[derive(Default)]
pub struct Organizations;

/// An organization to be made.
#[derive(InputObject)]
pub struct CreateOrganizationInput {
    /// A short stable name: lower case letters, digits and hyphens.
    slug: String,
    /// The Korean name.
    name_ko: String,
    /// The English name.
    name_en: String,
    /// What kind of organization, e.g. ministry, institute, assembly, international.
    kind: String,
    /// The address of its home page.
    homepage: Option<String>,
    /// A text of the client's own, up to 200 bytes: the same request repeated under it creates nothing more and gets the same
    /// organization again; another request under it is refused with the code `IDEMPOTENCY_KEY_REUSED`.
    idempotency_key: Option<String>,
}

/// What to change about an organization. What is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateOrganizationInput {
    /// The organization.
    id: ID,
    /// The new slug.
    slug: Option<String>,
    /// The new Korean name.
    name_ko: Option<String>,
    /// The new English name.
    name_en: Option<String>,
    /// The new kind.
    kind: Option<String>,
    /// The new home page; null removes it.
    homepage: MaybeUndefined<String>,
}

/// The organization is there.
#[derive(SimpleObject)]
pub struct CreateOrganizationSuccess {
    /// The organization.
    organization: Organization,
}

/// How making an organization ended.
#[derive(Union)]
pub enum CreateOrganizationPayload {
    /// It is there.
    Success(CreateOrganizationSuccess),
    /// The slug is taken.
    SlugTaken(SlugTaken),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

/// The organization is changed.
#[derive(SimpleObject)]
pub struct UpdateOrganizationSuccess {
    /// The organization.
    organization: Organization,
}

/// How changing an organization ended.
#[derive(Union)]
pub enum UpdateOrganizationPayload {
    /// It is changed.
    Success(UpdateOrganizationSuccess),
    /// There is no such organization.
    NotFound(OrganizationNotFound),
    /// The slug is taken.
    SlugTaken(SlugTaken),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

/// The organization is gone.
#[derive(SimpleObject)]
pub struct DeleteOrganizationSuccess {
    /// The id that it had.
    organization_id: ID,
}

/// How deleting an organization ended.
#[derive(Union)]
pub enum DeleteOrganizationPayload {
    /// It is gone.
    Success(DeleteOrganizationSuccess),
    /// There is no such organization.
    NotFound(OrganizationNotFound),
    /// It still has documents.
    InUse(OrganizationInUse),
}

#[Object]
impl Organizations {
    /// Makes an organization. For administrators.
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization.")] input: CreateOrganizationInput,
    ) -> Result<Option<CreateOrganizationPayload>> {
        nullable(ctx, async {
            let user = require_administrator(ctx)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let creation = Creation::new(
                organization::CREATED,
                &user.id,
                input.idempotency_key.clone(),
                input.to_value(),
            )?;
            if let Some(again) = made_before(database, &creation).await? {
                return Ok(Some(again));
            }
            let at = ctx.data_unchecked::<Clock>().now();
            let row = Row {
                id: new_id(),
                slug: input.slug,
                name_ko: input.name_ko.trim().to_owned(),
                name_en: input.name_en.trim().to_owned(),
                kind: input.kind,
                homepage: input.homepage,
                created_at: at,
                updated_at: at,
            };
            if let Some(invalid) = problems(&row).found() {
                return Ok(Some(invalid.into()));
            }
            let added = organization::add(database, &row, &creation).await;
            refresh(ctx)?;
            Ok(Some(match added {
                Ok(()) => CreateOrganizationSuccess { organization: Organization(row) }.into(),
                Err(StoreError::AlreadyExists { .. }) => {
                    made_before(database, &creation).await?.unwrap_or_else(|| SlugTaken::new(row.slug).into())
                }
                Err(error) => return Err(error.into()),
            }))
        })
        .await
    }

    /// Changes an organization. For administrators.
    async fn update_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateOrganizationInput,
    ) -> Result<Option<UpdateOrganizationPayload>> {
        nullable(ctx, async {
            require_administrator(ctx)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let before = organization::by_ids(database, std::slice::from_ref(&input.id.0)).await?;
            let Some(before) = before.into_values().next() else {
                return Ok(Some(OrganizationNotFound::new(input.id).into()));
            };
            let row = input.changed(before, ctx.data_unchecked::<Clock>().now());
            if let Some(invalid) = problems(&row).found() {
                return Ok(Some(invalid.into()));
            }
            let updated = organization::update(database, &row).await;
            refresh(ctx)?;
            Ok(Some(match updated {
                Ok(true) => UpdateOrganizationSuccess { organization: Organization(row) }.into(),
                Ok(false) => OrganizationNotFound::new(ID(row.id)).into(),
                Err(StoreError::AlreadyExists { .. }) => SlugTaken::new(row.slug).into(),
                Err(error) => return Err(error.into()),
            }))
        })
        .await
    }

    /// Deletes an organization that has no documents. For administrators.
    async fn delete_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's id.")] organization_id: ID,
    ) -> Result<Option<DeleteOrganizationPayload>> {
        nullable(ctx, async {
            require_administrator(ctx)?;
            let stores = ctx.data_unchecked::<Stores>();
            let used = document::any_of_organization(&stores.document_meta, &organization_id).await;
            if used? {
                return Ok(Some(OrganizationInUse::new(organization_id).into()));
            }
            let deleted = organization::delete(&stores.common, &organization_id).await?;
            refresh(ctx)?;
            Ok(Some(match deleted {
                true => DeleteOrganizationSuccess { organization_id }.into(),
                false => OrganizationNotFound::new(organization_id).into(),
            }))
        })
        .await
    }
}

/// The organization that the same request has made before.
async fn made_before(
    database: &Database,
    creation: &Creation,
) -> service::error::Result<Option<CreateOrganizationPayload>> {
    let Some(id) = creation.made_before(database).await? else { return Ok(None) };
    let row = organization::by_ids(database, std::slice::from_ref(&id)).await?.remove(&id);
    Ok(row.map(|row| CreateOrganizationSuccess { organization: Organization(row) }.into()))
}

impl UpdateOrganizationInput {
    fn changed(self, before: Row, at: i64) -> Row {
        let homepage = match self.homepage {
            MaybeUndefined::Undefined => before.homepage,
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(homepage) => Some(homepage),
        };
        let text = |new: Option<String>, old: String| new.map_or(old, |new| new.trim().to_owned());
        Row {
            id: before.id,
            slug: self.slug.unwrap_or(before.slug),
            name_ko: text(self.name_ko, before.name_ko),
            name_en: text(self.name_en, before.name_en),
            kind: self.kind.unwrap_or(before.kind),
            homepage,
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
    problems.slug("kind", &row.kind);
    if let Some(homepage) = &row.homepage {
        problems.address("homepage", homepage);
    }
    problems
}
