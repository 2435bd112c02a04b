//! Change of one's own password.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use service::or_null;

use crate::sign_in::{Checked, check_password};
use crate::state::Auth;
use crate::types::{PasswordRefused, TooManyAttempts};

/// The old and the new password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password in use.
    current_password: String,
    /// The password to come: 10 characters or more.
    new_password: String,
}

/// The password was changed.
#[derive(SimpleObject)]
pub struct PasswordChanged {
    /// How many other sessions were ended.
    ended_sessions: i32,
}

/// The password given as the current one is wrong.
#[derive(SimpleObject)]
pub struct WrongPassword {
    /// For people.
    message: String,
}

/// How a change of password went.
#[derive(Union)]
pub enum ChangePasswordPayload {
    /// Changed.
    Changed(PasswordChanged),
    /// The current password is wrong.
    Wrong(WrongPassword),
    /// The new one is not good enough.
    Refused(PasswordRefused),
    /// Refused for a while.
    TooManyAttempts(TooManyAttempts),
}

/// Change of one's own password.
#[derive(Default)]
pub struct PasswordMutation;

#[Object]
impl PasswordMutation {
    /// Changes one's own password. All other sessions end.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old and the new password.")] input: ChangePasswordInput,
    ) -> async_graphql::Result<Option<ChangePasswordPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let (user, session) = auth.live_session(ctx).await?;
            match check_password(auth, &user.email, &input.current_password).await? {
                Checked::Right(_) => {}
                Checked::Wrong => {
                    let message = "The current password is wrong.".into();
                    return Ok(ChangePasswordPayload::Wrong(WrongPassword { message }));
                }
                Checked::Blocked(until) => {
                    return Ok(ChangePasswordPayload::TooManyAttempts(TooManyAttempts::until(until)));
                }
            }
            if let Err(refused) = PasswordRefused::check(&input.new_password, &user.email) {
                return Ok(ChangePasswordPayload::Refused(refused));
            }
            let hash = auth.passwords.turn().await?.hash(&input.new_password).await?;
            auth.store.set_password(&user.id, &hash, auth.now()).await?;
            let ended =
                auth.store.end_sessions(&user.id, Some(&session), "password changed", auth.now()).await?;
            tracing::info!(target: "audit", user = user.id, ended, "password changed");
            let ended_sessions = i32::try_from(ended).unwrap_or(i32::MAX);
            Ok(ChangePasswordPayload::Changed(PasswordChanged { ended_sessions }))
        })
        .await
    }
}
