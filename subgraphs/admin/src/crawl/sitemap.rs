//! Sitemaps (sitemaps.org): lists of pages, and lists of such lists.

use quick_xml::Reader;
use quick_xml::events::Event;
use url::Url;

use super::scope;

/// A sitemap may list 50,000 URLs; more are not read.
const MAX_ENTRIES: usize = 50_000;

/// The normalized URLs of a sitemap or sitemap index; `None` when the text is neither. A sitemap cut off in the middle gives
/// what it had.
pub fn read(text: &str, url: &Url) -> Option<Vec<Url>> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
    reader.config_mut().check_end_names = false;
    let mut root_seen = false;
    let mut location: Option<String> = None;
    let mut found = Vec::new();
    while found.len() < MAX_ENTRIES {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                let name = tag.local_name();
                if !root_seen {
                    root_seen = true;
                    if !matches!(name.as_ref(), b"urlset" | b"sitemapindex") {
                        return None;
                    }
                }
                location = (name.as_ref() == b"loc" && is_plain(tag.name().as_ref())).then(String::new);
            }
            Ok(Event::Text(part)) => append(&mut location, part.decode().ok().as_deref()),
            Ok(Event::CData(part)) => append(&mut location, part.decode().ok().as_deref()),
            Ok(Event::GeneralRef(entity)) => {
                append(&mut location, resolve(&entity.decode().unwrap_or_default()).as_deref())
            }
            Ok(Event::End(_)) => found.extend(location.take().and_then(|link| scope::normalize(url, &link))),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    root_seen.then_some(found)
}

/// `image:loc` and `video:…` are not pages.
fn is_plain(name: &[u8]) -> bool {
    !name.contains(&b':') || name == b"sm:loc"
}

fn append(location: &mut Option<String>, part: Option<&str>) {
    if let (Some(location), Some(part)) = (location, part) {
        location.push_str(part);
    }
}

/// The five entities of XML and numeric references; nothing that could expand.
fn resolve(name: &str) -> Option<String> {
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some(character.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sitemaps_and_indexes_are_read() {
        let url = Url::parse("https://example.org/sitemap.xml").unwrap();
        let links = |text: &str| {
            read(text, &url).map(|links| links.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let set = "\u{feff}<?xml version='1.0' encoding='UTF-8'?>\n<!-- x --><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:image='x'>
            <url><loc> https://example.org/a?x=1&amp;y=2 </loc><lastmod>2026-01-01</lastmod><image:image><image:loc>https://example.org/i.png</image:loc></image:image></url>
            <url><loc><![CDATA[https://example.org/b]]></loc></url><url><loc>/c&#x3d;d</loc></url><url><loc>mailto:x</loc></url></urlset>";
        assert_eq!(
            links(set).unwrap(),
            ["https://example.org/a?x=1&y=2", "https://example.org/b", "https://example.org/c=d"]
        );
        let index = "<sitemapindex><sitemap><loc>https://example.org/s1.xml</loc></sitemap></sitemapindex>";
        assert_eq!(links(index).unwrap(), ["https://example.org/s1.xml"]);
        assert_eq!(links("<urlset><url><loc>/a</loc></url><url><lo").unwrap(), ["https://example.org/a"]);
        for other in ["<html><body>", "<rss><loc>/a</loc></rss>", "", "not xml", "<?xml version='1.0'?>"] {
            assert_eq!(links(other), None, "{other}");
        }
        let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><urlset><url><loc>/&b;</loc></url></urlset>";
        assert_eq!(links(bomb).unwrap(), ["https://example.org/"]);
    }
}
