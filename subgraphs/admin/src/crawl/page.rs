//! An HTML page to a document: title, text, summary, date, author, language and links.

use std::sync::LazyLock;

use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use url::Url;

use super::{dates, language, nesting, scope, text};

/// What is read from a page.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Page {
    /// The title.
    pub title: String,
    /// The text of the main content, one line per block.
    pub body: String,
    /// The page's own description.
    pub summary: Option<String>,
    /// When it was published (microseconds).
    pub published_at: Option<i64>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Its language (BCP 47 primary language), `und` when it cannot be told.
    pub language: String,
    /// Normalized links, in order, each once.
    pub links: Vec<Url>,
    /// The page asks not to be indexed.
    pub no_index: bool,
}

/// Compiles a selector that is part of this file.
macro_rules! selector {
    ($name:ident, $css:literal) => {
        static $name: LazyLock<Option<Selector>> = LazyLock::new(|| Selector::parse($css).ok());
    };
}

selector!(META, "meta");
selector!(BASE, "base[href]");
selector!(HTML, "html");
selector!(TITLE, "title");
selector!(HEADING, "h1");
selector!(LINKS, "a[href], area[href], link[rel=next][href]");
selector!(JSON_LD, "script[type=\"application/ld+json\"]");
selector!(TIMES, "article time[datetime], main time[datetime], time[datetime], [itemprop=datePublished]");
selector!(AUTHORS, "[itemprop=author], [rel=author], .author, .writer, .byline");
selector!(CONTENT, "article, main, [role=main], #content, #contents, .view_cont, .board_view, .article_body");

fn select<'a>(
    html: &'a Html,
    selector: &'static LazyLock<Option<Selector>>,
) -> impl Iterator<Item = ElementRef<'a>> {
    selector.as_ref().into_iter().flat_map(|selector| html.select(selector))
}

/// Reads a page found at `url`; `None` when it is nested so deeply that parsing it would take quadratic time.
pub fn read(source: &str, url: &Url) -> Option<Page> {
    if nesting::depth(source) > nesting::MAX_DEPTH {
        return None;
    }
    let html = Html::parse_document(source);
    let metas = Metas::new(&html);
    let linked = LinkedData::new(&html);
    let body = main_text(&html);
    let robots = metas.get(&["robots"]).unwrap_or_default().to_ascii_lowercase();
    let forbids =
        |word: &str| robots.split(',').any(|part| matches!(part.trim(), "none") || part.trim() == word);
    Some(Page {
        title: title(&html, &metas, url),
        summary: metas.get(&["og:description", "description", "dc.description"]),
        published_at: published_at(&html, &metas, &linked, &body),
        author: author(&html, &metas, &linked, &body),
        language: declared_language(&html, &metas).unwrap_or_else(|| language::detect(&body)),
        links: if forbids("nofollow") { Vec::new() } else { links(&html, url) },
        no_index: forbids("noindex"),
        body,
    })
}

/// `<meta name=… | property=… | itemprop=… content=…>`.
struct Metas(Vec<(String, String)>);

impl Metas {
    fn new(html: &Html) -> Self {
        let read = |element: ElementRef<'_>| {
            let name =
                ["property", "name", "itemprop", "http-equiv"].iter().find_map(|key| element.attr(key))?;
            let content = text::line(element.attr("content")?);
            (!content.is_empty()).then(|| (name.trim().to_ascii_lowercase(), content))
        };
        Self(select(html, &META).filter_map(read).collect())
    }

    /// The first of `names` that the page has.
    fn get(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
    }
}

/// What schema.org data in the page says.
struct LinkedData(Vec<Value>);

impl LinkedData {
    fn new(html: &Html) -> Self {
        let blocks = select(html, &JSON_LD)
            .filter_map(|script| serde_json::from_str(&script.text().collect::<String>()).ok());
        Self(blocks.take(8).collect())
    }

    fn find<T>(&self, key: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|block| {
            let nodes = match block {
                Value::Array(nodes) => nodes.as_slice(),
                Value::Object(object) => match object.get("@graph") {
                    Some(Value::Array(nodes)) => nodes.as_slice(),
                    _ => std::slice::from_ref(block),
                },
                _ => return None,
            };
            nodes.iter().filter_map(|node| node.get(key)).find_map(&read)
        })
    }
}

