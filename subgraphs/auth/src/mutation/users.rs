//! Administration of users. For administrators.

use async_graphql::{Context, ID, InputType as _, Object, Value};
use service::error::{Failure, Result, internal};
use service::{Creation, Role, idempotency, or_null};
use stores::StoreError;

use super::user_payloads::{
    CreateUserInput, CreateUserPayload, EmailTaken, LastAdministrator, PasswordReset, ResetPasswordPayload,
    SetUserActivePayload, UpdateUserInput, UpdateUserPayload, UserCreated, UserNotFound, UserUpdated,
};
use crate::secrets::{new_password, random_password};
use crate::state::Auth;
use crate::store::{USERS, UserChange, UserChanged, UserRow, email_key};
use crate::types::{InvalidInput, PasswordRefused, User, UserRole};

/// Administration of users.
#[derive(Default)]
pub struct UserMutation;

#[Object]
impl UserMutation {
    /// Makes an account. For administrators.
    async fn create_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new account.")] input: CreateUserInput,
    ) -> async_graphql::Result<Option<CreateUserPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let by = auth.live_user_with(ctx, Role::Administrator).await?;
            let creation = creation(&by.id, &input)?;
            if let Some(again) = made_before(auth, &creation, input.password.as_deref()).await? {
                return Ok(again);
            }
            let (name, email, roles) = match checked(&input) {
                Ok(fields) => fields,
                Err(invalid) => return Ok(CreateUserPayload::Invalid(invalid)),
            };
            let (id, created_at) = (auth.ids.next(), auth.now());
            let initial_password = match input.password {
                Some(_) => None,
                None => Some(new_password(&auth.seal, &id, creation.key())?),
            };
            let password = input.password.clone().or(initial_password.clone()).unwrap_or_default();
            if let Err(refused) = PasswordRefused::check(&password, &email) {
                return Ok(CreateUserPayload::PasswordRefused(refused));
            }
            let password_hash = auth.passwords.turn().await?.hash(&password).await?;
            let row = UserRow {
                id,
                email,
                name,
                password_hash,
                active: true,
                roles,
                created_at,
                last_login_at: None,
            };
            match auth.store.add_user(&row, Some(&creation)).await {
                Ok(()) => {}
                Err(StoreError::AlreadyExists { .. }) => {
                    let again = made_before(auth, &creation, input.password.as_deref()).await?;
                    return Ok(again.unwrap_or_else(|| CreateUserPayload::EmailTaken(EmailTaken::new())));
                }
                Err(error) => return Err(error.into()),
            }
            tracing::info!(target: "audit", by = by.id, user = row.id, roles = ?row.roles, "user created");
            Ok(CreateUserPayload::Created(UserCreated { user: User::new(row), initial_password }))
        })
        .await
    }

    /// Changes an account. New roles hold from the next access token on. For administrators.
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
        #[graphql(desc = "What to change.")] input: UpdateUserInput,
    ) -> async_graphql::Result<Option<UpdateUserPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let by = auth.live_user_with(ctx, Role::Administrator).await?;
            let change = match checked_change(input) {
                Ok(change) => change,
                Err(invalid) => return Ok(UpdateUserPayload::Invalid(invalid)),
            };
            Ok(match auth.store.change_user(&id, &change, auth.now()).await {
                Ok(UserChanged::Done) => {
                    tracing::info!(target: "audit", by = by.id, user = id.as_str(), roles = ?change.roles, "user changed");
                    UpdateUserPayload::Updated(UserUpdated { user: present(auth, &id).await? })
                }
                Ok(UserChanged::NotFound) => UpdateUserPayload::NotFound(UserNotFound::new()),
                Ok(UserChanged::LastAdministrator) => {
                    UpdateUserPayload::LastAdministrator(LastAdministrator::new())
                }
                Err(StoreError::AlreadyExists { .. }) => UpdateUserPayload::EmailTaken(EmailTaken::new()),
                Err(error) => return Err(error.into()),
            })
        })
        .await
    }

    /// Locks an account: its sessions end, its API keys are revoked. For administrators.
    async fn deactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
    ) -> async_graphql::Result<Option<SetUserActivePayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let by = auth.live_user_with(ctx, Role::Administrator).await?;
            let payload = set_active(auth, &id, false).await?;
            if matches!(payload, SetUserActivePayload::Updated(_)) {
                auth.store.end_sessions(&id, None, "account deactivated", auth.now()).await?;
                auth.store.revoke_api_keys_of(&id, auth.now()).await?;
                tracing::info!(target: "audit", by = by.id, user = id.as_str(), "user deactivated");
            }
            Ok(payload)
        })
        .await
    }

    /// Unlocks an account. For administrators.
    async fn activate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
    ) -> async_graphql::Result<Option<SetUserActivePayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let by = auth.live_user_with(ctx, Role::Administrator).await?;
            let payload = set_active(auth, &id, true).await?;
            tracing::info!(target: "audit", by = by.id, user = id.as_str(), "user activated");
            Ok(payload)
        })
        .await
    }

    /// Replaces a forgotten password by one that is shown once; all sessions end. For administrators.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
    ) -> async_graphql::Result<Option<ResetPasswordPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let by = auth.live_user_with(ctx, Role::Administrator).await?;
            let temporary_password = random_password()?;
            let hash = auth.passwords.turn().await?.hash(&temporary_password).await?;
            if auth.store.set_password(&id, &hash, auth.now()).await? == 0 {
                return Ok(ResetPasswordPayload::NotFound(UserNotFound::new()));
            }
            auth.store.end_sessions(&id, None, "password reset", auth.now()).await?;
            let user = auth.store.user(&id).await?.ok_or_else(vanished)?;
            auth.store.forget_failures(&email_key(&user.email)).await?;
            tracing::info!(target: "audit", by = by.id, user = id.as_str(), "password reset");
            Ok(ResetPasswordPayload::Reset(PasswordReset { user: User::new(user), temporary_password }))
        })
        .await
    }
}

