//! A request body that comes back when the request was not sent: it is lent to an attempt, and taken when that first reads.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// The body, or a loan of it.
pub struct LentBody {
    shared: Arc<Mutex<Option<Body>>>,
    taken: Option<Body>,
    size: SizeHint,
}

impl LentBody {
    /// A body that nobody has read of.
    pub fn new(body: Body) -> LentBody {
        let size = http_body::Body::size_hint(&body);
        LentBody { shared: Arc::new(Mutex::new(Some(body))), taken: None, size }
    }

    /// For one attempt. After an attempt that read, the others are broken off, not empty.
    pub fn lend(&self) -> LentBody {
        LentBody { shared: self.shared.clone(), taken: None, size: self.size }
    }
}

impl http_body::Body for LentBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.taken.is_none() {
            let body = self.shared.lock().unwrap_or_else(PoisonError::into_inner).take();
            self.taken = body;
        }
        match &mut self.taken {
            Some(body) => Poll::Ready(ready!(Pin::new(body).poll_frame(context))),
            None => Poll::Ready(Some(Err(axum::Error::new("the body was already sent elsewhere")))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.taken {
            Some(body) => body.is_end_stream(),
            None => self.size.exact() == Some(0),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.taken.as_ref().map_or_else(|| self.size, http_body::Body::size_hint)
    }
}
