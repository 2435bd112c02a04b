//! Values bound to statements and read from rows.

use std::sync::Arc;

use sqlx::mysql::{MySqlArguments, MySqlRow, MySqlTypeInfo};
use sqlx::{AssertSqlSafe, Column as _, Row as _, TypeInfo as _, ValueRef as _};

use super::super::{Row, Value};
use crate::{Result, StoreError};

pub(super) fn bound(sql: &str, args: &[Value]) -> sqlx::query::Query<'static, sqlx::MySql, MySqlArguments> {
    // The text is made by our own code; whatever comes from users is bound.
    let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    args.iter().fold(query, |query, value| match value {
        Value::Null => query.bind(None::<i64>),
        Value::Int(value) => query.bind(*value),
        Value::Real(value) => query.bind(*value),
        Value::Text(value) => query.bind(value.clone()),
        Value::Blob(value) => query.bind(value.clone()),
    })
}

pub(super) fn rows_of(rows: &[MySqlRow]) -> Result<Vec<Row>> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let columns: Arc<[String]> = first.columns().iter().map(|column| column.name().to_owned()).collect();
    let row = |row: &MySqlRow| {
        let values = (0..columns.len()).map(|column| value_of(row, column)).collect::<Result<_>>();
        values.map(|values| Row::new(Arc::clone(&columns), values))
    };
    rows.iter().map(row).collect()
}

fn value_of(row: &MySqlRow, column: usize) -> Result<Value> {
    let unreadable = |error: sqlx::Error| StoreError::Internal(format!("reading a column: {error}"));
    let raw = row.try_get_raw(column).map_err(unreadable)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().into_owned();
    Ok(match kind.name() {
        "DOUBLE" => Value::Real(row.try_get_unchecked(column).map_err(unreadable)?),
        "FLOAT" => Value::Real(row.try_get_unchecked::<f32, _>(column).map_err(unreadable)?.into()),
        "DECIMAL" => number(row.try_get_unchecked(column).map_err(unreadable)?)?,
        name if name.ends_with("UNSIGNED") => {
            let value: u64 = row.try_get_unchecked(column).map_err(unreadable)?;
            let too_large = |_| StoreError::Internal(format!("{value} is larger than an integer"));
            Value::Int(i64::try_from(value).map_err(too_large)?)
        }
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => {
            Value::Int(row.try_get_unchecked(column).map_err(unreadable)?)
        }
        _ if is_text(&kind) => Value::Text(row.try_get_unchecked(column).map_err(unreadable)?),
        _ => Value::Blob(row.try_get_unchecked(column).map_err(unreadable)?),
    })
}

/// By its character set: columns that compare bytes are called binary whether they hold text or bytes.
fn is_text(kind: &MySqlTypeInfo) -> bool {
    <str as sqlx::Type<sqlx::MySql>>::compatible(kind)
}

/// Sums of integers are decimals without a fraction.
fn number(text: &str) -> Result<Value> {
    let wrong = |_| StoreError::Internal(format!("{text} is no number"));
    match text.parse() {
        Ok(whole) => Ok(Value::Int(whole)),
        Err(_) => text.parse().map(Value::Real).map_err(wrong),
    }
}
