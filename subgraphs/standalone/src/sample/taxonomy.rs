//! The sample category tree and code tables.

use super::{DAY, NOW, id};

/// A sample category.
#[derive(Clone, Debug)]
pub struct Category {
    /// Its id.
    pub id: String,
    /// A short stable name, e.g. `climate-energy`.
    pub slug: &'static str,
    /// The parent's slug; `None` at the top.
    pub parent: Option<&'static str>,
    /// Its Korean name.
    pub name_ko: &'static str,
    /// Its English name.
    pub name_en: &'static str,
    /// Its place among its siblings.
    pub position: i64,
}

const CATEGORIES: [(&str, Option<&str>, &str, &str); 22] = [
    ("science-technology", None, "과학기술", "Science and technology"),
    ("artificial-intelligence", Some("science-technology"), "인공지능", "Artificial intelligence"),
    ("semiconductors", Some("science-technology"), "반도체", "Semiconductors"),
    ("space", Some("science-technology"), "우주", "Space"),
    ("environment", None, "환경", "Environment"),
    ("climate-energy", Some("environment"), "기후·에너지", "Climate and energy"),
    ("circular-economy", Some("environment"), "자원순환", "Circular economy"),
    ("labour", None, "노동", "Labour"),
    ("employment", Some("labour"), "고용", "Employment"),
    ("working-hours", Some("labour"), "근로시간", "Working hours"),
    ("welfare", None, "복지", "Welfare"),
    ("low-fertility", Some("welfare"), "저출생·고령화", "Low fertility and ageing"),
    ("pensions", Some("welfare"), "연금", "Pensions"),
    ("public-health", Some("welfare"), "공중보건", "Public health"),
    ("education", None, "교육", "Education"),
    ("higher-education", Some("education"), "고등교육", "Higher education"),
    ("economy", None, "경제", "Economy"),
    ("trade", Some("economy"), "통상", "Trade"),
    ("public-finance", Some("economy"), "재정", "Public finance"),
    ("housing", None, "주거", "Housing"),
    ("regional-development", Some("housing"), "지역균형발전", "Balanced regional development"),
    ("digital-government", Some("science-technology"), "디지털정부", "Digital government"),
];

/// All sample categories; a parent comes before its children.
pub fn categories() -> Vec<Category> {
    CATEGORIES
        .iter()
        .enumerate()
        .map(|(index, &(slug, parent, name_ko, name_en))| Category {
            id: id("category", index as u64, NOW - 500 * DAY),
            slug,
            parent,
            name_ko,
            name_en,
            position: index as i64,
        })
        .collect()
}

/// The sample code tables: table slug, Korean and English name, and codes as (code, Korean label, English label).
pub type CodeTable =
    (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str, &'static str)]);

/// All sample code tables.
pub const CODE_TABLES: [CodeTable; 3] = [
    (
        "policy-stage",
        "정책 단계",
        "Policy stage",
        &[
            ("agenda", "의제 설정", "Agenda setting"),
            ("consultation", "의견 수렴", "Consultation"),
            ("decision", "결정", "Decision"),
            ("implementation", "집행", "Implementation"),
            ("evaluation", "평가", "Evaluation"),
        ],
    ),
    (
        "risk-level",
        "위험 수준",
        "Risk level",
        &[("low", "낮음", "Low"), ("medium", "보통", "Medium"), ("high", "높음", "High")],
    ),
    ("language", "언어", "Language", &[("ko", "한국어", "Korean"), ("en", "영어", "English")]),
];
