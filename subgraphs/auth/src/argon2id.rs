//! Argon2id over memory that is used again: 19 MiB allocated and freed for every sign-in stay with the allocator, and add
//! up over threads.

use anyhow::{Context as _, anyhow};
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::rand;

/// The memory of one computation at a time.
#[derive(Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    /// The hash of a new password, as PHC text.
    pub fn hash(&mut self, password: &str) -> anyhow::Result<String> {
        let mut salt = [0; Salt::RECOMMENDED_LENGTH];
        rand::fill(&mut salt).map_err(|_| anyhow!("no random bytes"))?;
        let argon2 = Argon2::default();
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::default().into()),
            params: ParamsString::try_from(argon2.params()).map_err(|error| anyhow!("{error}"))?,
            salt: Some(Salt::new(&salt).map_err(|error| anyhow!("{error}"))?),
            hash: Some(self.compute(&argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN)?),
        };
        Ok(hash.to_string())
    }

    /// Whether a password is the one of this hash. Outputs are compared in constant time.
    pub fn verify(&mut self, password: &str, hash: &str) -> anyhow::Result<bool> {
        let stored = |error| anyhow!("stored password hash: {error}");
        let hash = PasswordHash::new(hash).map_err(|error| anyhow!("stored password hash: {error}"))?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(stored)?;
        let version = hash.version.map_or(Ok(Version::V0x13), Version::try_from);
        let version = version.map_err(|error| anyhow!("stored password hash: {error}"))?;
        let params = Params::try_from(&hash).map_err(stored)?;
        let (salt, output) = hash.salt.zip(hash.hash).context("stored password hash: incomplete")?;
        let argon2 = Argon2::new(algorithm, version, params);
        Ok(self.compute(&argon2, password, &salt, output.len())? == output)
    }

    fn compute(
        &mut self,
        argon2: &Argon2<'_>,
        password: &str,
        salt: &[u8],
        length: usize,
    ) -> anyhow::Result<Output> {
        let blocks = argon2.params().block_count();
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::default());
        }
        let mut output = vec![0; length];
        argon2
            .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, &mut self.0[..blocks])
            .map_err(|error| anyhow!("{error}"))?;
        Output::new(&output).map_err(|error| anyhow!("{error}"))
    }
}

/// Whether a hash was made with other parameters than those in use.
pub fn is_outdated(hash: &str) -> bool {
    let current = Params::default();
    let params = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
    !params.is_some_and(|params| {
        params.m_cost() >= current.m_cost()
            && params.t_cost() >= current.t_cost()
            && params.p_cost() == current.p_cost()
    })
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordHasher as _;
    use argon2::{Algorithm, Argon2, Params, Version};

    use super::{Memory, is_outdated};

    #[test]
    fn hashes_are_those_of_the_library_and_memory_left_over_does_not_matter() {
        let mut memory = Memory::default();
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let weak = weak.hash_password(b"password").unwrap().to_string();
        let usual = Argon2::default().hash_password(b"password").unwrap().to_string();
        let own = memory.hash("password").unwrap();
        for hash in [&weak, &usual, &own, &weak] {
            assert!(memory.verify("password", hash).unwrap(), "{hash}");
            assert!(!memory.verify("passwore", hash).unwrap(), "{hash}");
        }
        assert_ne!(own, memory.hash("password").unwrap(), "each with a salt of its own");
        assert_eq!([&weak, &usual, &own].map(|hash| is_outdated(hash)), [true, false, false]);
        assert!(memory.verify("password", "not a hash").is_err());
    }
}
