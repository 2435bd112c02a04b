//! The account that a new installation begins with: made when the database has none at all, and never touched afterwards.

use std::time::Duration;

use futures::future::BoxFuture;
use service::Role;
use stores::StoreError;

use crate::argon2id::Memory;
use crate::settings::FirstAdministrator;
use crate::state::Auth;
use crate::store::UserRow;

/// What it is called until somebody changes that.
const NAME: &str = "Administrator";

/// How often a database is tried that was not there at the start.
const EVERY: Duration = Duration::from_secs(1);

/// Makes the account. When the database is not there yet, gives what makes it once it is, to run beside the server.
///
/// # Errors
/// When the database is there and refuses.
pub async fn begin(
    auth: &Auth,
    wanted: FirstAdministrator,
) -> anyhow::Result<Option<BoxFuture<'static, ()>>> {
    match make(auth, &wanted).await {
        Err(error) if is_unavailable(&error) => {
            tracing::warn!(error = %format!("{error:#}"), "the first administrator waits for the database");
            Ok(Some(Box::pin(make_when_possible(auth.clone(), wanted))))
        }
        made => made.map(|()| None),
    }
}

async fn make_when_possible(auth: Auth, wanted: FirstAdministrator) {
    while let Err(error) = make(&auth, &wanted).await {
        if !is_unavailable(&error) {
            tracing::error!(error = %format!("{error:#}"), "the first administrator cannot be made; it will be tried again");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn make(auth: &Auth, wanted: &FirstAdministrator) -> anyhow::Result<()> {
    // Most starts find accounts, and need no hash.
    if auth.store.has_users().await? {
        return Ok(());
    }
    let password = wanted.password.clone();
    let hash = tokio::task::spawn_blocking(move || Memory::default().hash(password.expose()));
    let row = UserRow {
        id: auth.ids.next(),
        email: wanted.email.clone(),
        name: NAME.to_owned(),
        password_hash: hash.await??,
        active: true,
        roles: vec![Role::Administrator],
        created_at: auth.now(),
        last_login_at: None,
    };
    if auth.store.add_first_user(&row).await? {
        tracing::info!(target: "audit", user = row.id, "first administrator made");
    }
    Ok(())
}

fn is_unavailable(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::Unavailable { .. }))
}
