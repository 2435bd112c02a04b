//! Signed links: the signature is the permission to upload or download one file until a time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What a link allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `PUT /files/u/{id}`
    Upload,
    /// `GET /files/d/{id}`
    Download,
}

impl Purpose {
    fn letter(self) -> char {
        match self {
            Self::Upload => 'u',
            Self::Download => 'd',
        }
    }
}

/// Why a link is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// The signature is not ours for this file, purpose and time.
    Invalid,
    /// Its time is over.
    Expired,
}

/// Signs and checks links. Cheap to clone.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// A signer with this secret.
    pub fn new(secret: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(Hmac::new_from_slice(secret)?))
    }

    fn mac(&self, purpose: Purpose, id: &str, expires: i64) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(format!("knlab-files:{}:{id}:{expires}", purpose.letter()).as_bytes());
        mac
    }

    /// The path and query of a link that works until `expires` (seconds since 1970).
    pub fn link(&self, purpose: Purpose, id: &str, expires: i64) -> String {
        let signature = self.signature(purpose, id, expires);
        format!("/files/{}/{id}?exp={expires}&sig={signature}", purpose.letter())
    }

    /// The signature alone.
    pub fn signature(&self, purpose: Purpose, id: &str, expires: i64) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(purpose, id, expires).finalize().into_bytes())
    }

    /// Checks a link at `now` (seconds since 1970); the time it takes does not tell how much of the signature is right.
    pub fn check(&self, purpose: Purpose, id: &str, signed: (i64, &str), now: i64) -> Result<(), LinkError> {
        let (expires, signature) = signed;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| LinkError::Invalid)?;
        self.mac(purpose, id, expires).verify_slice(&signature).map_err(|_| LinkError::Invalid)?;
        if expires > now { Ok(()) } else { Err(LinkError::Expired) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_works_for_its_file_its_purpose_and_its_time() {
        let signer = Signer::new(b"0123456789abcdef0123456789abcdef").unwrap();
        let signature = signer.signature(Purpose::Download, "f1", 100);
        assert_eq!(signer.check(Purpose::Download, "f1", (100, &signature), 99), Ok(()));
        assert_eq!(signer.check(Purpose::Download, "f1", (100, &signature), 100), Err(LinkError::Expired));
        for (purpose, id, expires) in
            [(Purpose::Upload, "f1", 100), (Purpose::Download, "f2", 100), (Purpose::Download, "f1", 101)]
        {
            assert_eq!(signer.check(purpose, id, (expires, &signature), 99), Err(LinkError::Invalid));
        }
        for other in ["", "x", &signature[1..], &format!("{signature}A")] {
            assert_eq!(signer.check(Purpose::Download, "f1", (100, other), 99), Err(LinkError::Invalid));
        }
        let other = Signer::new(b"another secret").unwrap();
        assert_eq!(other.check(Purpose::Download, "f1", (100, &signature), 99), Err(LinkError::Invalid));
        assert_eq!(signer.link(Purpose::Upload, "f1", 5).split('?').next(), Some("/files/u/f1"));
    }
}
