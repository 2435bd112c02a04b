//! Rotation of signing keys by hand.

use async_graphql::{Context, Object, SimpleObject};
use service::{Role, or_null};

use crate::state::Auth;
use crate::types::SigningKey;

/// The keys after a rotation.
#[derive(SimpleObject)]
pub struct RotateSigningKeysPayload {
    /// All keys, oldest first.
    signing_keys: Vec<SigningKey>,
}

/// Rotation of signing keys.
#[derive(Default)]
pub struct SigningKeyMutation;

#[Object]
impl SigningKeyMutation {
    /// Brings in a new signing key ahead of the schedule: it is published now and signs an hour later. With `revokeAll` all
    /// keys are forgotten and a new one signs at once, so that every access token in use is refused as soon as the
    /// other servers have the new key set, within five minutes; for when a private key
    /// may have leaked. For administrators.
    async fn rotate_signing_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Forget all keys and every access token signed by them.", default)] revoke_all: bool,
    ) -> async_graphql::Result<Option<RotateSigningKeysPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let by = auth.live_user_with(ctx, Role::Administrator).await?;
            auth.signer.ring.rotate(revoke_all).await?;
            tracing::warn!(target: "audit", by = by.id, revoke_all, "signing keys rotated by hand");
            let keys = auth.signer.ring.list().await?;
            Ok(RotateSigningKeysPayload { signing_keys: keys.into_iter().map(SigningKey).collect() })
        })
        .await
    }
}
