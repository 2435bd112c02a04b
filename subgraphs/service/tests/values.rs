//! Roles, scalars, cursors and page sizes.

use async_graphql::{ScalarType, Value};
use service::page::{decode_cursor, encode_cursor};
use service::{DateTime, Long, PageArgs, Role};

#[test]
fn an_administrator_may_all_that_people_may_and_a_program_nothing_of_it() {
    use Role::{Administrator, Operator, Reader, Service};
    let includes =
        |have: Role| [Reader, Operator, Administrator, Service].map(|wanted| have.includes(wanted));
    assert_eq!(includes(Reader), [true, false, false, false]);
    assert_eq!(includes(Operator), [true, true, false, false]);
    assert_eq!(includes(Administrator), [true, true, true, false]);
    assert_eq!(includes(Service), [false, false, false, true]);
    assert_eq!(Role::from_name("Administrator"), None);
}

#[test]
fn a_moment_is_read_in_any_zone_and_written_in_utc() {
    let cases = [
        ("2026-03-01T09:30:00+09:00", Some("2026-03-01T00:30:00Z")),
        ("2026-03-01T00:30:00.123456Z", Some("2026-03-01T00:30:00.123456Z")),
        ("1969-12-31T23:59:59Z", Some("1969-12-31T23:59:59Z")),
        ("2026-03-01", None),
        ("2026-02-30T00:00:00Z", None),
        ("", None),
    ];
    for (text, wanted) in cases {
        let read = <DateTime as ScalarType>::parse(Value::from(text)).ok();
        assert_eq!(read.map(DateTime::to_text).as_deref(), wanted, "{text}");
    }
    assert!(<DateTime as ScalarType>::parse(Value::from(0)).is_err());
}

#[test]
fn a_long_has_64_bits_and_is_never_rounded() {
    let read = |json: &str| {
        let value = Value::from_json(serde_json::from_str(json).unwrap()).unwrap();
        <Long as ScalarType>::parse(value).ok().map(|long| long.0)
    };
    for (json, wanted) in [
        ("9223372036854775807", Some(i64::MAX)),
        ("\"-9223372036854775808\"", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("1.5", None),
        ("1.0", None),
        ("\"1e3\"", None),
        ("true", None),
    ] {
        assert_eq!(read(json), wanted, "{json}");
    }
}

#[test]
fn page_sizes_are_capped_and_cursors_are_opaque_and_checked() {
    let first =
        |first| PageArgs::<String>::new(first, None).map(|page| page.first).map_err(|error| error.code);
    assert_eq!([first(None), first(Some(0)), first(Some(100))], [Ok(20), Ok(0), Ok(100)]);
    assert_eq!(first(Some(101)), Err("PAGE_SIZE_TOO_LARGE"));
    assert_eq!(first(Some(i32::MAX)), Err("PAGE_SIZE_TOO_LARGE"));
    assert_eq!(first(Some(-1)), Err("PAGE_SIZE_NEGATIVE"));

    let key = (1_790_000_000_000_000_i64, "문서/1".to_string());
    let cursor = encode_cursor(&key);
    assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    assert_eq!(decode_cursor::<(i64, String)>(&cursor).unwrap(), key);
    let other_list = encode_cursor(&"text");
    for wrong in ["", "!", "e30", &other_list, &cursor[1..]] {
        assert_eq!(decode_cursor::<(i64, String)>(wrong).unwrap_err().code, "INVALID_CURSOR", "{wrong}");
    }
}
