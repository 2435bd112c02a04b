//! Rows of an answer, the same whichever engine gave them.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::Value;
use crate::{Result, StoreError};

/// One row of an answer, read by column name.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    pub(super) fn new(columns: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { columns, values }
    }

    /// An integer.
    pub fn int(&self, column: &str) -> Result<i64> {
        required(column, self.opt_int(column)?)
    }

    /// An integer or NULL.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(*value)),
            other => Err(unexpected(column, "an integer", other)),
        }
    }

    /// A floating point number; integers are taken as well.
    pub fn real(&self, column: &str) -> Result<f64> {
        required(column, self.opt_real(column)?)
    }

    /// A floating point number or NULL.
    pub fn opt_real(&self, column: &str) -> Result<Option<f64>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Real(value) => Ok(Some(*value)),
            #[expect(
                clippy::cast_precision_loss,
                reason = "a column of reals holds whole numbers below 2^53"
            )]
            Value::Int(value) => Ok(Some(*value as f64)),
            other => Err(unexpected(column, "a number", other)),
        }
    }

    /// Text.
    pub fn text(&self, column: &str) -> Result<String> {
        required(column, self.opt_text(column)?)
    }

    /// Text or NULL.
    pub fn opt_text(&self, column: &str) -> Result<Option<String>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value.clone())),
            other => Err(unexpected(column, "text", other)),
        }
    }

    /// A boolean, stored as 0 or 1.
    pub fn boolean(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// Bytes.
    pub fn blob(&self, column: &str) -> Result<Vec<u8>> {
        required(column, self.opt_blob(column)?)
    }

    /// Bytes or NULL.
    pub fn opt_blob(&self, column: &str) -> Result<Option<Vec<u8>>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Blob(value) => Ok(Some(value.clone())),
            other => Err(unexpected(column, "bytes", other)),
        }
    }

    /// A value out of JSON text.
    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.text(column)?).map_err(|error| {
            StoreError::Internal(format!("column {column} is not the expected JSON: {error}"))
        })
    }

    fn value(&self, column: &str) -> Result<&Value> {
        let position = self.columns.iter().position(|name| name == column);
        position
            .and_then(|position| self.values.get(position))
            .ok_or_else(|| StoreError::Internal(format!("the answer has no column {column}")))
    }
}

fn required<T>(column: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| StoreError::Internal(format!("column {column} is NULL")))
}

fn unexpected(column: &str, wanted: &str, found: &Value) -> StoreError {
    let found = match found {
        Value::Null => "NULL",
        Value::Int(_) => "an integer",
        Value::Real(_) => "a real",
        Value::Text(_) => "text",
        Value::Blob(_) => "bytes",
    };
    StoreError::Internal(format!("column {column} holds {found}, not {wanted}"))
}
