//! What the administration of users takes and answers.

use async_graphql::{InputObject, SimpleObject, Union};

use crate::types::{InvalidInput, PasswordRefused, User, UserRole};

/// A new account.
#[derive(InputObject)]
pub struct CreateUserInput {
    /// The e-mail address to sign in with.
    pub email: String,
    /// The display name.
    pub name: String,
    /// What the user may do: one role or more.
    pub roles: Vec<UserRole>,
    /// The first password; one is made up and shown once if there is none.
    pub password: Option<String>,
    /// A text of the client's own, up to 200 bytes: the same request repeated under it creates nothing more and gets the same
    /// account again, with the
    /// password that was made up as long as it opens; another request under it is refused with the code `IDEMPOTENCY_KEY_REUSED`.
    pub idempotency_key: Option<String>,
}

/// What to change of an account; what is left out stays.
#[derive(InputObject)]
pub struct UpdateUserInput {
    /// The new e-mail address.
    pub email: Option<String>,
    /// The new display name.
    pub name: Option<String>,
    /// The new roles, all of them.
    pub roles: Option<Vec<UserRole>>,
}

/// The account was made.
#[derive(SimpleObject)]
pub struct UserCreated {
    /// The new user.
    pub user: User,
    /// The password that was made up, shown only here; null if one was given.
    pub initial_password: Option<String>,
}

/// Another account has this e-mail address.
#[derive(SimpleObject)]
pub struct EmailTaken {
    /// For people.
    pub message: String,
}

impl EmailTaken {
    /// That address.
    pub fn new() -> Self {
        Self { message: "Another account has this e-mail address.".into() }
    }
}

/// How the making of an account went.
#[derive(Union)]
pub enum CreateUserPayload {
    /// Made.
    Created(UserCreated),
    /// The address is in use.
    EmailTaken(EmailTaken),
    /// A field is not acceptable.
    Invalid(InvalidInput),
    /// The password is not good enough.
    PasswordRefused(PasswordRefused),
}

/// The account was changed.
#[derive(SimpleObject)]
pub struct UserUpdated {
    /// The user as it is now.
    pub user: User,
}

/// There is no such user.
#[derive(SimpleObject)]
pub struct UserNotFound {
    /// For people.
    pub message: String,
}

impl UserNotFound {
    /// No such user.
    pub fn new() -> Self {
        Self { message: "There is no such user.".into() }
    }
}

/// This is the last active administrator: nobody would be left to administer.
#[derive(SimpleObject)]
pub struct LastAdministrator {
    /// For people.
    pub message: String,
}

impl LastAdministrator {
    /// The last one.
    pub fn new() -> Self {
        Self { message: "This is the last active administrator.".into() }
    }
}

/// How a change of an account went.
#[derive(Union)]
pub enum UpdateUserPayload {
    /// Changed.
    Updated(UserUpdated),
    /// No such user.
    NotFound(UserNotFound),
    /// The address is in use.
    EmailTaken(EmailTaken),
    /// A field is not acceptable.
    Invalid(InvalidInput),
    /// Nobody would be left to administer.
    LastAdministrator(LastAdministrator),
}

/// How switching an account on or off went.
#[derive(Union)]
pub enum SetUserActivePayload {
    /// Changed.
    Updated(UserUpdated),
    /// No such user.
    NotFound(UserNotFound),
    /// Nobody would be left to administer.
    LastAdministrator(LastAdministrator),
}

/// The password was replaced and all sessions were ended.
#[derive(SimpleObject)]
pub struct PasswordReset {
    /// Whose password it is.
    pub user: User,
    /// The new password, shown only here.
    pub temporary_password: String,
}

/// How a reset went.
#[derive(Union)]
pub enum ResetPasswordPayload {
    /// Replaced.
    Reset(PasswordReset),
    /// No such user.
    NotFound(UserNotFound),
}
