//! Server-sent events, as graphql-sse's distinct connections use them: `next` with a result, then `complete`.

use bytes::{Bytes, BytesMut};

/// What a line of the stream completed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// An execution result.
    Next(Bytes),
    /// The end.
    Complete,
}

/// An event is longer than allowed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Takes chunks, gives events.
pub(super) struct EventReader {
    pending: BytesMut,
    data: Vec<u8>,
    name: Vec<u8>,
    has_data: bool,
    max_bytes: usize,
}

impl EventReader {
    pub fn new(max_bytes: usize) -> EventReader {
        EventReader {
            pending: BytesMut::new(),
            data: Vec::new(),
            name: Vec::new(),
            has_data: false,
            max_bytes,
        }
    }

    /// Adds what came over the connection.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.pending.extend_from_slice(chunk);
    }

    /// The next event, if it has come whole.
    pub fn next(&mut self) -> Result<Option<Event>, TooLong> {
        while let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
            let line = self.pending.split_to(end + 1);
            let line = line.strip_suffix(b"\n").unwrap_or(&line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if let Some(event) = self.line(line) {
                return Ok(Some(event));
            }
        }
        if self.pending.len() + self.data.len() > self.max_bytes { Err(TooLong) } else { Ok(None) }
    }

    fn line(&mut self, line: &[u8]) -> Option<Event> {
        if line.is_empty() {
            return self.dispatch();
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match &line[..colon] {
            b"event" => self.name = value.to_vec(),
            b"data" => {
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value);
            }
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<Event> {
        let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
        let has_data = std::mem::take(&mut self.has_data);
        match name.as_slice() {
            b"complete" => Some(Event::Complete),
            b"next" | b"" if has_data && !data.is_empty() => Some(Event::Next(data.into())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_the_same_however_the_stream_is_cut() {
        let stream = b": hi\n\nevent: next\ndata: {\"a\":\ndata: 1}\n\nevent: ping\ndata: x\n\r\nevent:next\r\ndata:{}\r\n\r\nevent: complete\ndata:\n\n";
        for size in 1..stream.len() {
            let mut reader = EventReader::new(100);
            let mut events = Vec::new();
            for chunk in stream.chunks(size) {
                reader.feed(chunk);
                events.extend(std::iter::from_fn(|| reader.next().unwrap()));
            }
            let expected = [Event::Next("{\"a\":\n1}".into()), Event::Next("{}".into()), Event::Complete];
            assert_eq!(events, expected, "chunks of {size}");
        }
        let mut reader = EventReader::new(4);
        reader.feed(b"data: too long");
        assert_eq!(reader.next(), Err(TooLong));
    }
}
