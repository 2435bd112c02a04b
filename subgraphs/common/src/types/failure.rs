//! Expected failures of mutations, as data. Each says in `message` what happened, in plain English.

use async_graphql::{ID, SimpleObject};

use super::bookmark::Bookmark;
use super::reindex::Reindex;
use super::saved_search::SavedSearch;

/// Some fields of the input are not acceptable.
#[derive(SimpleObject)]
pub struct InvalidFields {
    /// What happened.
    pub message: String,
    /// One entry for each problem.
    pub problems: Vec<FieldProblem>,
}

impl InvalidFields {
    fn new(problems: Vec<FieldProblem>) -> Self {
        Self { message: "some fields are not acceptable".to_owned(), problems }
    }

    /// A single problem.
    pub fn one(field: &str, message: &str) -> Self {
        Self::new(vec![FieldProblem { field: field.to_owned(), message: message.to_owned() }])
    }
}

/// What is wrong with a field of the input.
#[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field, e.g. keywords.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

macro_rules! failures {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? } $text:literal)*) => {
        $(
            $(#[$doc])*
            #[derive(SimpleObject)]
            pub struct $name {
                /// What happened.
                pub message: String,
                $($(#[$field_doc])* pub $field: $type,)*
            }

            impl $name {
                /// With the usual text.
                pub fn new($($field: $type),*) -> Self {
                    Self { message: $text.to_owned(), $($field),* }
                }
            }
        )*
    };
}

failures! {
    /// There is no such document.
    DocumentNotFound {
        /// The id that was given.
        document_id: ID,
    } "there is no such document"

    /// The document was deleted and is not taken in again.
    DocumentWasDeleted {
        /// The deleted document.
        document_id: ID,
    } "this document was deleted"

    /// The idempotency key was used for another request.
    IdempotencyConflict {
        /// The document of that other request.
        document_id: ID,
    } "this idempotency key was used for another request"

    /// There is no such category.
    CategoryNotFound {
        /// The id that was given.
        category_id: ID,
    } "there is no such category"

    /// The category still has documents or categories below it.
    CategoryInUse {
        /// The category.
        category_id: ID,
    } "the category still has documents or categories below it"

    /// The category would be below itself, or the tree would be too deep.
    CategoryCannotMove {
        /// The category.
        category_id: ID,
    } "a category cannot be below itself, and the tree has at most ten levels"

    /// There is no such organization.
    OrganizationNotFound {
        /// The id that was given.
        organization_id: ID,
    } "there is no such organization"

    /// The organization has still documents.
    OrganizationInUse {
        /// The organization.
        organization_id: ID,
    } "the organization still has documents"

    /// There is no such code table.
    CodeTableNotFound {
        /// The name that was given.
        name: String,
    } "there is no such code table"

    /// There is no such code in the table.
    CodeNotFound {
        /// The value that was given.
        value: String,
    } "there is no such code in the table"

    /// The slug is taken by another one.
    SlugTaken {
        /// The slug that was given.
        slug: String,
    } "this slug is taken"

    /// The user has no such bookmark.
    BookmarkNotFound {
        /// The id that was given.
        bookmark_id: ID,
    } "you have no such bookmark"

    /// The user has a bookmark of this document.
    BookmarkExists {
        /// The bookmark that is there.
        bookmark: Bookmark,
    } "you have a bookmark of this document"

    /// The user has no such saved search.
    SavedSearchNotFound {
        /// The id that was given.
        saved_search_id: ID,
    } "you have no such saved search"

    /// The user has a saved search of this name.
    SavedSearchNameTaken {
        /// The saved search that is there.
        saved_search: SavedSearch,
    } "you have a saved search of this name"

    /// There are as many of these as there may be.
    LimitReached {
        /// The most that there may be.
        limit: i32,
    } "there are as many of these as there may be"

    /// The collection's index is being rebuilt already.
    ReindexAlreadyRunning {
        /// The rebuild that is under way.
        reindex: Reindex,
    } "this index is being rebuilt already"
}

/// Collects what is wrong with an input.
#[derive(Default)]
pub struct Problems(Vec<FieldProblem>);

impl Problems {
    /// Notes a problem unless `fine`.
    pub fn check(&mut self, fine: bool, field: &str, message: impl Into<String>) {
        if !fine {
            self.0.push(FieldProblem { field: field.to_owned(), message: message.into() });
        }
    }

    /// Checks a text: not blank, at most `most` characters, no control characters but line breaks and tabs.
    pub fn text(&mut self, field: &str, text: &str, most: usize) {
        self.check(!text.trim().is_empty(), field, "must not be blank");
        self.optional_text(field, text, most);
    }

    /// As `text`, but it may be empty.
    pub fn optional_text(&mut self, field: &str, text: &str, most: usize) {
        self.check(text.chars().count() <= most, field, format!("must not have more than {most} characters"));
        let strange = text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        self.check(!strange, field, "must not have control characters");
    }

    /// Checks a slug: lower case letters, digits and single hyphens, 1 to 64 characters.
    pub fn slug(&mut self, field: &str, slug: &str) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let whole = !slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--");
        let fine = (1..=64).contains(&slug.len()) && slug.chars().all(plain) && whole;
        self.check(fine, field, "must be 1 to 64 lower case letters, digits and single hyphens");
    }

    /// Checks an address: http or https, at most 2,000 characters, no blanks.
    pub fn address(&mut self, field: &str, address: &str) {
        let web = address.starts_with("http://") || address.starts_with("https://");
        let plain = !address.chars().any(|c| c.is_whitespace() || c.is_control());
        self.check(web && plain && address.len() <= 2_000, field, "must be an http or https address");
    }

    /// The failure, if anything is wrong.
    pub fn found(self) -> Option<InvalidFields> {
        (!self.0.is_empty()).then(|| InvalidFields::new(self.0))
    }
}
