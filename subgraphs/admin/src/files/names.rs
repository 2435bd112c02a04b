//! Which names files and folders may have. Names are only kept in the database, never used as paths; they are checked so that
//! they are safe wherever a client saves them.

use unicode_normalization::UnicodeNormalization as _;

/// The most bytes of a name; what file systems take.
const MAX_BYTES: usize = 255;

/// Names that mean devices on Windows, with or without an extension.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The name as it is kept (NFC, so that names that look the same are the same), or why it is not allowed.
pub fn check(name: &str) -> Result<String, &'static str> {
    let name: String = name.nfc().collect();
    let device = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let problem = if name.trim().is_empty() {
        "a name must not be empty"
    } else if name.len() > MAX_BYTES {
        "a name must not have more than 255 bytes"
    } else if name == "." || name == ".." {
        "a name must not point to another folder"
    } else if name.contains(['/', '\\']) {
        "a name must not contain slashes or backslashes"
    } else if name.chars().any(is_invisible) {
        "a name must not contain control characters or invisible characters"
    } else if name.contains(['<', '>', ':', '"', '|', '?', '*']) {
        "a name must not contain any of < > : \" | ? *"
    } else if name.starts_with(' ') || name.ends_with([' ', '.']) {
        "a name must not begin with a space or end with a space or a dot"
    } else if DEVICES.contains(&device.as_str()) {
        "this name is reserved"
    } else {
        return Ok(name);
    };
    Err(problem)
}

/// Control characters, and those that hide or reorder text.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}')
}

/// A name that is allowed, made from a text that may not be: for files that a crawl names.
pub fn made_from(text: &str, fallback: &str) -> String {
    let cleaned: String = text
        .nfc()
        .map(|c| if is_invisible(c) || "/\\<>:\"|?*".contains(c) { '-' } else { c })
        .scan(0, |bytes, c| {
            *bytes += c.len_utf8();
            (*bytes <= 120).then_some(c)
        })
        .collect();
    let cleaned = cleaned.trim_start().trim_end_matches([' ', '.']);
    check(cleaned).unwrap_or_else(|_| fallback.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_names_are_allowed() {
        let long = "가".repeat(86);
        let refused = [
            "",
            " ",
            ".",
            "..",
            "../x",
            "/etc/passwd",
            "a/b",
            "..\\x",
            "a\\b",
            "C:\\x",
            "a\0b",
            "a\nb",
            "a\rb",
            "a\tb",
            "\u{7f}",
            "a\u{202e}fdp.exe",
            "\u{200b}",
            "a\u{feff}b",
            "x.",
            "x ",
            " x",
            "...",
            "CON",
            "nul.txt",
            "Lpt1.tar.gz",
            "a?b",
            "a*",
            "a|b",
            "\"a\"",
            "<a>",
            "a:stream",
            &long,
        ];
        for name in refused {
            assert!(check(name).is_err(), "{name:?}");
        }
        for name in [
            "보고서 (최종).hwp",
            ".hidden",
            "a..b",
            "%2e%2e%2f",
            "-rf",
            "~",
            "it's; rm",
            "COM10",
            "console.log",
            "🙂.png",
        ] {
            assert_eq!(check(name).as_deref(), Ok(name));
        }
        assert_eq!(
            check("\u{1112}\u{1161}\u{11ab}.txt").as_deref(),
            Ok("한.txt"),
            "one spelling of each name"
        );
    }

    #[test]
    fn names_made_from_titles_are_allowed() {
        for text in
            ["../../etc", "a/b?c", "", "con", "제목: \"인용\"", &"정책".repeat(200), "\u{202e}x", "...."]
        {
            let name = made_from(text, "page");
            assert!(check(&name).is_ok(), "{text:?} -> {name:?}");
        }
        assert_eq!(made_from("2026년 예산: 요약", "page"), "2026년 예산- 요약");
    }
}
