//! What kind of thing a response is: what it says it is, checked against its first bytes.

use url::Url;

/// Kinds that a crawl handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An HTML page.
    Html,
    /// XML; a sitemap or nothing for us.
    Xml,
    /// Plain text: a document of its own.
    Text,
    /// PDF: stored as an original.
    Pdf,
    /// Hancom word processor files (HWP, HWPX): stored as originals.
    Hwp,
}

impl Kind {
    /// The media type that the stored file has.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html",
            Self::Xml => "application/xml",
            Self::Text => "text/plain",
            Self::Pdf => "application/pdf",
            Self::Hwp => "application/x-hwp",
        }
    }

    /// The extension that the stored file's name gets.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Xml => "xml",
            Self::Text => "txt",
            Self::Pdf => "pdf",
            Self::Hwp => "hwp",
        }
    }
}

/// What a response with this header at this URL may be, before its body is read; `None` is not for us.
pub fn announced(content_type: &str, url: &Url) -> Option<Kind> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "text/html" | "application/xhtml+xml" => Some(Kind::Html),
        "application/xml" | "text/xml" => Some(Kind::Xml),
        "text/plain" => Some(by_extension(url).unwrap_or(Kind::Text)),
        "application/pdf" | "application/x-pdf" => Some(Kind::Pdf),
        ""
        | "application/octet-stream"
        | "application/download"
        | "application/x-download"
        | "binary/octet-stream"
        | "application/zip"
        | "application/x-msdownload" => by_extension(url),
        other if other.contains("hwp") || other.contains("hancom") || other.contains("haansoft") => {
            Some(Kind::Hwp)
        }
        _ => None,
    }
}

fn by_extension(url: &Url) -> Option<Kind> {
    let path = url.path().to_ascii_lowercase();
    let (_, extension) = path.rsplit_once('.')?;
    match extension {
        "html" | "htm" => Some(Kind::Html),
        "txt" => Some(Kind::Text),
        "pdf" => Some(Kind::Pdf),
        "hwp" | "hwpx" => Some(Kind::Hwp),
        "xml" => Some(Kind::Xml),
        _ => None,
    }
}

/// Whether the body begins as its kind must: an error page sent as `application/pdf` is no PDF.
pub fn confirmed(kind: Kind, body: &[u8]) -> bool {
    match kind {
        Kind::Pdf => body[..body.len().min(1_024)].windows(5).any(|part| part == b"%PDF-"),
        Kind::Hwp => {
            body.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
                || body.starts_with(b"PK\x03\x04")
                || body.starts_with(b"HWP Document File")
        }
        Kind::Html | Kind::Xml | Kind::Text => !body[..body.len().min(1_024)].contains(&0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_announced_and_confirmed() {
        let cases = [
            ("text/html; charset=euc-kr", "/x", Some(Kind::Html)),
            ("application/octet-stream", "/a/보고서.HWP", Some(Kind::Hwp)),
            ("application/x-hwp", "/download?id=1", Some(Kind::Hwp)),
            ("application/haansofthwp", "/x", Some(Kind::Hwp)),
            ("application/pdf", "/x", Some(Kind::Pdf)),
            ("", "/x.pdf", Some(Kind::Pdf)),
            ("text/plain", "/x.hwp", Some(Kind::Hwp)),
            ("text/plain; charset=cp949", "/x", Some(Kind::Text)),
            ("text/xml", "/sitemap.xml", Some(Kind::Xml)),
            ("image/png", "/x.pdf", None),
            ("application/octet-stream", "/setup.exe", None),
            ("video/mp4", "/v", None),
        ];
        for (content_type, path, expected) in cases {
            let url = Url::parse(&format!("http://example.org{path}")).unwrap();
            assert_eq!(announced(content_type, &url), expected, "{content_type} {path}");
        }
        assert!(confirmed(Kind::Pdf, b"\n%PDF-1.7") && !confirmed(Kind::Pdf, b"<html>login first"));
        assert!(confirmed(Kind::Hwp, b"PK\x03\x04rest") && !confirmed(Kind::Hwp, b"<html>"));
        assert!(confirmed(Kind::Html, b"") && !confirmed(Kind::Text, b"MZ\0\0"));
    }
}
