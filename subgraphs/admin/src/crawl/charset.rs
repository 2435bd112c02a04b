//! Bytes to text: the encoding a page declares in its byte order mark, its header, or its first kilobytes.

use encoding_rs::{EUC_KR, Encoding, UTF_8};

/// How far into a page its own declaration of an encoding is looked for.
const DECLARATION_WINDOW: usize = 4_096;

/// Decodes a body. `content_type` is the header's value.
pub fn decode(body: &[u8], content_type: &str) -> String {
    let encoding = from_header(content_type).or_else(|| declared(body)).unwrap_or_else(|| guessed(body));
    // A byte order mark wins over everything, as browsers do it.
    encoding.decode(body).0.into_owned()
}

fn from_header(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("charset") { label(value.trim()) } else { None }
    })
}

/// Korean sites also write names that the Encoding Standard does not list.
fn label(name: &str) -> Option<&'static Encoding> {
    let name = name.trim_matches(['"', '\'', ' ']);
    if ["cp949", "ms949", "uhc", "x-windows-949"].iter().any(|other| name.eq_ignore_ascii_case(other)) {
        return Some(EUC_KR);
    }
    Encoding::for_label(name.as_bytes())
}

/// `<meta charset=…>`, `<meta http-equiv=… content="…; charset=…">`, `<?xml encoding="…"?>`.
fn declared(body: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&body[..body.len().min(DECLARATION_WINDOW)]).to_ascii_lowercase();
    let xml = head.trim_start().strip_prefix("<?xml").and_then(|rest| {
        let declaration = rest.split("?>").next()?;
        value_after(declaration, "encoding")
    });
    xml.or_else(|| head.split("<meta").skip(1).find_map(|tag| value_after(tag.split('>').next()?, "charset")))
}

fn value_after(text: &str, name: &str) -> Option<&'static Encoding> {
    let rest = text.split_once(name)?.1.trim_start().strip_prefix('=')?.trim_start();
    let value = rest.trim_start_matches(['"', '\'']);
    label(value.split(['"', '\'', ' ', ';', '/', '?']).next()?)
}

/// Without a declaration: UTF-8 when it is valid, otherwise the encoding of old Korean pages.
fn guessed(body: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(body).is_ok() { UTF_8 } else { EUC_KR }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_pages_are_decoded_by_header_declaration_or_guess() {
        let korean = |declaration: &str| {
            let (bytes, _, lossy) = EUC_KR.encode("정책 뷁 보고서");
            assert!(!lossy);
            [declaration.as_bytes(), &bytes].concat()
        };
        let cases: [(Vec<u8>, &str); 10] = [
            (korean(""), "text/html; charset=EUC-KR"),
            (korean(""), "text/html;charset=\"ms949\""),
            (korean("<META CHARSET='euc-kr'>"), "text/html"),
            (
                korean("<meta http-equiv=Content-Type content=\"text/html; charset=ks_c_5601-1987\">"),
                "text/html",
            ),
            (korean("<?xml version=\"1.0\" encoding=\"CP949\"?>"), "application/xml"),
            (korean(""), "text/plain"),
            ("정책 뷁 보고서".as_bytes().to_vec(), "text/plain"),
            ("정책 뷁 보고서".as_bytes().to_vec(), "text/html; charset=utf-8"),
            ("\u{feff}정책 뷁 보고서".as_bytes().to_vec(), "text/html; charset=euc-kr"),
            ("정책 뷁 보고서".as_bytes().to_vec(), "text/html; charset=nonsense"),
        ];
        for (body, content_type) in cases {
            let text = decode(&body, content_type);
            assert!(text.ends_with("정책 뷁 보고서"), "{content_type}: {text}");
        }
    }
}
