//! Service clients: administration, and their tokens.

use async_graphql::{Context, ID, Object, SimpleObject, Union, value};
use service::error::{Result, internal};
use service::{ClientError, Creation, DateTime, Role, or_null};
use stores::StoreError;

use crate::secrets::{CLIENT_SECRET, new_secret, random_secret};
use crate::signing::Subject;
use crate::state::Auth;
use crate::store::{SERVICE_CLIENTS, ServiceClientRow};
use crate::types::{InvalidInput, ServiceClient, TooManyAttempts};

/// The client was made, or got a new secret.
#[derive(SimpleObject)]
pub struct ServiceClientCreated {
    /// About the client.
    client: ServiceClient,
    /// Its secret, shown only here.
    client_secret: String,
}

/// The client id is in use.
#[derive(SimpleObject)]
pub struct ClientIdTaken {
    /// For people.
    message: String,
}

/// How the making of a client went.
#[derive(Union)]
pub enum CreateServiceClientPayload {
    /// Made.
    Created(ServiceClientCreated),
    /// The id is in use.
    Taken(ClientIdTaken),
    /// A field is not acceptable.
    Invalid(InvalidInput),
}

/// The client was changed.
#[derive(SimpleObject)]
pub struct ServiceClientUpdated {
    /// The client as it is now.
    client: ServiceClient,
}

/// There is no such client.
#[derive(SimpleObject)]
pub struct ServiceClientNotFound {
    /// For people.
    message: String,
}

/// How a change of a client went.
#[derive(Union)]
pub enum SetServiceClientActivePayload {
    /// Changed.
    Updated(ServiceClientUpdated),
    /// No such client.
    NotFound(ServiceClientNotFound),
}

/// How the making of a new secret went.
#[derive(Union)]
pub enum ResetServiceClientSecretPayload {
    /// Made.
    Created(ServiceClientCreated),
    /// No such client.
    NotFound(ServiceClientNotFound),
}

/// A token for the program itself.
#[derive(SimpleObject)]
pub struct ServiceTokenIssued {
    /// Goes into the authorization header of every request, as `Bearer <token>`.
    access_token: String,
    /// When the access token expires.
    access_token_expires_at: DateTime,
}

/// The client id or the secret is wrong, or the client is deactivated.
#[derive(SimpleObject)]
pub struct InvalidClient {
    /// For people.
    message: String,
}

/// How a request for a service token went.
#[derive(Union)]
pub enum IssueServiceTokenPayload {
    /// Issued.
    Issued(ServiceTokenIssued),
    /// Wrong id or secret.
    Invalid(InvalidClient),
    /// Refused for a while.
    TooManyAttempts(TooManyAttempts),
}

/// Service clients.
#[derive(Default)]
pub struct ServiceClientMutation;

#[Object]
impl ServiceClientMutation {
    /// Makes a service client with a secret that is shown once. For administrators.
    async fn create_service_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client id: 3 to 50 small letters, digits and hyphens.")] id: ID,
        #[graphql(desc = "What it is.")] name: String,
        #[graphql(
            desc = "A text of the client's own, up to 200 bytes: the same request repeated under it creates nothing more and gets \
                    the same service client and secret again; another request under it is refused with the code \
                    `IDEMPOTENCY_KEY_REUSED`."
        )]
        idempotency_key: Option<String>,
    ) -> async_graphql::Result<Option<CreateServiceClientPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let by = auth.live_user_with(ctx, Role::Administrator).await?;
            let request = value!({ "id": (id.as_str()), "name": (name.as_str()) });
            let creation = Creation::new(SERVICE_CLIENTS, &by.id, idempotency_key, request)?;
            if let Some(again) = made_before(auth, &creation).await? {
                return Ok(again);
            }
            let name = match check_client_id(&id).and_then(|()| InvalidInput::check_name("name", &name)) {
                Ok(name) => name,
                Err(invalid) => return Ok(CreateServiceClientPayload::Invalid(invalid)),
            };
            let client_secret = new_secret(CLIENT_SECRET, &auth.seal, &id, creation.key())?;
            let secret_hash = auth.passwords.turn().await?.hash(&client_secret).await?;
            let (id, created_at) = (id.0, auth.now());
            let row = ServiceClientRow {
                id,
                name,
                secret_hash,
                active: true,
                created_at,
                last_token_issued_at: None,
            };
            match auth.store.add_service_client(&row, Some(&creation)).await {
                Ok(()) => {}
                Err(StoreError::AlreadyExists { .. }) => {
                    let message = "This client id is in use.".into();
                    let taken = CreateServiceClientPayload::Taken(ClientIdTaken { message });
                    return Ok(made_before(auth, &creation).await?.unwrap_or(taken));
                }
                Err(error) => return Err(error.into()),
            }
            tracing::info!(target: "audit", by = by.id, client = row.id, "service client created");
            let client = ServiceClient(row);
            Ok(CreateServiceClientPayload::Created(ServiceClientCreated { client, client_secret }))
        })
        .await
    }

    /// Lets a service client have tokens, or not. For administrators.
    async fn set_service_client_active(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client id.")] id: ID,
        #[graphql(desc = "Whether it gets tokens.")] active: bool,
    ) -> async_graphql::Result<Option<SetServiceClientActivePayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let by = auth.live_user_with(ctx, Role::Administrator).await?;
            if auth.store.set_service_client_active(&id, active).await? == 0 {
                return Ok(SetServiceClientActivePayload::NotFound(not_found()));
            }
            tracing::info!(target: "audit", by = by.id, client = id.as_str(), active, "service client changed");
            Ok(SetServiceClientActivePayload::Updated(ServiceClientUpdated { client: present(auth, &id).await? }))
        })
        .await
    }

    /// Gives a service client a new secret in place of the old one. For administrators.
    async fn reset_service_client_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client id.")] id: ID,
    ) -> async_graphql::Result<Option<ResetServiceClientSecretPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let by = auth.live_user_with(ctx, Role::Administrator).await?;
            let client_secret = random_secret(CLIENT_SECRET)?;
            let hash = auth.passwords.turn().await?.hash(&client_secret).await?;
            if auth.store.set_service_client_secret(&id, &hash).await? == 0 {
                return Ok(ResetServiceClientSecretPayload::NotFound(not_found()));
            }
            auth.store.forget_failures(&account(&id)).await?;
            tracing::info!(target: "audit", by = by.id, client = id.as_str(), "service client got a new secret");
            let client = present(auth, &id).await?;
            Ok(ResetServiceClientSecretPayload::Created(ServiceClientCreated { client, client_secret }))
        })
        .await
    }

    /// Issues a token to a program that shows its client id and secret.
    async fn issue_service_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client id.")] client_id: String,
        #[graphql(desc = "The client's secret.")] client_secret: String,
    ) -> async_graphql::Result<Option<IssueServiceTokenPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let client = match check_client(auth, &client_id, &client_secret).await? {
                Ok(client) => client,
                Err(refused) => return Ok(refused),
            };
            auth.store.note_service_token(&client.id, auth.now()).await?;
            let subject =
                Subject { id: format!("service:{}", client.id), roles: vec![Role::Service], session: None };
            let issued = auth.signer.issue(&subject, &auth.ids).await?;
            tracing::info!(target: "audit", client = client.id, "service token issued");
            let access_token_expires_at = DateTime(issued.expires_at);
            Ok(IssueServiceTokenPayload::Issued(ServiceTokenIssued {
                access_token: issued.token,
                access_token_expires_at,
            }))
        })
        .await
    }
}

