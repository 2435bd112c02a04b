//! The language of a text, as a BCP 47 primary language.

/// What is said when the language cannot be told.
pub const UNKNOWN: &str = "und";

/// Languages by what the detector calls them, and their two-letter codes.
const CODES: [(&str, &str); 18] = [
    ("kor", "ko"),
    ("eng", "en"),
    ("jpn", "ja"),
    ("cmn", "zh"),
    ("deu", "de"),
    ("fra", "fr"),
    ("spa", "es"),
    ("rus", "ru"),
    ("por", "pt"),
    ("ita", "it"),
    ("nld", "nl"),
    ("vie", "vi"),
    ("tha", "th"),
    ("ind", "id"),
    ("ara", "ar"),
    ("tur", "tr"),
    ("pol", "pl"),
    ("ukr", "uk"),
];

/// How much of a text is looked at.
const WINDOW: usize = 4_000;

/// Tells the language of a text. Any noticeable share of Hangul means Korean: Korean pages quote English freely.
pub fn detect(text: &str) -> String {
    let window: String = text.chars().take(WINDOW).collect();
    let letters = window.chars().filter(|c| c.is_alphabetic()).count();
    let hangul = window.chars().filter(|c| ('가'..='힣').contains(c)).count();
    if letters > 0 && hangul * 5 >= letters {
        return "ko".to_owned();
    }
    let found = whatlang::detect(&window).map(|info| info.lang().code());
    found
        .and_then(|code| CODES.iter().find(|(name, _)| *name == code))
        .map_or(UNKNOWN, |(_, code)| *code)
        .to_owned()
}

/// The primary language of a tag such as `ko-KR`; `None` when it is no language tag.
pub fn primary(tag: &str) -> Option<String> {
    let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    let primary =
        CODES.iter().find(|(name, _)| *name == primary).map_or(primary.as_str(), |(_, code)| code).to_owned();
    let valid = (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_lowercase());
    (valid && primary != UNKNOWN).then_some(primary)
}
