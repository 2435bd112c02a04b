//! Which URLs belong to a source, and the one spelling of each URL that makes a page count once.

use url::Url;

/// The part of the web that a source covers: one host and port, and a path prefix.
#[derive(Clone, Debug)]
pub struct Scope {
    host: String,
    port: Option<u16>,
    path: String,
}

/// URLs longer than this are not followed.
const MAX_URL: usize = 1_000;

/// Query parameters that only say where a visitor came from.
const TRACKING: [&str; 8] =
    ["fbclid", "gclid", "dclid", "msclkid", "phpsessid", "jsessionid", "mc_cid", "mc_eid"];

impl Scope {
    /// The scope of a URL prefix such as `https://example.org/news/`.
    pub fn new(prefix: &Url) -> Self {
        Self {
            host: prefix.host_str().unwrap_or_default().to_owned(),
            port: unusual_port(prefix),
            path: prefix.path().to_owned(),
        }
    }

    /// Whether a URL belongs to the source. `http` and `https` of the same host are the same site.
    pub fn contains(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https")
            && url.host_str() == Some(self.host.as_str())
            && unusual_port(url) == self.port
            && url.path().starts_with(&self.path)
    }
}

fn unusual_port(url: &Url) -> Option<u16> {
    url.port().filter(|port| !matches!(port, 80 | 443))
}

/// The normalized form of a link found on `base`: absolute, without fragment, tracking parameters and session ids, with the
/// parameters in order. `None` when it is no link to a page (mailto, javascript, broken, too long).
pub fn normalize(base: &Url, link: &str) -> Option<Url> {
    let mut url = base.join(link.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    url.set_fragment(None);
    if let Some(at) = url.path().to_ascii_lowercase().find(";jsessionid=") {
        let path = url.path()[..at].to_owned();
        url.set_path(&path);
    }
    let mut pairs: Vec<&str> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_tracking(pair))
        .collect();
    pairs.sort_unstable();
    let query = pairs.join("&");
    url.set_query((!query.is_empty()).then_some(query.as_str()));
    (url.as_str().len() <= MAX_URL).then_some(url)
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with("utm_") || TRACKING.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_has_one_normal_spelling() {
        let base = Url::parse("https://Example.org:443/news/list?page=2").unwrap();
        let cases = [
            ("view?id=7#top", Some("https://example.org/news/view?id=7")),
            ("  ../a/./b/../c ", Some("https://example.org/a/c")),
            ("?b=2&a=1&utm_source=x&fbclid=y", Some("https://example.org/news/list?a=1&b=2")),
            ("/p;jsessionid=AB12?x=1", Some("https://example.org/p?x=1")),
            ("/정책/2026", Some("https://example.org/%EC%A0%95%EC%B1%85/2026")),
            ("//other.org/x", Some("https://other.org/x")),
            ("?", Some("https://example.org/news/list")),
            ("mailto:a@b.c", None),
            ("javascript:void(0)", None),
            ("http://[", None),
            ("tel:+82", None),
        ];
        for (link, expected) in cases {
            assert_eq!(normalize(&base, link).as_ref().map(Url::as_str), expected, "{link}");
        }
        assert_eq!(normalize(&base, &format!("/{}", "a".repeat(2_000))), None);
    }

    #[test]
    fn the_scope_is_host_port_and_prefix() {
        let scope = Scope::new(&Url::parse("http://example.org/news/").unwrap());
        for (url, inside) in [
            ("https://example.org/news/1", true),
            ("http://example.org/news/", true),
            ("http://example.org/newsletter", false),
            ("http://example.org/", false),
            ("http://www.example.org/news/1", false),
            ("http://example.org.evil.test/news/1", false),
            ("http://example.org:8080/news/1", false),
            ("ftp://example.org/news/1", false),
        ] {
            assert_eq!(scope.contains(&Url::parse(url).unwrap()), inside, "{url}");
        }
    }
}
