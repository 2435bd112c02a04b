//! A body on its way in, cut into parts as it comes. One that breaks off ends its last part early: what came is kept.

use std::io;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use tokio::time::Instant;

/// A sender that sends nothing for this long is gone.
pub const STALL: Duration = Duration::from_secs(60);

/// A part is kept after this long, however small it is.
const PART_TIME: Duration = Duration::from_secs(60);

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Not yet.
    Open,
    /// As the sender meant it.
    Whole,
    /// The connection broke.
    Broken,
    /// Nothing came any more.
    Stalled,
}

/// A body on its way in.
pub struct Arriving {
    pieces: BodyDataStream,
    /// What came and belongs to the next part.
    rest: Bytes,
    ending: Ending,
    stall: Duration,
    part_time: Duration,
}

impl Arriving {
    /// A body that nobody has read of.
    pub fn new(body: Body) -> Self {
        let pieces = body.into_data_stream();
        Self { pieces, rest: Bytes::new(), ending: Ending::Open, stall: STALL, part_time: PART_TIME }
    }

    /// How it ended.
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// Whether there is another byte; waits for it.
    pub async fn has_more(&mut self) -> bool {
        while self.rest.is_empty() && self.ending == Ending::Open {
            match tokio::time::timeout(self.stall, self.pieces.next()).await {
                Ok(Some(Ok(piece))) => self.rest = piece,
                Ok(Some(Err(_))) => self.ending = Ending::Broken,
                Ok(None) => self.ending = Ending::Whole,
                Err(_) => self.ending = Ending::Stalled,
            }
        }
        !self.rest.is_empty()
    }

    /// The next bytes: at most so many, and what comes within a minute.
    pub fn part(&mut self, most: u64) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin + '_ {
        let until = Instant::now() + self.part_time;
        Box::pin(stream::unfold((self, most), move |(body, left)| async move {
            let is_late = left < most && Instant::now() >= until;
            if left == 0 || is_late || !body.has_more().await {
                return None;
            }
            let length = body.rest.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let piece = body.rest.split_to(length);
            Some((Ok(piece), (body, left - length as u64)))
        }))
    }
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;

    use super::*;

    fn body(pieces: Vec<io::Result<&'static str>>) -> Arriving {
        Arriving::new(Body::from_stream(stream::iter(pieces)))
    }

    async fn parts(mut body: Arriving, most: u64) -> (Vec<String>, Ending) {
        let mut parts = Vec::new();
        while body.has_more().await {
            let pieces: Vec<Bytes> = body.part(most).try_collect().await.unwrap();
            parts.push(String::from_utf8(pieces.concat()).unwrap());
        }
        (parts, body.ending())
    }

    #[tokio::test]
    async fn a_body_is_cut_wherever_its_pieces_end_and_keeps_what_came_before_it_broke() {
        let gone = || Err(io::Error::other("gone"));
        for (pieces, cut, ending) in [
            (vec![], vec![], Ending::Whole),
            (vec![Ok("")], vec![], Ending::Whole),
            (vec![Ok("1234")], vec!["1234"], Ending::Whole),
            (vec![Ok("12"), Ok("3456789")], vec!["1234", "5678", "9"], Ending::Whole),
            (vec![Ok("12345"), gone()], vec!["1234", "5"], Ending::Broken),
            (vec![gone()], vec![], Ending::Broken),
        ] {
            assert_eq!(parts(body(pieces), 4).await, (cut.into_iter().map(str::to_owned).collect(), ending));
        }
    }

    #[tokio::test]
    async fn a_slow_body_is_kept_now_and_then_and_a_silent_one_ends() {
        let silent = stream::iter([Ok::<_, io::Error>("12"), Ok("345"), Ok("6")]).chain(stream::pending());
        let mut body = Arriving::new(Body::from_stream(silent));
        (body.stall, body.part_time) = (Duration::from_millis(50), Duration::ZERO);
        let expected = ["12", "345", "6"].map(str::to_owned).to_vec();
        assert_eq!(parts(body, 100).await, (expected, Ending::Stalled));
    }
}
