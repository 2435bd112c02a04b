//! The GraphQL types of this server, one file each.

pub mod category;
pub mod collection;
pub mod document;
pub mod document_filter;
pub mod document_list;
pub mod facets;
pub mod highlight;
pub mod organization;
pub mod policy_document;
pub mod project_document;
pub mod screening_document;
pub mod search_connection;
pub mod search_filter;
pub mod search_order;
