//! Failures that several mutations expect, as data.

use std::fmt;

use async_graphql::SimpleObject;
use service::DateTime;

use crate::passwords::{self, PasswordProblem};

/// Too many attempts failed; further ones are refused for a while, whether right or wrong.
#[derive(SimpleObject)]
pub struct TooManyAttempts {
    /// For people.
    message: String,
    /// When the next attempt will be looked at.
    retry_at: DateTime,
}

impl TooManyAttempts {
    /// Refused until then.
    pub fn until(retry_at: i64) -> Self {
        Self { message: "Too many attempts; wait a moment.".into(), retry_at: DateTime(retry_at) }
    }
}

/// A new password was not good enough.
#[derive(SimpleObject)]
pub struct PasswordRefused {
    /// For people.
    message: String,
    /// What is wrong with it.
    problem: PasswordProblem,
}

impl PasswordRefused {
    /// Checks a new password.
    pub fn check(password: &str, email: &str) -> Result<(), Self> {
        let Some(problem) = passwords::problem(password, email) else { return Ok(()) };
        let message = match problem {
            PasswordProblem::TooShort => "The password needs at least 10 characters.",
            PasswordProblem::TooLong => "The password has more than 200 bytes.",
            PasswordProblem::ContainsAddress => "The password contains the name part of the e-mail address.",
            PasswordProblem::TooCommon => "The password is one of those that are tried first.",
        };
        Err(Self { message: message.into(), problem })
    }
}

impl fmt::Display for PasswordRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A value was not acceptable.
#[derive(SimpleObject)]
pub struct InvalidInput {
    /// The input field.
    field: String,
    /// For people.
    message: String,
}

impl InvalidInput {
    /// What is wrong with a field.
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// A name for people to read: not blank, not long, without control characters. Gives it trimmed.
    pub fn check_name(field: &str, name: &str) -> Result<String, Self> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err(Self::new(field, "A name has 1 to 100 characters, and no control characters."));
        }
        Ok(name.to_string())
    }

    /// An e-mail address. Gives it trimmed.
    pub fn check_email(field: &str, email: &str) -> Result<String, Self> {
        let email = email.trim();
        let plain =
            |text: &str| !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control());
        let parts = email.rsplit_once('@');
        let fine = parts.is_some_and(|(local, domain)| {
            plain(local)
                && plain(domain)
                && !local.contains('@')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        });
        if !fine || email.len() > 254 {
            return Err(Self::new(field, "This is not an e-mail address."));
        }
        Ok(email.to_string())
    }
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}