/// The client that the same request has made before, with its secret.
async fn made_before(auth: &Auth, creation: &Creation) -> Result<Option<CreateServiceClientPayload>> {
    let Some(id) = creation.made_before(auth.store.database()).await? else { return Ok(None) };
    let row = auth.store.service_client(&id).await?;
    let row = row.ok_or_else(|| internal("a service client vanished"))?;
    let client_secret = new_secret(CLIENT_SECRET, &auth.seal, &id, creation.key())?;
    if !auth.passwords.turn().await?.verify(&client_secret, Some(&row.secret_hash)).await? {
        let message = "the service client was created before and has got another secret since";
        return Err(ClientError::new("SECRET_REPLACED", message).into());
    }
    let client = ServiceClient(row);
    Ok(Some(CreateServiceClientPayload::Created(ServiceClientCreated { client, client_secret })))
}

/// Under which name failures are counted.
fn account(id: &str) -> String {
    format!("service:{}", id.chars().take(60).collect::<String>())
}

type ClientCheck = std::result::Result<ServiceClientRow, IssueServiceTokenPayload>;

/// As for passwords: unknown and known clients take as long, and failures are counted.
async fn check_client(auth: &Auth, id: &str, secret: &str) -> Result<ClientCheck> {
    let account = account(id);
    let mut turn = auth.passwords.turn().await?;
    if let Some(until) = auth.store.blocked_until(&account, auth.now()).await? {
        return Ok(Err(IssueServiceTokenPayload::TooManyAttempts(TooManyAttempts::until(until))));
    }
    let client = auth.store.service_client(id).await?.filter(|client| client.active);
    let right = turn.verify(secret, client.as_ref().map(|client| client.secret_hash.as_str())).await?;
    match client.filter(|_| right) {
        Some(client) => {
            auth.store.forget_failures(&account).await?;
            Ok(Ok(client))
        }
        None => {
            auth.store.note_failure(&account, auth.now()).await?;
            tracing::info!(target: "audit", account, "wrong client id or secret");
            let message = "The client id or the secret is wrong.".into();
            Ok(Err(IssueServiceTokenPayload::Invalid(InvalidClient { message })))
        }
    }
}

async fn present(auth: &Auth, id: &str) -> Result<ServiceClient> {
    let row = auth.store.service_client(id).await?;
    row.map(ServiceClient).ok_or_else(|| internal("a service client vanished while it was changed"))
}

fn not_found() -> ServiceClientNotFound {
    ServiceClientNotFound { message: "There is no such service client.".into() }
}

fn check_client_id(id: &str) -> std::result::Result<(), InvalidInput> {
    let plain = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if plain && (3..=50).contains(&id.len()) {
        return Ok(());
    }
    Err(InvalidInput::new("id", "A client id has 3 to 50 small letters, digits and hyphens."))
}
