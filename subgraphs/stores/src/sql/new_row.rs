//! A row to be written where it depends on what is there already.

use super::Value;

/// A row to be written: one value for each column. Names come from the code, never from users.
pub struct NewRow<'a> {
    /// The table.
    pub table: &'a str,
    /// Its columns.
    pub columns: &'a [&'a str],
    /// Their values, in the same order.
    pub values: &'a [Value],
}

#[cfg(feature = "mysql")]
impl NewRow<'_> {
    /// The value of a column; NULL if the row has no such column.
    pub(super) fn value(&self, column: &str) -> Value {
        let mut columns = self.columns.iter().zip(self.values);
        columns.find(|(name, _)| **name == column).map_or(Value::Null, |(_, value)| value.clone())
    }
}
