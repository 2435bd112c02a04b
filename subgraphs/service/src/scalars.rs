//! The scalars that all servers share: `DateTime` and `Long`.

use async_graphql::{InputValueError, InputValueResult, Number, Scalar, ScalarType, Value};
use chrono::{SecondsFormat, TimeZone, Utc};

/// A moment, held as microseconds since 1970 (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(pub i64);

/// A moment as RFC 3339 text in UTC, for example 2026-03-01T09:30:00Z.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(moment) => Ok(Self(moment.timestamp_micros())),
            Err(_) => {
                Err(InputValueError::custom("a DateTime is RFC 3339 text such as 2026-03-01T09:30:00Z"))
            }
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_text())
    }
}

impl DateTime {
    /// RFC 3339 text in UTC with as many decimals of a second as needed.
    pub fn to_text(self) -> String {
        let moment = Utc.timestamp_micros(self.0).single();
        moment.map(|moment| moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)).unwrap_or_default()
    }
}

/// A whole number of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Long(pub i64);

/// A whole number of 64 bits, written as a JSON number; decimal text is accepted in variables too.
#[Scalar(name = "Long")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        number.map(Self).ok_or_else(|| InputValueError::custom("a Long is a whole number of 64 bits"))
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::from(self.0))
    }
}
