//! Lists as Relay connections: page size with a cap, opaque cursors, and one way to turn rows into a connection.

use async_graphql::connection::{
    Connection as RelayConnection, DefaultConnectionName, DefaultEdgeName, DisableNodesField, Edge,
    EmptyFields,
};
use async_graphql::{ObjectType, OutputType, SimpleObject};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ClientError;

/// How many items a page has if the client does not say.
pub const DEFAULT_FIRST: usize = 20;
/// The most items that a page may have.
pub const MAX_FIRST: usize = 100;

/// The connection of a list of `T`: `edges { cursor node }`, `pageInfo`, and the fields of `F`.
pub type Connection<T, F = EmptyFields> =
    RelayConnection<String, T, F, EmptyFields, DefaultConnectionName, DefaultEdgeName, DisableNodesField>;

/// For connections that can say how many items there are: `Connection<T, TotalCount>`.
#[derive(SimpleObject, Clone, Copy, Debug, PartialEq, Eq)]
pub struct TotalCount {
    /// How many items the whole list has, over all pages.
    pub total_count: i32,
}

impl TotalCount {
    /// Counts beyond what GraphQL's Int can say are cut to its largest value.
    pub fn new(count: impl TryInto<i32>) -> Self {
        Self { total_count: count.try_into().unwrap_or(i32::MAX) }
    }
}

/// The checked arguments of a list field. `C` is what a cursor means: the sort key of the last item seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageArgs<C> {
    /// How many items to answer; between 0 and the cap.
    pub first: usize,
    /// Continue after this item.
    pub after: Option<C>,
}

impl<C: Serialize + DeserializeOwned> PageArgs<C> {
    /// Checks `first` and `after`; codes PAGE_SIZE_TOO_LARGE, PAGE_SIZE_NEGATIVE and INVALID_CURSOR.
    pub fn new(first: Option<i32>, after: Option<String>) -> Result<Self, ClientError> {
        let first = match first {
            None => DEFAULT_FIRST,
            Some(asked) => usize::try_from(asked)
                .map_err(|_| ClientError::new("PAGE_SIZE_NEGATIVE", "`first` must not be negative"))?,
        };
        if first > MAX_FIRST {
            let message = format!("`first` is {first}; the most is {MAX_FIRST}");
            return Err(ClientError::new("PAGE_SIZE_TOO_LARGE", message));
        }
        Ok(Self { first, after: after.as_deref().map(decode_cursor).transpose()? })
    }

    /// What to put behind LIMIT: one more than asked, which tells whether there is a next page.
    pub fn limit(&self) -> i64 {
        i64::try_from(self.first).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// Makes the connection of `limit()` rows or fewer.
    pub fn connection<R, T: OutputType>(
        &self,
        rows: Vec<R>,
        cursor: impl Fn(&R) -> C,
        node: impl Fn(R) -> T,
    ) -> Connection<T> {
        self.connection_with(rows, EmptyFields, cursor, node)
    }

    /// As `connection`, with additional fields such as `TotalCount`.
    pub fn connection_with<R, T: OutputType, F: ObjectType>(
        &self,
        mut rows: Vec<R>,
        fields: F,
        cursor: impl Fn(&R) -> C,
        node: impl Fn(R) -> T,
    ) -> Connection<T, F> {
        let has_next = rows.len() > self.first;
        rows.truncate(self.first);
        let mut connection = Connection::with_additional_fields(self.after.is_some(), has_next, fields);
        connection.edges.extend(rows.into_iter().map(|row| {
            let text = encode_cursor(&cursor(&row));
            Edge::new(text, node(row))
        }));
        connection
    }
}

/// Makes the opaque text of a cursor.
pub fn encode_cursor(value: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}

/// Reads a cursor that `encode_cursor` made; anything else is INVALID_CURSOR.
pub fn decode_cursor<C: DeserializeOwned>(text: &str) -> Result<C, ClientError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let value = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    value.ok_or_else(|| ClientError::new("INVALID_CURSOR", "`after` is not a cursor of this list"))
}
