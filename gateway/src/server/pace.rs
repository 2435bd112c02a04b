//! Bodies that may take as long as they like, as long as they move: the one that is passed on, and the answer's.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// How a request's body moves, for whoever waits for the answer.
pub struct Pace {
    begin: Instant,
    /// Milliseconds from `begin` to the last move.
    moved: AtomicU64,
    /// Whether the last move was to wait for the client.
    wants_more: AtomicBool,
}

impl Pace {
    /// A pace from now on.
    pub fn new() -> Arc<Pace> {
        let begin = Instant::now();
        Arc::new(Pace { begin, moved: AtomicU64::new(0), wants_more: AtomicBool::new(false) })
    }

    /// Whether it is the client who is waited for.
    pub fn waits_for_client(&self) -> bool {
        self.wants_more.load(Ordering::Relaxed)
    }

    /// Waits until nothing has moved for so long.
    pub async fn stands_still(&self, limit: Duration) {
        loop {
            let moved = self.begin + Duration::from_millis(self.moved.load(Ordering::Relaxed));
            if moved.elapsed() >= limit {
                return;
            }
            tokio::time::sleep_until(moved + limit).await;
        }
    }

    fn note(&self, wants_more: bool) {
        if !wants_more {
            self.moved.store(self.begin.elapsed().as_millis() as u64, Ordering::Relaxed);
        }
        self.wants_more.store(wants_more, Ordering::Relaxed);
    }
}

/// A request's body whose pace is noted.
pub struct Paced {
    body: Body,
    pace: Arc<Pace>,
}

impl Paced {
    /// The body, noting its pace.
    pub fn new(body: Body, pace: Arc<Pace>) -> Paced {
        Paced { body, pace }
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.pace.note(frame.is_pending());
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body that breaks off when nothing comes for too long. A client that takes its time is not waited for here.
pub struct Moving {
    body: Body,
    limit: Duration,
    deadline: Pin<Box<Sleep>>,
    waiting: bool,
}

impl Moving {
    /// The body, with this limit.
    pub fn new(body: Body, limit: Duration) -> Moving {
        Moving { body, limit, deadline: Box::pin(sleep(limit)), waiting: false }
    }
}

impl HttpBody for Moving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_ready() {
            self.waiting = false;
            return frame;
        }
        if !self.waiting {
            self.waiting = true;
            let until = Instant::now() + self.limit;
            self.deadline.as_mut().reset(until);
        }
        match self.deadline.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                tracing::warn!("the server behind a path stopped in the middle of its answer");
                Poll::Ready(Some(Err(axum::Error::new("the answer stopped in the middle"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
