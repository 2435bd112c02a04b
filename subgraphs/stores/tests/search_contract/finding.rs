//! What is found, in which order of worth, and what is shown of it.

use stores::search::{Collection, IndexedDocument, SearchFilter, SearchRequest};
use unicode_normalization::UnicodeNormalization;

use super::corpus::{day, documents};
use super::{Opened, everything, ids, sorted_ids, words};

pub async fn all_words_must_be_there_in_any_field(opened: Opened) {
    let opened = opened.filled().await;
    let all: Vec<String> = documents().into_iter().map(|document| document.id).collect();
    let mut all: Vec<&str> = all.iter().map(String::as_str).collect();
    all.sort_unstable();
    let cases: &[(&str, &[&str])] = &[
        ("", &all),
        ("   ", &all),
        ("예산안", &["p1", "s1"]),
        ("예산", &["j1", "p1", "p4", "s1"]),
        ("국가예산안", &["p1"]),
        ("국가 예산안", &["p1"]),
        ("예산 국회", &["j1", "p1", "p4"]),
        ("예산 국회 인공지능", &["j1"]),
        ("산예", &[]),
        ("가안", &[]),
        ("budget", &["j2", "p3"]),
        ("BUDGET bill", &["p3"]),
        ("budget deep", &["j2"]),
        ("budg", &[]),
        ("bill budget debate", &[]),
        ("기술", &["s2"]),
        ("ai", &["s2"]),
        ("ＡＩ", &["s2"]),
        ("2026", &["p1", "p3"]),
        ("2026년", &["p1"]),
        ("R&D", &["s3"]),
        ("憲法", &["j3"]),
        ("大韓民國", &["j3"]),
        ("韓國", &[]),
        ("쌀", &["j3"]),
        ("법", &["j3", "p1", "p2"]),
        ("party-funding", &["s3"]),
        ("!!!", &[]),
        ("예산 없는말", &[]),
    ];
    for (text, expected) in cases {
        let result = opened.search(&words(text)).await;
        assert_eq!(sorted_ids(&result), *expected, "{text:?}");
        assert_eq!(result.total, expected.len() as u64, "{text:?}");
        assert!(!result.has_next_page);
    }
}

pub async fn text_is_never_query_syntax(opened: Opened) {
    let opened = opened.filled().await;
    let budget = sorted_ids(&opened.search(&words("예산안")).await).join(" ");
    for text in [
        "\"예산안\"",
        "(예산안",
        "+예산안",
        "예산안*",
        "-예산안",
        "예산안~",
        "예산안^",
        "[예산안",
        "{\"예산안\"}",
    ] {
        let result = opened.search(&words(text)).await;
        assert_eq!(sorted_ids(&result).join(" "), budget, "{text:?}");
    }
    for text in [
        "title:예산안",
        "예산안 OR budget",
        "NOT 예산안",
        "예산안~9",
        "예산안^9",
        "예산안 && budget",
        "id:p1",
        "*",
        "p*",
        "_exists_:id",
    ] {
        assert_eq!(opened.search(&words(text)).await.total, 0, "{text:?}");
    }
    assert_eq!(opened.search(&words(&"예산안 ".repeat(3000))).await.total, 2);
}

pub async fn filters_narrow_and_combine(opened: Opened) {
    let opened = opened.filled().await;
    let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let filter = SearchFilter::default;
    let cases: Vec<(&str, SearchFilter, &[&str])> = vec![
        ("", SearchFilter { category_ids: list(&["politics"]), ..filter() }, &["p1", "p2", "p3", "p4"]),
        ("", SearchFilter { category_ids: list(&["assembly", "deepfake"]), ..filter() }, &["p1", "p3", "s2"]),
        ("", SearchFilter { organization_ids: list(&["nrf", "kcc"]), ..filter() }, &["j1", "j2", "s1", "s2"]),
        ("", SearchFilter { keywords: list(&["지방선거"]), ..filter() }, &["p4", "s2"]),
        ("", SearchFilter { keywords: list(&["지방"]), ..filter() }, &[]),
        ("", SearchFilter { keywords: list(&["National Assembly"]), ..filter() }, &["p3"]),
        ("", SearchFilter { languages: list(&["en"]), ..filter() }, &["j2", "p3", "s3"]),
        ("예산", SearchFilter { keywords: list(&["국회"]), ..filter() }, &["j1", "p1"]),
        (
            "예산",
            SearchFilter { organization_ids: list(&["kcc"]), languages: list(&["ko"]), ..filter() },
            &["s1"],
        ),
        ("", SearchFilter { published_from: Some(day(2026, 1, 5)), ..filter() }, &["p2", "p4", "s2"]),
        ("", SearchFilter { published_before: Some(day(2025, 3, 15)), ..filter() }, &["j3", "s3"]),
        (
            "",
            SearchFilter {
                published_from: Some(day(2025, 12, 2)),
                published_before: Some(day(2025, 12, 3)),
                ..filter()
            },
            &["p1", "p3"],
        ),
        (
            "",
            SearchFilter {
                published_from: Some(day(2026, 3, 1)),
                published_before: Some(day(2026, 1, 1)),
                ..filter()
            },
            &[],
        ),
        ("", SearchFilter { category_ids: list(&["nobody"]), ..filter() }, &[]),
    ];
    for (text, filter, expected) in cases {
        let request = SearchRequest { filter: filter.clone(), ..words(text) };
        assert_eq!(sorted_ids(&opened.search(&request).await), expected, "{text:?} {filter:?}");
    }
    for (collections, expected) in [
        (vec![Collection::Screening], vec!["s1"]),
        (vec![Collection::Project, Collection::Politica], vec!["j1", "p1", "p4"]),
        (Collection::ALL.to_vec(), vec!["j1", "p1", "p4", "s1"]),
    ] {
        let request = SearchRequest { collections: collections.clone(), ..words("예산") };
        let result = opened.search(&request).await;
        assert_eq!(sorted_ids(&result), expected, "{collections:?}");
        assert!(result.hits.iter().all(|hit| collections.contains(&hit.collection)));
    }
}

