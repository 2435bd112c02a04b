//! Text and public schema to a valid, normalized operation: what the client asks, independent of how it wrote it.

mod error;
mod limits;
mod normalize;
pub mod selection;
mod variables;

pub use self::error::{Location, RequestError, RequestErrorCode};
pub use self::limits::Limits;
pub use self::normalize::normalize;
pub use self::variables::coerce_variables;
