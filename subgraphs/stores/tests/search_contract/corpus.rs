//! A few documents, Korean and English, over the three collections.

use stores::search::{Collection, IndexedDocument};

/// Midnight UTC of a day.
pub fn day(year: i32, month: u32, day: u32) -> i64 {
    let date = chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap();
    date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros()
}

struct Source {
    id: &'static str,
    title: &'static str,
    summary: &'static str,
    body: &'static str,
    published_at: i64,
    categories: &'static [&'static str],
    organization: Option<&'static str>,
    keywords: &'static [&'static str],
}

fn politica() -> [Source; 4] {
    [
        Source {
            id: "p1",
            title: "2026년 국가예산안 국회 본회의 통과",
            summary: "국회는 총 728조 원 규모의 예산안을 의결했다.",
            body: "여야는 법정 시한을 앞두고 국가예산안에 합의했다. 보건 복지 예산이 가장 크게 늘었다.",
            published_at: day(2025, 12, 2),
            categories: &["politics", "assembly"],
            organization: Some("moef"),
            keywords: &["예산", "국회"],
        },
        Source {
            id: "p2",
            title: "정당법 개정안 발의",
            summary: "지구당 부활을 담은 법률 개정안이 발의됐다.",
            body: "이 법의 취지는 정당 활동의 자유를 넓히는 데 있다. 국회 정치개혁특별위원회가 심의한다.",
            published_at: day(2026, 1, 5),
            categories: &["politics", "parties"],
            organization: Some("assembly"),
            keywords: &["정당법", "국회"],
        },
        Source {
            id: "p3",
            title: "National Assembly passes budget bill",
            summary: "Lawmakers approved a record budget for 2026.",
            body: "The budget bill passed after weeks of talks between the parties. Health spending grows most.",
            published_at: day(2025, 12, 2),
            categories: &["politics", "assembly"],
            organization: Some("moef"),
            keywords: &["budget", "National Assembly"],
        },
        Source {
            id: "p4",
            title: "지방선거 제도 개편 논의",
            summary: "",
            body: "중대선거구제 도입을 두고 예산 부담과 대표성 논쟁이 이어진다. 국회가 안을 낸다.",
            published_at: day(2026, 2, 10),
            categories: &["politics", "elections"],
            organization: None,
            keywords: &["지방선거"],
        },
    ]
}

fn screening() -> [Source; 3] {
    [
        Source {
            id: "s1",
            title: "허위정보 점검: 예산안 관련 게시물",
            summary: "예산안이 부결됐다는 게시물은 사실이 아니다.",
            body: "검토 결과 해당 게시물은 2024년 기사를 잘라 만든 것이다.",
            published_at: day(2025, 12, 3),
            categories: &["media"],
            organization: Some("kcc"),
            keywords: &["허위정보", "예산"],
        },
        Source {
            id: "s2",
            title: "AI기술로 만든 선거 딥페이크 영상 판별",
            summary: "Deepfake clips target the local election.",
            body: "ＡＩ 생성 영상의 확산 경로를 분석했다.",
            published_at: day(2026, 2, 11),
            categories: &["media", "deepfake"],
            organization: Some("kcc"),
            keywords: &["딥페이크", "AI", "지방선거"],
        },
        Source {
            id: "s3",
            title: "Screening report: party funding claims",
            summary: "Claims about party funding were checked against filings.",
            body: "No evidence supports the claims. The report cites R&D subsidies by mistake.",
            published_at: day(2024, 6, 30),
            categories: &["media"],
            organization: None,
            keywords: &["party funding"],
        },
    ]
}

fn project() -> [Source; 3] {
    [
        Source {
            id: "j1",
            title: "인공지능 기반 정책 분석 연구",
            summary: "국회 회의록을 분석하는 인공지능 연구 과제.",
            body: "예산 심의 과정의 발언을 기계학습으로 분류한다.",
            published_at: day(2025, 3, 15),
            categories: &["research"],
            organization: Some("nrf"),
            keywords: &["인공지능", "국회"],
        },
        Source {
            id: "j2",
            title: "Deep learning for policy analysis",
            summary: "A research project on minutes of the National Assembly.",
            body: "The project classifies speeches of the budget debate by machine learning.",
            published_at: day(2025, 3, 15),
            categories: &["research"],
            organization: Some("nrf"),
            keywords: &["machine learning", "budget"],
        },
        Source {
            id: "j3",
            title: "大韓民國 憲法 연구",
            summary: "헌법재판소 결정례 연구.",
            body: "다룬 것은 憲法의 역사와 쌀 시장 개방이다.",
            published_at: day(2023, 7, 17),
            categories: &["research", "law"],
            organization: None,
            keywords: &["헌법"],
        },
    ]
}

pub fn documents() -> Vec<IndexedDocument> {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let document = |source: Source| IndexedDocument {
        id: source.id.to_owned(),
        collection: match &source.id[..1] {
            "p" => Collection::Politica,
            "s" => Collection::Screening,
            _ => Collection::Project,
        },
        version: 10,
        title: source.title.to_owned(),
        summary: source.summary.to_owned(),
        body: source.body.to_owned(),
        language: if source.title.is_ascii() { "en" } else { "ko" }.to_owned(),
        published_at: source.published_at,
        category_ids: owned(source.categories),
        organization_id: source.organization.map(str::to_owned),
        keywords: owned(source.keywords),
    };
    politica().into_iter().chain(screening()).chain(project()).map(document).collect()
}
