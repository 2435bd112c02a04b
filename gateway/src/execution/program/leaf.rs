//! What a scalar or enum of the public schema may be in an answer.

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use rustc_hash::FxHashSet;

/// The result coercion that a leaf type has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    Int,
    Float,
    String,
    Boolean,
    Id,
    /// Any JSON, passed on as it stands.
    Custom,
    /// The public values, with their quotes.
    Enum(FxHashSet<Vec<u8>>),
}

impl Leaf {
    pub fn of(schema: &Schema, name: &str) -> Leaf {
        match schema.types.get(name) {
            Some(ExtendedType::Enum(ty)) => {
                Leaf::Enum(ty.values.keys().map(|v| format!("\"{v}\"").into()).collect())
            }
            _ => match name {
                "Int" => Leaf::Int,
                "Float" => Leaf::Float,
                "String" => Leaf::String,
                "Boolean" => Leaf::Boolean,
                "ID" => Leaf::Id,
                _ => Leaf::Custom,
            },
        }
    }

    /// Writes a value that is well-formed JSON and not null; says whether it is one of this type.
    pub fn write(&self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let first = text.first().copied().unwrap_or_default();
        let is_string = first == b'"';
        let is_number = first == b'-' || first.is_ascii_digit();
        let is_right = match self {
            Leaf::Int => return is_number && write_int(text, out),
            Leaf::Id if is_number && is_integer(text) => {
                out.push(b'"');
                out.extend_from_slice(text);
                out.push(b'"');
                return true;
            }
            Leaf::String | Leaf::Id => is_string,
            Leaf::Float => is_number && is_finite(text),
            Leaf::Boolean => matches!(first, b't' | b'f'),
            Leaf::Enum(values) => values.contains(text),
            Leaf::Custom => true,
        };
        if is_right {
            out.extend_from_slice(text);
        }
        is_right
    }
}

/// A number that a double can hold, rounded; `1e400` is not one.
fn is_finite(text: &[u8]) -> bool {
    // Only an exponent or hundreds of digits lead out of the range.
    let is_small = text.len() < 300 && !text.iter().any(|byte| matches!(byte, b'e' | b'E'));
    is_small || std::str::from_utf8(text).is_ok_and(|text| text.parse().is_ok_and(f64::is_finite))
}

fn is_integer(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')
}

/// 32 bits; a number like `1.0` or `1e3` is the integer that it equals.
fn write_int(text: &[u8], out: &mut Vec<u8>) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    if text.parse::<i32>().is_ok() {
        out.extend_from_slice(text.as_bytes());
        return true;
    }
    match text.parse::<f64>() {
        Ok(number)
            if number.fract() == 0.0 && number >= f64::from(i32::MIN) && number <= f64::from(i32::MAX) =>
        {
            out.extend_from_slice((number as i32).to_string().as_bytes());
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_coercion_table() {
        let colours = || Leaf::Enum([b"\"RED\"".to_vec()].into_iter().collect());
        let cases = [
            (Leaf::Int, "2147483647", Some("2147483647")),
            (Leaf::Int, "-2147483648", Some("-2147483648")),
            (Leaf::Int, "2147483648", None),
            (Leaf::Int, "1.0", Some("1")),
            (Leaf::Int, "1e3", Some("1000")),
            (Leaf::Int, "1.5", None),
            (Leaf::Int, "\"1\"", None),
            (Leaf::Int, "123456789012345678901234567890", None),
            (Leaf::Float, "1", Some("1")),
            (Leaf::Float, "1.25e300", Some("1.25e300")),
            (Leaf::Float, "1.25e400", None),
            (Leaf::Float, "true", None),
            (Leaf::String, "\"a\\u0041\"", Some("\"a\\u0041\"")),
            (Leaf::String, "1", None),
            (Leaf::String, "{}", None),
            (Leaf::Boolean, "true", Some("true")),
            (Leaf::Boolean, "1", None),
            (Leaf::Id, "\"a\"", Some("\"a\"")),
            (Leaf::Id, "9007199254740993", Some("\"9007199254740993\"")),
            (Leaf::Id, "1.5", None),
            (Leaf::Custom, "{\"a\":[1.10]}", Some("{\"a\":[1.10]}")),
            (colours(), "\"RED\"", Some("\"RED\"")),
            (colours(), "\"SECRET\"", None),
            (colours(), "0", None),
        ];
        for (leaf, text, expected) in cases {
            let mut out = Vec::new();
            let is_right = leaf.write(text.as_bytes(), &mut out);
            let written = is_right.then(|| String::from_utf8(out).unwrap());
            assert_eq!(written.as_deref(), expected, "{leaf:?} {text}");
        }
    }
}
