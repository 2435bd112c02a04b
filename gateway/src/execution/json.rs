//! A reader over JSON text that hands out slices: values are checked for well-formedness and never converted.

use std::ops::Range;

/// The text is not JSON, or nests deeper than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A position in JSON text. The text must be valid UTF-8.
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    max_nesting: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a [u8], max_nesting: usize) -> Self {
        Scanner { text, at: 0, max_nesting }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    /// The same text once more from `at`, a position that this scanner had before.
    pub fn rewind(&mut self, at: usize) {
        self.at = at;
    }

    /// The next byte that is not white space; it is not consumed.
    pub fn peek(&mut self) -> Result<u8, Malformed> {
        while let Some(&byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Malformed)
    }

    /// Consumes `byte` and the white space before it.
    pub fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.peek()? != byte {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    /// Nothing but white space may follow.
    pub fn end(&mut self) -> Result<(), Malformed> {
        if self.peek().is_ok() { Err(Malformed) } else { Ok(()) }
    }

    /// Enters an object or a list: whether it has a first member.
    pub fn open(&mut self, open: u8, close: u8) -> Result<bool, Malformed> {
        self.expect(open)?;
        if self.peek()? == close {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// After a member: whether another follows.
    pub fn next(&mut self, close: u8) -> Result<bool, Malformed> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => Ok(true),
            _ if byte == close => Ok(false),
            _ => Err(Malformed),
        }
    }

    /// An object's key with its colon: the text between the quotes as it stands.
    pub fn key(&mut self) -> Result<&'a [u8], Malformed> {
        let range = self.string()?;
        self.expect(b':')?;
        self.text.get(range.start + 1..range.end - 1).ok_or(Malformed)
    }

    /// A string with its quotes.
    pub fn string(&mut self) -> Result<Range<usize>, Malformed> {
        self.expect(b'"')?;
        let start = self.at - 1;
        loop {
            self.at += plain_length(self.text.get(self.at..).ok_or(Malformed)?);
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(start..self.at);
                }
                Some(b'\\') => self.escape()?,
                Some(0x20..) => self.at += 1,
                _ => return Err(Malformed),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        self.at += match self.text.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => {
                let digits = self.text.get(self.at + 2..self.at + 6).ok_or(Malformed)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Malformed);
                }
                6
            }
            _ => return Err(Malformed),
        };
        Ok(())
    }

    /// Any value, skipped; a loop and no recursion, whatever the text.
    pub fn value(&mut self) -> Result<Range<usize>, Malformed> {
        let first = self.peek()?;
        let start = self.at;
        if !matches!(first, b'{' | b'[') {
            self.scalar(first)?;
            return Ok(start..self.at);
        }
        let mut open = Vec::new();
        loop {
            let byte = self.peek()?;
            let mut ended = true;
            if let b'{' | b'[' = byte {
                let close = if byte == b'{' { b'}' } else { b']' };
                if self.open(byte, close)? {
                    open.push(close);
                    ended = false;
                    if open.len() > self.max_nesting {
                        return Err(Malformed);
                    }
                }
            } else {
                self.scalar(byte)?;
            }
            if ended && !self.leave(&mut open)? {
                return Ok(start..self.at);
            }
            if open.last() == Some(&b'}') {
                self.key()?;
            }
        }
    }

    /// After a value inside `open`: closes what ends here; whether another member follows.
    fn leave(&mut self, open: &mut Vec<u8>) -> Result<bool, Malformed> {
        while let Some(&close) = open.last() {
            if self.next(close)? {
                return Ok(true);
            }
            open.pop();
        }
        Ok(false)
    }

    fn scalar(&mut self, first: u8) -> Result<(), Malformed> {
        match first {
            b'"' => self.string().map(drop),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => self.number(),
        }
    }

    pub fn literal(&mut self, literal: &[u8]) -> Result<(), Malformed> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(literal)) {
            return Err(Malformed);
        }
        self.at += literal.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), Malformed> {
        if self.text.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        match self.text.get(self.at) {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(Malformed) } else { Ok(()) }
    }
}

/// How many bytes from the start surely are neither quote nor backslash nor control character; eight at a time.
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero_byte = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, rest) = text.as_chunks::<8>();
    let mut length = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let quote = zero_byte(word ^ (ONES * u64::from(b'"')));
        let backslash = zero_byte(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = quote | backslash | control;
        if found != 0 {
            return length + (found.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    length + rest.iter().take_while(|&&byte| byte >= 0x20 && byte != b'"' && byte != b'\\').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_exactly_what_serde_json_accepts() {
        let texts = [
            "1",
            "-0",
            "01",
            "1.",
            "1.5e+10",
            "1e",
            "-",
            "nul",
            "null",
            "true",
            "\"\"",
            "\"\\u12g4\"",
            "\"\\ud83d\"",
            "\"a\u{1}\"",
            "\"한국어 텍스트가 여덟 바이트를 넘는다\"",
            "{}",
            "[]",
            "{\"a\":[1,{\"b\":[]},\"]\"],\"c\":{}}",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1 2]",
            "[",
            "{\"a\":",
            "\"abc",
            " [ 1 , 2 ] ",
            "[[[[]]]]",
            "]",
            "",
            "\"12345678\\\"\"",
            "{a:1}",
            "NaN",
            "+1",
            ".5",
            "\"tab\there\"",
            "[1]]",
            "123456789012345678901234567890",
        ];
        for text in texts {
            let mut scanner = Scanner::new(text.as_bytes(), 64);
            let ours = scanner.value().and_then(|_| scanner.end()).is_ok();
            let theirs = serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok();
            assert_eq!(ours, theirs, "{text:?}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_recursion() {
        let text = "[".repeat(1_000_000);
        assert_eq!(Scanner::new(text.as_bytes(), 64).value(), Err(Malformed));
    }
}
