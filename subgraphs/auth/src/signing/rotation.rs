//! When keys change their state. Pure: a list of keys and the time in, the new list out.

use crate::store::{KeyState, SigningKeyRow};

const SECOND: i64 = 1_000_000;

/// How long keys stay in each state, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How long a key signs.
    pub period: i64,
    /// How long before it signs a key is published; longer than verifiers keep a key set.
    pub ahead: i64,
    /// How long a retired key is still published; longer than a token lives.
    pub keep: i64,
}

impl Schedule {
    /// A key is published one hour ahead and kept for the life of a token and ten minutes more.
    pub fn new(period_days: u32, token_seconds: i64) -> Self {
        Self {
            period: i64::from(period_days) * 86_400 * SECOND,
            ahead: 3_600 * SECOND,
            keep: (token_seconds + 600) * SECOND,
        }
    }
}

/// What is to happen to a list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// What the schedule says.
    Scheduled,
    /// A new key is to take over as soon as everybody can know it.
    Rotate,
    /// All keys are to be forgotten now: a private key may have leaked.
    Revoke,
}

/// The list after `wish`; `make` makes a new key. The same list means that there is nothing to do.
pub fn step<E>(
    keys: &[SigningKeyRow],
    wish: Wish,
    schedule: &Schedule,
    now: i64,
    mut make: impl FnMut(KeyState) -> Result<SigningKeyRow, E>,
) -> Result<Vec<SigningKeyRow>, E> {
    let mut keys: Vec<SigningKeyRow> = if wish == Wish::Revoke { Vec::new() } else { keys.to_vec() };
    keys.retain(|key| key.retired_at.is_none_or(|at| at + schedule.keep > now));
    let active = keys.iter().position(|key| key.state == KeyState::Active);
    let next = keys.iter().position(|key| key.state == KeyState::Next);
    let Some(active) = active else {
        keys.push(make(KeyState::Active)?);
        return Ok(keys);
    };
    let age = now - keys[active].activated_at.unwrap_or(keys[active].created_at);
    match next {
        None if wish == Wish::Rotate || age + schedule.ahead >= schedule.period => {
            keys.push(make(KeyState::Next)?)
        }
        Some(next) if keys[next].created_at + schedule.ahead <= now => {
            keys[active].state = KeyState::Retired;
            keys[active].retired_at = Some(now);
            keys[next].state = KeyState::Active;
            keys[next].activated_at = Some(now);
        }
        _ => {}
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::{SECOND, Schedule, Wish, step};
    use crate::store::{KeyState, SigningKeyRow};

    const HOUR: i64 = 3_600 * SECOND;

    fn at(keys: &[SigningKeyRow], wish: Wish, now: i64) -> Vec<SigningKeyRow> {
        let make = |state| {
            Ok::<_, Infallible>(SigningKeyRow {
                kid: format!("made at {}", now / HOUR),
                state,
                public_key: vec![],
                private_key: vec![],
                created_at: now,
                activated_at: (state == KeyState::Active).then_some(now),
                retired_at: None,
            })
        };
        step(keys, wish, &Schedule::new(30, 600), now, make).unwrap()
    }

    fn states(keys: &[SigningKeyRow]) -> String {
        let states: Vec<_> = keys.iter().map(|key| format!("{}: {}", key.kid, key.state.name())).collect();
        states.join(", ")
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_kept_after() {
        let day = 24 * HOUR;
        let first = at(&[], Wish::Scheduled, 0);
        assert_eq!(states(&first), "made at 0: active");
        assert!(at(&first, Wish::Scheduled, 29 * day) == first);
        let second = at(&first, Wish::Scheduled, 30 * day - HOUR);
        assert_eq!(states(&second), "made at 0: active, made at 719: next");
        assert!(at(&second, Wish::Scheduled, 30 * day - 1) == second);
        let third = at(&second, Wish::Scheduled, 30 * day);
        assert_eq!(states(&third), "made at 0: retired, made at 719: active");
        assert_eq!(states(&at(&third, Wish::Scheduled, 30 * day + HOUR)), "made at 719: active");
        assert_eq!(states(&at(&third, Wish::Revoke, 30 * day + HOUR)), "made at 721: active");
        assert_eq!(states(&at(&first, Wish::Rotate, HOUR)), "made at 0: active, made at 1: next");
    }
}