/// The site's name often fills `<title>`, so a single heading comes first.
fn title(html: &Html, metas: &Metas, url: &Url) -> String {
    let text_of = |element: ElementRef<'_>| text::line(&element.text().collect::<String>());
    let headings: Vec<String> =
        select(html, &HEADING).map(text_of).filter(|heading| !heading.is_empty()).take(2).collect();
    metas
        .get(&["og:title", "dc.title"])
        .or_else(|| if let [only] = headings.as_slice() { Some(only.clone()) } else { None })
        .or_else(|| select(html, &TITLE).map(text_of).find(|title| !title.is_empty()))
        .or_else(|| headings.first().cloned())
        .map(|title| text::shorten(&title, 300))
        .unwrap_or_else(|| text::name_of(url))
}

const DATE_METAS: [&str; 9] = [
    "article:published_time",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "pubdate",
    "publishdate",
    "og:published_time",
    "dc.date",
    "date",
];
const DATE_LABELS: [&str; 8] =
    ["등록일", "작성일", "게시일", "발행일", "입력", "published", "posted", "date:"];
const AUTHOR_LABELS: [&str; 4] = ["작성자", "글쓴이", "담당자", "by:"];

fn published_at(html: &Html, metas: &Metas, linked: &LinkedData, body: &str) -> Option<i64> {
    let from_time = |element: ElementRef<'_>| {
        let attribute = element.attr("datetime").or_else(|| element.attr("content")).and_then(dates::parse);
        attribute.or_else(|| dates::parse(&element.text().collect::<String>()))
    };
    DATE_METAS
        .iter()
        .find_map(|name| metas.get(&[name]).and_then(|value| dates::parse(&value)))
        .or_else(|| linked.find("datePublished", |value| dates::parse(value.as_str()?)))
        .or_else(|| select(html, &TIMES).find_map(from_time))
        .or_else(|| labelled(body, &DATE_LABELS).and_then(|line| dates::parse(&line)))
}

fn author(html: &Html, metas: &Metas, linked: &LinkedData, body: &str) -> Option<String> {
    let name = |value: &Value| match value {
        Value::Array(authors) => {
            authors.first().and_then(|first| first.get("name").unwrap_or(first).as_str().map(str::to_owned))
        }
        other => other.get("name").unwrap_or(other).as_str().map(str::to_owned),
    };
    metas
        .get(&["author", "article:author", "dc.creator", "dcterms.creator"])
        .or_else(|| linked.find("author", name))
        .or_else(|| select(html, &AUTHORS).map(|element| element.text().collect::<String>()).next())
        .or_else(|| {
            let value = labelled(body, &AUTHOR_LABELS)?;
            value.split([',', '|', '·', '/']).next().map(str::to_owned)
        })
        .map(|author| text::shorten(&text::line(&author), 100))
        .filter(|author| !author.is_empty() && !author.starts_with("http"))
}

/// What follows a label such as `등록일 :` on a short line near the top or the end of the text.
fn labelled(body: &str, labels: &[&str]) -> Option<String> {
    let lines = || body.lines().filter(|line| line.chars().count() < 160);
    lines().take(40).enumerate().find_map(|(index, line)| {
        let lower = line.to_lowercase();
        labels.iter().find_map(|label| {
            let at = lower.find(label)?;
            let rest = lower.get(at + label.len()..)?.trim_start_matches([' ', ':', '：', '|']);
            let original = line.get(line.len().checked_sub(rest.len())?..).unwrap_or(rest);
            if original.is_empty() {
                lines().nth(index + 1).map(str::to_owned)
            } else {
                Some(original.to_owned())
            }
        })
    })
}

fn declared_language(html: &Html, metas: &Metas) -> Option<String> {
    let attribute =
        select(html, &HTML).find_map(|element| element.attr("lang").or_else(|| element.attr("xml:lang")));
    attribute
        .map(str::to_owned)
        .or_else(|| metas.get(&["content-language", "dc.language"]))
        .and_then(|tag| language::primary(&tag))
}

/// The first content element that holds a fair part of the page's text, otherwise the whole body.
fn main_text(html: &Html) -> String {
    let whole = text::of_element(html.root_element());
    let enough = (whole.chars().count() / 4).min(200);
    select(html, &CONTENT)
        .map(text::of_element)
        .find(|part| !part.is_empty() && part.chars().count() >= enough)
        .unwrap_or(whole)
}