pub async fn a_find_in_the_title_is_worth_most(opened: Opened) {
    let template = documents().remove(0);
    let filler = "다른 이야기를 길게 적는다. ".repeat(5);
    let fields = [("d-title", 0), ("c-keyword", 1), ("b-summary", 2), ("a-body", 3), ("e-none", 4)];
    let text = |here: bool| if here { "해양수산부 발표".to_owned() } else { filler.clone() };
    let documents: Vec<_> = fields
        .into_iter()
        .map(|(id, field)| stores::search::IndexedDocument {
            id: id.to_owned(),
            title: text(field == 0),
            keywords: vec![text(field == 1)],
            summary: text(field == 2),
            body: text(field == 3),
            ..template.clone()
        })
        .collect();
    opened.writer.put(&documents).await.unwrap();
    let result = opened.search(&words("해양수산부")).await;
    assert_eq!(ids(&result), ["d-title", "c-keyword", "b-summary", "a-body"]);
    let scores: Vec<f64> = result.hits.iter().map(|hit| hit.score.unwrap()).collect();
    assert!(scores.windows(2).all(|pair| pair[0] > pair[1]), "{scores:?}");
}

pub async fn highlights_are_ranges_of_what_was_searched(opened: Opened) {
    let opened = opened.filled().await;
    type Field = (&'static str, &'static [&'static str]);
    let cases: &[(&str, &str, &[Field])] = &[
        ("예산안", "p1", &[("title", &["예산안"]), ("summary", &["예산안"]), ("body", &["예산안"])]),
        ("예산", "p4", &[("body", &["예산"])]),
        ("국회 예산", "j1", &[("summary", &["국회"]), ("body", &["예산"])]),
        ("BUDGET", "p3", &[("title", &["budget"]), ("summary", &["budget"]), ("body", &["budget"])]),
        ("AI", "s2", &[("title", &["AI"]), ("body", &["ＡＩ"])]),
    ];
    for (text, id, expected) in cases {
        let result = opened.search(&SearchRequest { highlight: true, ..words(text) }).await;
        let hit = result.hits.iter().find(|hit| hit.id == *id).unwrap();
        let found: Vec<(&str, Vec<String>)> = hit
            .highlights
            .iter()
            .map(|highlight| {
                let letters: Vec<char> = highlight.fragment.chars().collect();
                let range = |range: &(usize, usize)| letters[range.0..range.1].iter().collect();
                assert!(highlight.ranges.windows(2).all(|pair| pair[0].1 <= pair[1].0));
                (highlight.field, highlight.ranges.iter().map(range).collect())
            })
            .collect();
        let expected: Vec<(&str, Vec<String>)> = expected
            .iter()
            .map(|(field, ranges)| (*field, ranges.iter().map(|range| (*range).to_owned()).collect()))
            .collect();
        assert_eq!(found, expected, "{text:?} in {id}");
    }
    for request in [words("예산"), SearchRequest { highlight: true, ..everything() }] {
        assert!(opened.search(&request).await.hits.iter().all(|hit| hit.highlights.is_empty()));
    }
}

pub async fn suggestions_begin_like_what_is_typed(opened: Opened) {
    let opened = opened.filled().await;
    let assembly = "National Assembly passes budget bill";
    let cases: &[(&str, &[&str])] = &[
        ("국", &["2026년 국가예산안 국회 본회의 통과"]),
        ("국가예", &["2026년 국가예산안 국회 본회의 통과"]),
        ("국가예산안 국", &["2026년 국가예산안 국회 본회의 통과"]),
        ("예산", &["허위정보 점검: 예산안 관련 게시물"]),
        ("정", &["정당법 개정안 발의", "인공지능 기반 정책 분석 연구"]),
        ("deep", &["Deep learning for policy analysis"]),
        ("nat", &[assembly]),
        ("NATIONAL asse", &[assembly]),
        ("national assembly passes budget b", &[assembly]),
        ("bud", &[assembly]),
        ("udget", &[]),
        ("", &[]),
        ("!?", &[]),
        ("*", &[]),
    ];
    for (prefix, expected) in cases {
        assert_eq!(opened.reader.suggest(&[], prefix, 5).await.unwrap(), *expected, "{prefix:?}");
    }
    assert_eq!(
        opened.reader.suggest(&[Collection::Project], "정", 5).await.unwrap(),
        ["인공지능 기반 정책 분석 연구"]
    );
    assert_eq!(opened.reader.suggest(&[], "정", 1).await.unwrap(), ["정당법 개정안 발의"]);
    let twin = stores::search::IndexedDocument { id: "p9".to_owned(), ..documents().remove(1) };
    opened.writer.put(&[twin]).await.unwrap();
    assert_eq!(opened.reader.suggest(&[], "정당", 5).await.unwrap(), ["정당법 개정안 발의"]);
}

pub async fn similar_documents_share_telling_words(opened: Opened) {
    let opened = opened.filled().await;
    for (id, expected_first) in [("p1", "s1"), ("p3", "j2"), ("j2", "p3"), ("j1", "p1")] {
        let hits = opened.reader.similar(id, 3).await.unwrap();
        assert!(hits.iter().all(|hit| hit.id != id));
        assert!(hits.len() <= 3);
        assert!(hits.iter().any(|hit| hit.id == expected_first), "{id}: {hits:?}");
        assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
    }
    assert!(opened.reader.similar("nobody", 3).await.unwrap().is_empty());
    assert_eq!(opened.reader.similar("p1", 1).await.unwrap().len(), 1);
}

/// The texts of the ranges of a highlight.
fn shown(highlight: &stores::search::Highlight) -> Vec<String> {
    let letters: Vec<char> = highlight.fragment.chars().collect();
    highlight.ranges.iter().map(|range| letters[range.0..range.1].iter().collect()).collect()
}

pub async fn decomposed_hangul_is_found_and_finds(opened: Opened) {
    let jamo = |text: &str| text.nfd().collect::<String>();
    let template = documents().remove(0);
    let composed = IndexedDocument {
        id: "composed".to_owned(),
        title: "해양수산부 예산".to_owned(),
        ..template.clone()
    };
    let decomposed =
        IndexedDocument { id: "decomposed".to_owned(), title: jamo("해양수산부 예산"), ..template };
    opened.writer.put(&[composed, decomposed]).await.unwrap();
    for text in ["해양수산부".to_owned(), jamo("해양수산부"), jamo("산")] {
        let found = opened.search(&SearchRequest { highlight: true, ..words(&text) }).await;
        assert_eq!(sorted_ids(&found), ["composed", "decomposed"], "{text:?}");
        for hit in &found.hits {
            let title = hit.highlights.iter().find(|highlight| highlight.field == "title").map(shown);
            let title = title
                .unwrap_or_default()
                .iter()
                .map(|text| text.nfc().collect::<String>())
                .collect::<Vec<_>>();
            assert!(title.contains(&text.nfc().collect()) || text.nfc().eq("산".chars()), "{title:?}");
        }
    }
    assert_eq!(opened.reader.suggest(&[], &jamo("해양"), 5).await.unwrap(), ["해양수산부 예산"]);
}

pub async fn text_that_looks_like_markup_is_shown_as_it_is(opened: Opened) {
    let title = "<em>예산</em> \u{e000}예산\u{e001} & <b>\"결산\"</b> @@em@@";
    let document = IndexedDocument { title: title.to_owned(), ..documents().remove(0) };
    opened.writer.put(&[document]).await.unwrap();
    let found = opened.search(&SearchRequest { highlight: true, ..words("예산 결산 em") }).await;
    let highlight = found.hits[0].highlights.iter().find(|highlight| highlight.field == "title").unwrap();
    assert_eq!(highlight.fragment, title);
    assert_eq!(shown(highlight), ["em", "예산", "em", "예산", "결산", "em"]);
}

pub async fn one_letter_is_shown_alone(opened: Opened) {
    let opened = opened.filled().await;
    let found = opened.search(&SearchRequest { highlight: true, ..words("법") }).await;
    let hit = found.hits.iter().find(|hit| hit.id == "p2").unwrap();
    for highlight in &hit.highlights {
        assert!(shown(highlight).iter().all(|text| text == "법"), "{highlight:?}");
    }
    assert!(!hit.highlights.is_empty());
}
