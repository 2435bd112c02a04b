//! Personal API keys: made, revoked, exchanged for access tokens.

use async_graphql::{Context, ID, InputObject, InputType as _, Object, SimpleObject, Union};
use service::error::{Result, internal};
use service::{Creation, DateTime, Role, or_null};
use stores::StoreError;

use super::session_payloads::AccountDeactivated;
use crate::secrets::{API_KEY, fingerprint, new_secret};
use crate::signing::Subject;
use crate::state::Auth;
use crate::store::{API_KEYS, ApiKeyRow};
use crate::types::{ApiKey, InvalidInput};

const DAY: i64 = 86_400 * 1_000_000;
/// More usable keys than this nobody needs.
const MOST_KEYS: i64 = 50;

/// A new API key.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// What to call it.
    name: String,
    /// After how many days it ends, 1 to 3650; without end if not given.
    expires_in_days: Option<i32>,
    /// A text of the client's own, up to 200 bytes: the same request repeated under it creates nothing more and gets the same
    /// key again, secret included; another request under it is refused with the code `IDEMPOTENCY_KEY_REUSED`.
    idempotency_key: Option<String>,
}

/// The key was made.
#[derive(SimpleObject)]
pub struct ApiKeyCreated {
    /// About the key.
    api_key: ApiKey,
    /// The key itself, shown only here.
    secret: String,
}

/// How the making of a key went.
#[derive(Union)]
pub enum CreateApiKeyPayload {
    /// Made.
    Created(ApiKeyCreated),
    /// A field is not acceptable.
    Invalid(InvalidInput),
}

/// The key was revoked.
#[derive(SimpleObject)]
pub struct ApiKeyRevoked {
    /// The key's id.
    api_key_id: ID,
}

/// There is no such usable key.
#[derive(SimpleObject)]
pub struct ApiKeyNotFound {
    /// For people.
    message: String,
}

/// How the revocation of a key went.
#[derive(Union)]
pub enum RevokeApiKeyPayload {
    /// Revoked.
    Revoked(ApiKeyRevoked),
    /// Not there.
    NotFound(ApiKeyNotFound),
}

/// An access token that acts for the key's owner.
#[derive(SimpleObject)]
pub struct ApiKeyExchanged {
    /// Goes into the authorization header of every request, as `Bearer <token>`.
    access_token: String,
    /// When the access token expires; exchange the key again then.
    access_token_expires_at: DateTime,
}

/// The key is unknown, revoked or at its end.
#[derive(SimpleObject)]
pub struct InvalidApiKey {
    /// For people.
    message: String,
}

/// How an exchange went.
#[derive(Union)]
pub enum ExchangeApiKeyPayload {
    /// Exchanged.
    Exchanged(ApiKeyExchanged),
    /// Not usable.
    Invalid(InvalidApiKey),
    /// The owner's account is not to be used.
    AccountDeactivated(AccountDeactivated),
}

/// Personal API keys.
#[derive(Default)]
pub struct ApiKeyMutation;

