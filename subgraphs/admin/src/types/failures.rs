//! Expected failures of mutations, as data.

use async_graphql::SimpleObject;

use super::CrawlRun;
use crate::store::files::Refused;

/// Declares failures that only carry a text for people.
macro_rules! failures {
    ($($(#[$doc:meta])* $name:ident = $message:literal;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            /// What happened, for people.
            pub message: String,
        }

        impl Default for $name {
            fn default() -> Self {
                Self { message: $message.to_owned() }
            }
        }
    )*};
}

failures! {
    /// There is no source with this id.
    CrawlSourceNotFound = "there is no crawl source with this id";
    /// The source is switched off.
    CrawlSourceInactive = "this crawl source is switched off";
    /// Only administrators may let a source crawl private hosts.
    PrivateHostsNotAllowed = "only administrators may let a source crawl hosts that are not on the public internet";
    /// There is no run with this id.
    CrawlRunNotFound = "there is no crawl run with this id";
    /// The run has ended already.
    CrawlRunEnded = "this run has ended";
    /// The run is still going on.
    CrawlRunStillOpen = "this run is still going on";
    /// There is no such file or folder, or it is in the recycle bin.
    FileNotFound = "there is no such file or folder";
    /// There is no such folder.
    FolderNotFound = "there is no such folder";
    /// The folder has a file or folder of this name.
    FileNameTaken = "the folder has something of this name";
    /// A folder cannot be moved into itself, and folders cannot be nested more than 64 deep.
    InvalidMove = "a folder cannot be moved into itself or nested more than 64 deep";
    /// There is no upload with this id, or its time is over.
    UploadNotFound = "there is no upload with this id, or its time is over";
    /// The content has not arrived yet.
    UploadNotReceived = "the content has not arrived yet";
    /// The content that arrived is not the one that was meant; it may be sent again.
    UploadMismatch = "the content that arrived has another SHA-256; send it again";
}

/// The file is larger than allowed.
#[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
pub struct UploadTooLarge {
    /// What happened, for people.
    pub message: String,
    /// The most bytes that are taken.
    pub max_bytes: service::Long,
}

/// A file name that is not allowed.
#[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
pub struct InvalidFileName {
    /// Why it is not allowed, for people.
    pub message: String,
}

impl From<&str> for InvalidFileName {
    fn from(message: &str) -> Self {
        Self { message: message.to_owned() }
    }
}

/// Something in the description of a source is not allowed.
#[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
pub struct InvalidCrawlSource {
    /// The field of the input.
    pub field: String,
    /// What is wrong with it, for people.
    pub message: String,
}

/// Another run of the source is still going on.
#[derive(SimpleObject)]
pub struct CrawlAlreadyRunning {
    /// The other run.
    pub run: CrawlRun,
}

/// Turns a refusal of the store into the member of a payload union.
pub fn refusal<P>(refused: Refused) -> P
where
    P: From<FileNotFound> + From<FolderNotFound> + From<FileNameTaken> + From<InvalidMove>,
{
    match refused {
        Refused::NoFile => FileNotFound::default().into(),
        Refused::NoFolder => FolderNotFound::default().into(),
        Refused::NameTaken => FileNameTaken::default().into(),
        Refused::TooDeep => InvalidMove::default().into(),
    }
}
