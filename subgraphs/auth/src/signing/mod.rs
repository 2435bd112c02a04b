//! The keys that tokens are signed with: made, sealed, rotated, published.

mod ring;
mod rotation;
mod seal;
mod signer;

pub use ring::KeyRing;
pub use rotation::Schedule;
pub use seal::Seal;
pub use signer::{Signer, Subject};
