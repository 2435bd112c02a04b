//! Text and public schema to a valid, normalized operation: what the client asks, independent of how it wrote it.

mod deferral;
mod error;
mod limits;
mod normalize;
pub mod selection;
mod variables;

pub use self::error::{Location, RequestError, RequestErrorCode};
pub use self::limits::Limits;
pub use self::normalize::{Deferring, normalize, normalize_in_parts};
pub use self::variables::coerce_variables;
