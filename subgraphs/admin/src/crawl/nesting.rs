//! How deeply a page is nested, told without parsing it: tree builders look through all open elements for many tags, so that
//! a page of nothing but `<div>` would cost them quadratic time.

/// Browsers stop nesting at this depth too.
pub const MAX_DEPTH: usize = 512;

/// Elements that have no end tag, or whose end tag is commonly left out and implied by the next one.
const NOT_NESTING: [&str; 36] = [
    "area", "base", "body", "br", "col", "colgroup", "dd", "dt", "embed", "frame", "head", "hr", "html",
    "img", "input", "keygen", "li", "link", "meta", "nobr", "optgroup", "option", "p", "param", "path", "rp",
    "rt", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
];

/// The largest number of elements open at once, roughly.
pub fn depth(source: &str) -> usize {
    let mut open = 0_usize;
    let mut deepest = 0;
    for tag in source.split('<').skip(1) {
        let (closes, rest) = tag.strip_prefix('/').map_or((false, tag), |rest| (true, rest));
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        if name.is_empty() || NOT_NESTING.contains(&name.as_str()) {
            continue;
        }
        open = if closes { open.saturating_sub(1) } else { open + 1 };
        deepest = deepest.max(open);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_elements_that_nest_count() {
        assert_eq!(depth("<html><body><div><p>a<p>b<br><img src=x><ul><li>1<li>2</ul></div></body>"), 2);
        assert_eq!(depth(&"<li>x".repeat(10_000)), 0);
        assert_eq!(depth(&"<div><span></span></div>".repeat(10_000)), 2);
        assert_eq!(depth(&"<DIV class=a>".repeat(1_000)), 1_000);
        assert_eq!(depth("a < b <= c </"), 0);
    }
}
