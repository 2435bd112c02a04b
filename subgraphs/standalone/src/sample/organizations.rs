//! The sample organizations: ministries, institutes and committees that issue documents.

use super::{DAY, NOW, id};

/// A sample organization.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// A short stable name.
    pub slug: &'static str,
    /// Its Korean name.
    pub name_ko: &'static str,
    /// Its English name.
    pub name_en: &'static str,
    /// `ministry`, `institute`, `assembly`, `international`.
    pub kind: &'static str,
    /// Its home page.
    pub homepage: String,
}

const ORGANIZATIONS: [(&str, &str, &str, &str); 14] = [
    ("msit", "과학기술정보통신부", "Ministry of Science and ICT", "ministry"),
    ("me", "환경부", "Ministry of Environment", "ministry"),
    ("moel", "고용노동부", "Ministry of Employment and Labor", "ministry"),
    ("mohw", "보건복지부", "Ministry of Health and Welfare", "ministry"),
    ("moe", "교육부", "Ministry of Education", "ministry"),
    ("motie", "산업통상자원부", "Ministry of Trade, Industry and Energy", "ministry"),
    ("molit", "국토교통부", "Ministry of Land, Infrastructure and Transport", "ministry"),
    ("moef", "기획재정부", "Ministry of Economy and Finance", "ministry"),
    ("nars", "국회입법조사처", "National Assembly Research Service", "assembly"),
    ("nabo", "국회예산정책처", "National Assembly Budget Office", "assembly"),
    ("kdi", "한국개발연구원", "Korea Development Institute", "institute"),
    ("stepi", "과학기술정책연구원", "Science and Technology Policy Institute", "institute"),
    ("kei", "한국환경연구원", "Korea Environment Institute", "institute"),
    ("oecd", "경제협력개발기구", "OECD", "international"),
];

/// All sample organizations.
pub fn organizations() -> Vec<Organization> {
    ORGANIZATIONS
        .iter()
        .enumerate()
        .map(|(index, &(slug, name_ko, name_en, kind))| Organization {
            id: id("organization", index as u64, NOW - 500 * DAY),
            slug,
            name_ko,
            name_en,
            kind,
            homepage: format!("https://{slug}.example/"),
        })
        .collect()
}
