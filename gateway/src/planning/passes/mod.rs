//! From a draft to fetches, one pass per file.

mod alias;
mod pack;
mod select;

pub(super) use self::pack::pack;
