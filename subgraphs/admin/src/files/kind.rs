//! What a content is, told from its first bytes and never from its name.

use std::sync::{Mutex, PoisonError};

/// How many bytes are enough to tell.
const WINDOW: usize = 512;

/// Keeps the first bytes of a content whose pieces go by.
pub fn keep_start(start: &Mutex<Vec<u8>>, piece: &[u8]) {
    let mut start = start.lock().unwrap_or_else(PoisonError::into_inner);
    let missing = WINDOW.saturating_sub(start.len());
    start.extend_from_slice(&piece[..piece.len().min(missing)]);
}

const SIGNATURES: [(&[u8], &str); 12] = [
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"HWP Document File", "application/x-hwp"),
    (b"\x00\x00\x00\x18ftyp", "video/mp4"),
    (b"ID3", "audio/mpeg"),
    (b"<?xml", "application/xml"),
];

/// The media type of a content that begins like this.
pub fn media_type(start: &[u8]) -> &'static str {
    if let Some((_, kind)) = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature)) {
        return kind;
    }
    let lower = start.to_ascii_lowercase();
    let lower = lower.trim_ascii_start();
    if [b"<!doctype html".as_slice(), b"<html", b"<script", b"<svg"].iter().any(|tag| lower.starts_with(tag))
    {
        return "text/html";
    }
    let text = match std::str::from_utf8(start) {
        Ok(_) => true,
        // The window may have cut a character in two.
        Err(error) => error.error_len().is_none(),
    };
    if text && !start.contains(&0) { "text/plain" } else { "application/octet-stream" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_what_it_is() {
        for (start, expected) in [
            (b"%PDF-1.7".as_slice(), "application/pdf"),
            (b"  <!DOCTYPE HTML><html>", "text/html"),
            (b"<svg onload=x>", "text/html"),
            (b"plain", "text/plain"),
            (b"", "text/plain"),
            (&"정책".as_bytes()[..4], "text/plain"),
            (b"MZ\x90\0", "application/octet-stream"),
            (b"\xff\xfe\x00", "application/octet-stream"),
        ] {
            assert_eq!(media_type(start), expected, "{start:?}");
        }
    }
}
