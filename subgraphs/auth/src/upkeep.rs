//! What has to be done now and then: key rotation, and removal of what no longer counts.

use std::time::Duration;

use crate::state::Auth;

const EVERY: Duration = Duration::from_secs(60);
/// Ended sessions are kept so long, for questions about the past.
const KEEP_ENDED: i64 = 30 * 86_400 * 1_000_000;

/// Runs until the server ends.
pub async fn run(auth: Auth) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = once(&auth).await {
            tracing::warn!(error = %format!("{error:#}"), "upkeep failed; it will be tried again");
        }
    }
}

async fn once(auth: &Auth) -> anyhow::Result<()> {
    let now = auth.now();
    auth.signer.ring.active().await?;
    auth.store.purge_failures(now).await?;
    auth.store.purge_sessions(now - KEEP_ENDED).await?;
    Ok(())
}