#[Object]
impl ApiKeyMutation {
    /// Makes an API key for oneself. Needs a sign-in with a password.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new key.")] input: CreateApiKeyInput,
    ) -> async_graphql::Result<Option<CreateApiKeyPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let (user, _) = auth.live_session(ctx).await?;
            let creation =
                Creation::new(API_KEYS, &user.id, input.idempotency_key.clone(), input.to_value())?;
            if let Some(again) = made_before(auth, &creation).await? {
                return Ok(again);
            }
            let name = match InvalidInput::check_name("name", &input.name) {
                Ok(name) => name,
                Err(invalid) => return Ok(CreateApiKeyPayload::Invalid(invalid)),
            };
            if input.expires_in_days.is_some_and(|days| !(1..=3650).contains(&days)) {
                let invalid = InvalidInput::new("expiresInDays", "A key ends after 1 to 3650 days.");
                return Ok(CreateApiKeyPayload::Invalid(invalid));
            }
            let now = auth.now();
            let id = auth.ids.next();
            let secret = new_secret(API_KEY, &auth.seal, &id, creation.key())?;
            let row = ApiKeyRow {
                id,
                user_id: user.id,
                name,
                hint: secret.chars().take(API_KEY.len() + 6).collect(),
                created_at: now,
                expires_at: input.expires_in_days.map(|days| now + i64::from(days) * DAY),
                last_used_at: None,
            };
            let added = match auth.store.add_api_key(&row, &fingerprint(&secret), MOST_KEYS, &creation).await
            {
                Err(error @ StoreError::AlreadyExists { .. }) => {
                    return made_before(auth, &creation).await?.ok_or_else(|| error.into());
                }
                added => added?,
            };
            if !added {
                let invalid = InvalidInput::new(
                    "name",
                    format!("There are {MOST_KEYS} keys already; revoke one first."),
                );
                return Ok(CreateApiKeyPayload::Invalid(invalid));
            }
            tracing::info!(target: "audit", user = row.user_id, api_key = row.id, "API key created");
            Ok(CreateApiKeyPayload::Created(ApiKeyCreated { api_key: ApiKey(row), secret }))
        })
        .await
    }

    /// Revokes an API key: one's own, or anybody's for administrators. Tokens that it was exchanged for run out by
    /// themselves within minutes.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key's id.")] id: ID,
    ) -> async_graphql::Result<Option<RevokeApiKeyPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let user = auth.live_user(ctx).await?;
            let key = auth.store.api_key(&id, auth.now()).await?;
            let may = |key: &ApiKeyRow| key.user_id == user.id || user.roles.contains(&Role::Administrator);
            let Some(key) = key.filter(may) else {
                let message = "There is no such usable key.".into();
                return Ok(RevokeApiKeyPayload::NotFound(ApiKeyNotFound { message }));
            };
            auth.store.revoke_api_key(&id, auth.now()).await?;
            tracing::info!(target: "audit", by = user.id, user = key.user_id, api_key = key.id, "API key revoked");
            Ok(RevokeApiKeyPayload::Revoked(ApiKeyRevoked { api_key_id: id }))
        })
        .await
    }

    /// Exchanges an API key for an access token that acts for the key's owner.
    async fn exchange_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key, as shown when it was made.")] api_key: String,
    ) -> async_graphql::Result<Option<ExchangeApiKeyPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let now = auth.now();
            let Some(key) = auth.store.api_key_by_hash(&fingerprint(&api_key), now).await? else {
                let message = "This API key is not valid.".into();
                return Ok(ExchangeApiKeyPayload::Invalid(InvalidApiKey { message }));
            };
            let user = auth.store.user(&key.user_id).await?.filter(|user| user.active);
            let Some(user) = user else {
                return Ok(ExchangeApiKeyPayload::AccountDeactivated(AccountDeactivated::new()));
            };
            auth.store.note_api_key_use(&key.id, now).await?;
            let subject = Subject { id: user.id, roles: user.roles, session: None };
            let issued = auth.signer.issue(&subject, &auth.ids).await?;
            tracing::info!(target: "audit", user = subject.id, api_key = key.id, "API key exchanged");
            let access_token_expires_at = DateTime(issued.expires_at);
            Ok(ExchangeApiKeyPayload::Exchanged(ApiKeyExchanged {
                access_token: issued.token,
                access_token_expires_at,
            }))
        })
        .await
    }
}

/// The key that the same request has made before, with its secret.
async fn made_before(auth: &Auth, creation: &Creation) -> Result<Option<CreateApiKeyPayload>> {
    let Some(id) = creation.made_before(auth.store.database()).await? else { return Ok(None) };
    let row = auth.store.any_api_key(&id).await?.ok_or_else(|| internal("an API key vanished"))?;
    let secret = new_secret(API_KEY, &auth.seal, &id, creation.key())?;
    Ok(Some(CreateApiKeyPayload::Created(ApiKeyCreated { api_key: ApiKey(row), secret })))
}