/// The request, without the password: its hash is kept.
fn creation(by: &str, input: &CreateUserInput) -> Result<Creation> {
    let mut request = input.to_value();
    if let Value::Object(fields) = &mut request
        && let Some(password) = fields.get_mut("password")
    {
        *password = Value::Boolean(input.password.is_some());
    }
    Creation::new(USERS, by, input.idempotency_key.clone(), request)
}

/// The account that the same request has made before. A password that was given is compared as at a sign-in.
async fn made_before(
    auth: &Auth,
    creation: &Creation,
    password: Option<&str>,
) -> Result<Option<CreateUserPayload>> {
    let Some(id) = creation.made_before(auth.store.database()).await? else { return Ok(None) };
    let row = auth.store.user(&id).await?.ok_or_else(vanished)?;
    let made_up = new_password(&auth.seal, &id, creation.key())?;
    let mut turn = auth.passwords.turn().await?;
    let opens = turn.verify(password.unwrap_or(&made_up), Some(&row.password_hash)).await?;
    if password.is_some() && !opens {
        return Err(idempotency::reused().into());
    }
    let initial_password = (password.is_none() && opens).then_some(made_up);
    Ok(Some(CreateUserPayload::Created(UserCreated { user: User::new(row), initial_password })))
}

async fn set_active(auth: &Auth, id: &str, active: bool) -> Result<SetUserActivePayload> {
    let change = UserChange { active: Some(active), ..UserChange::default() };
    Ok(match auth.store.change_user(id, &change, auth.now()).await? {
        UserChanged::Done => SetUserActivePayload::Updated(UserUpdated { user: present(auth, id).await? }),
        UserChanged::NotFound => SetUserActivePayload::NotFound(UserNotFound::new()),
        UserChanged::LastAdministrator => SetUserActivePayload::LastAdministrator(LastAdministrator::new()),
    })
}

async fn present(auth: &Auth, id: &str) -> Result<User> {
    let row = auth.store.user(id).await?;
    row.map(User::new).ok_or_else(vanished)
}

fn vanished() -> Failure {
    internal("a user vanished while it was changed")
}

fn checked(input: &CreateUserInput) -> std::result::Result<(String, String, Vec<Role>), InvalidInput> {
    let name = InvalidInput::check_name("name", &input.name)?;
    let email = InvalidInput::check_email("email", &input.email)?;
    Ok((name, email, checked_roles(&input.roles)?))
}

fn checked_change(input: UpdateUserInput) -> std::result::Result<UserChange, InvalidInput> {
    Ok(UserChange {
        name: input.name.map(|name| InvalidInput::check_name("name", &name)).transpose()?,
        email: input.email.map(|email| InvalidInput::check_email("email", &email)).transpose()?,
        roles: input.roles.map(|roles| checked_roles(&roles)).transpose()?,
        active: None,
    })
}

fn checked_roles(roles: &[UserRole]) -> std::result::Result<Vec<Role>, InvalidInput> {
    if roles.is_empty() {
        return Err(InvalidInput::new("roles", "A user needs one role or more."));
    }
    let mut roles: Vec<Role> = roles.iter().copied().map(Role::from).collect();
    roles.sort();
    roles.dedup();
    Ok(roles)
}