fn links(html: &Html, url: &Url) -> Vec<Url> {
    let base = select(html, &BASE)
        .find_map(|element| url.join(element.attr("href")?).ok())
        .unwrap_or_else(|| url.clone());
    let mut seen = std::collections::HashSet::new();
    select(html, &LINKS)
        .filter(|element| !element.attr("rel").unwrap_or_default().to_ascii_lowercase().contains("nofollow"))
        .filter_map(|element| scope::normalize(&base, element.attr("href")?))
        .filter(|link| seen.insert(link.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(source: &str) -> Page {
        read(source, &Url::parse("https://example.org/board/view?id=7").unwrap()).unwrap()
    }

    #[test]
    fn a_korean_board_page_is_read() {
        let page = page(
            "<html><head><title>기획예산처 누리집</title><meta name=description content=' 내년  예산 요약 '></head><body>
            <nav><a href='/'>홈</a> <a href='list?page=2&utm_source=x#a'>목록</a></nav>
            <div id=contents><h1>2027년 예산안 발표</h1><ul><li>작성자 : 예산총괄과</li><li>등록일 : 2026년 3월 2일 14:05</li></ul>
            <p>정부는 내년도 예산안을<br>발표하였다.</p><p>세부&nbsp;내용은 <b>붙임</b>을 참고.</p><a href='/files/a.pdf'>붙임.pdf</a>
            <a rel='external nofollow' href='/skip'>x</a></div>
            <script>var x='등록일 2001-01-01'</script><footer>저작권</footer></body></html>",
        );
        assert_eq!(page.title, "2027년 예산안 발표");
        assert_eq!(page.summary.as_deref(), Some("내년 예산 요약"));
        assert_eq!(page.author.as_deref(), Some("예산총괄과"));
        assert_eq!(page.published_at, dates::parse("2026-03-02T14:05:00+09:00"));
        assert_eq!(page.language, "ko");
        let body = "2027년 예산안 발표\n작성자 : 예산총괄과\n등록일 : 2026년 3월 2일 14:05\n정부는 내년도 예산안을\n발표하였다.\n세부 내용은 붙임을 참고.\n붙임.pdf";
        assert!(page.body.starts_with(body), "{}", page.body);
        assert!(!page.body.contains("저작권") && !page.body.contains("var x") && !page.body.contains("목록"));
        let links: Vec<&str> = page.links.iter().map(Url::as_str).collect();
        assert_eq!(
            links,
            [
                "https://example.org/",
                "https://example.org/board/list?page=2",
                "https://example.org/files/a.pdf"
            ]
        );
    }

    #[test]
    fn metadata_comes_from_the_best_place_that_has_it() {
        let at = |text: &str| dates::parse(text);
        let cases = [
            (
                "<meta property='article:published_time' content='2026-01-02T00:00:00Z'><time datetime='2020-01-01'>",
                at("2026-01-02T00:00:00Z"),
            ),
            (
                "<script type='application/ld+json'>{\"@graph\":[{},{\"datePublished\":\"2026-01-03\"}]}</script>",
                at("2026-01-03"),
            ),
            (
                "<p>x</p><time datetime='2026-01-04T10:00:00+09:00'>4 Jan</time>",
                at("2026-01-04T10:00:00+09:00"),
            ),
            ("<time>2026.01.05</time><span itemprop=datePublished>2026.01.06</span>", at("2026-01-06")),
            ("<table><tr><th>게시일</th><td>2026.01.07</td></tr></table>", at("2026-01-07")),
            ("<p>Posted: January 8, 2026</p>", at("2026-01-08")),
            ("<p>In 2019 we started on 2019-01-01.</p>", None),
        ];
        for (source, expected) in cases {
            assert_eq!(page(source).published_at, expected, "{source}");
        }
        let author =
            page("<script type='application/ld+json'>{\"author\":[{\"name\":\"Kim Minji\"}]}</script>")
                .author;
        assert_eq!(author.as_deref(), Some("Kim Minji"));
        assert_eq!(page("<html lang=en-GB><p>정책</p>").language, "en");
        assert_eq!(
            page("<p>The committee published its annual report on public policy today.").language,
            "en"
        );
        assert_eq!(page("<p>1 2 3").language, "und");
        assert!(page("<meta name=robots content='NOINDEX, nofollow'><a href=x>").no_index);
        assert_eq!(page("<meta name=robots content=none><a href=x>y</a>").links, []);
        assert_eq!(page("").title, "view");
        assert_eq!(
            page("<base href='https://cdn.example/x/'><a href=y>").links[0].as_str(),
            "https://cdn.example/x/y"
        );
    }

    #[test]
    fn a_hostile_page_costs_little() {
        let url = Url::parse("https://example.org/").unwrap();
        assert_eq!(read(&"<div>".repeat(100_000), &url), None);
        let deep = format!("{}정책{}", "<div>".repeat(400), "</div>".repeat(400));
        assert_eq!(page(&deep).body, "정책");
        let wide = "<a href=x>정책 자료</a><p>".repeat(20_000);
        assert_eq!(page(&wide).links.len(), 1);
        assert_eq!(page(&"</b><p>".repeat(20_000)).body, "");
    }
}
