//! Passwords: hashed with Argon2id off the async threads, at most as many at once as there are processors.

use std::sync::{Arc, Mutex, PoisonError};

use service::ClientError;
use service::error::{Failure, Result, internal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::argon2id::Memory;

/// So many may wait for their turn; more are turned away at once.
const MOST_WAITING: usize = 200;
/// Longer ones are refused before they are hashed.
pub const LONGEST: usize = 200;
/// Shorter ones cannot be chosen.
pub const SHORTEST: usize = 10;

/// Hashes and checks passwords.
pub struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Semaphore,
    memories: Arc<Mutex<Vec<Memory>>>,
    nobodys: String,
}

/// The right to hash one password now.
pub struct Turn<'a> {
    passwords: &'a Passwords,
    permit: Option<OwnedSemaphorePermit>,
}

impl Passwords {
    /// Prepares; makes the hash that unknown accounts are checked against.
    pub async fn new() -> anyhow::Result<Self> {
        let turns = std::thread::available_parallelism().map_or(2, usize::from);
        let hash = || Memory::default().hash("nobody's password");
        let nobodys = tokio::task::spawn_blocking(hash).await??;
        Ok(Self {
            turns: Arc::new(Semaphore::new(turns)),
            waiting: Semaphore::new(MOST_WAITING),
            memories: Arc::default(),
            nobodys,
        })
    }

    /// Waits for a turn.
    pub async fn turn(&self) -> Result<Turn<'_>> {
        let overloaded =
            || ClientError::new("OVERLOADED", "too many sign-ins at once, try again in a moment");
        let _waiting = self.waiting.try_acquire().map_err(|_| overloaded())?;
        let permit = Arc::clone(&self.turns).acquire_owned().await.map_err(internal)?;
        Ok(Turn { passwords: self, permit: Some(permit) })
    }
}

impl Turn<'_> {
    /// Whether `password` is the one of `hash`. Without a hash it takes as long and is false.
    pub async fn verify(&mut self, password: &str, hash: Option<&str>) -> Result<bool> {
        if password.len() > LONGEST {
            return Ok(false);
        }
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.passwords.nobodys).to_string();
        let password = password.to_string();
        let right = self.blocking(move |memory| memory.verify(&password, &hash)).await?;
        Ok(right && known)
    }

    /// The hash of a new password.
    pub async fn hash(&mut self, password: &str) -> Result<String> {
        let password = password.to_string();
        self.blocking(move |memory| memory.hash(&password)).await
    }

    async fn blocking<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Memory) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T> {
        // The work goes on if the client leaves, and its turn is taken until it is done.
        let permit = self.permit.take();
        let memories = Arc::clone(&self.passwords.memories);
        let done = tokio::task::spawn_blocking(move || (in_memory(&memories, work), permit)).await;
        let (result, permit) = done.map_err(internal)?;
        self.permit = permit;
        result.map_err(Failure::from)
    }
}

/// Takes one of the memories and puts it back; there are never more than turns.
fn in_memory<T>(memories: &Mutex<Vec<Memory>>, work: impl FnOnce(&mut Memory) -> T) -> T {
    let locked = || memories.lock().unwrap_or_else(PoisonError::into_inner);
    let mut memory = locked().pop().unwrap_or_default();
    let result = work(&mut memory);
    locked().push(memory);
    result
}

/// Why a password cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum PasswordProblem {
    /// It has fewer than 10 characters.
    TooShort,
    /// It has more than 200 bytes.
    TooLong,
    /// It contains the name part of the e-mail address.
    ContainsAddress,
    /// It is one of the passwords that are tried first, or one character over and over.
    TooCommon,
}

const COMMON: [&str; 12] = [
    "1234567890",
    "0123456789",
    "qwertyuiop",
    "password123",
    "password1234",
    "passwordpassword",
    "12345678910",
    "iloveyou123",
    "abcdefghij",
    "1q2w3e4r5t",
    "qwerty12345",
    "administrator",
];

/// What is wrong with a new password, if anything.
pub fn problem(password: &str, email: &str) -> Option<PasswordProblem> {
    let lower = password.to_lowercase();
    let address = email.split('@').next().unwrap_or_default().to_lowercase();
    let mut characters = lower.chars();
    let first = characters.next();
    if password.chars().count() < SHORTEST {
        Some(PasswordProblem::TooShort)
    } else if password.len() > LONGEST {
        Some(PasswordProblem::TooLong)
    } else if address.chars().count() >= 4 && lower.contains(&address) {
        Some(PasswordProblem::ContainsAddress)
    } else if COMMON.contains(&lower.as_str()) || characters.all(|character| Some(character) == first) {
        Some(PasswordProblem::TooCommon)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{PasswordProblem, problem};

    #[test]
    fn weak_passwords_are_named() {
        let cases = [
            ("short", Some(PasswordProblem::TooShort)),
            ("한글비밀번호", Some(PasswordProblem::TooShort)),
            ("아주 긴 한글 비밀번호", None),
            ("i am Minjun.Choi!", Some(PasswordProblem::ContainsAddress)),
            ("aaaaaaaaaaaa", Some(PasswordProblem::TooCommon)),
            ("Password123", Some(PasswordProblem::TooCommon)),
            ("correct horse battery", None),
        ];
        for (password, wanted) in cases {
            assert_eq!(problem(password, "minjun.choi@knlab.example"), wanted, "{password}");
        }
        assert_eq!(problem(&"long ".repeat(50), "a@b.example"), Some(PasswordProblem::TooLong));
    }
}
