//! One stream for several subscribers. Nobody runs it by itself: whoever wants a result and has none waiting draws the next one
//! for all of them. So the fastest subscriber sets the pace, one alone holds the subgraph back as it always did, and the
//! stream is gone with its last subscriber.

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};

/// Results that wait for a subscriber while others go on; with one more, it is too slow.
const MOST_WAITING: usize = 64;

/// The last result of a subscriber that is too slow: it has missed others, so it must not go on as if it had not.
const TOO_SLOW: &[u8] = br#"{"data":null,"errors":[{"message":"The results of this subscription were not taken in time.","extensions":{"code":"SUBSCRIBER_TOO_SLOW"}}]}"#;

/// The stream and those who listen to it.
pub(super) struct SharedStream {
    upstream: Mutex<BoxStream<'static, Bytes>>,
    subscribers: Arc<Subscribers>,
}

impl SharedStream {
    pub fn new(upstream: BoxStream<'static, Bytes>) -> Arc<SharedStream> {
        Arc::new(SharedStream { upstream: Mutex::new(upstream), subscribers: Arc::default() })
    }

    /// One subscriber more, who gets what comes from now on; nothing when the stream has ended.
    pub fn join(self: &Arc<SharedStream>) -> Option<Subscriber> {
        let mut all = self.subscribers.lock();
        if all.has_ended {
            return None;
        }
        let id = all.joined;
        all.joined += 1;
        all.queues.insert(id, Queue::default());
        Some(Subscriber { stream: self.clone(), id })
    }

    /// Draws the next result for everybody, unless one has come for this subscriber meanwhile.
    fn draw(&self, id: u64, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        // Whoever panicked inside has broken the stream for all.
        let Ok(mut upstream) = self.upstream.lock() else {
            self.subscribers.tell(None);
            return self.subscribers.take(id, context);
        };
        let has_come = self.subscribers.take(id, context);
        if has_come.is_ready() {
            return has_come;
        }
        let waker = Waker::from(self.subscribers.clone());
        match upstream.poll_next_unpin(&mut Context::from_waker(&waker)) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(result) => self.subscribers.tell(result),
        }
        drop(upstream);
        self.subscribers.wake_all();
        self.subscribers.take(id, context)
    }
}

/// One who listens. Dropping the last one drops the stream.
pub(super) struct Subscriber {
    stream: Arc<SharedStream>,
    id: u64,
}

impl Stream for Subscriber {
    type Item = Bytes;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match self.stream.subscribers.take(self.id, context) {
            Poll::Pending => self.stream.draw(self.id, context),
            ready => ready,
        }
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.stream.subscribers.lock().queues.remove(&self.id);
        // It may have been woken to draw the next result and never did.
        self.stream.subscribers.wake_all();
    }
}

/// What waits for whom. As a waker it wakes everybody: any of them may be held up by its client just now.
#[derive(Default)]
struct Subscribers(Mutex<State>);

#[derive(Default)]
struct State {
    queues: BTreeMap<u64, Queue>,
    joined: u64,
    has_ended: bool,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Bytes>,
    waker: Option<Waker>,
    is_too_slow: bool,
    is_over: bool,
}

impl Subscribers {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What waits for a subscriber; if nothing does, it will be woken.
    fn take(&self, id: u64, context: &Context<'_>) -> Poll<Option<Bytes>> {
        let mut all = self.lock();
        let has_ended = all.has_ended;
        let Some(queue) = all.queues.get_mut(&id).filter(|queue| !queue.is_over) else {
            return Poll::Ready(None);
        };
        if let Some(result) = queue.waiting.pop_front() {
            return Poll::Ready(Some(result));
        }
        if queue.is_too_slow {
            queue.is_over = true;
            return Poll::Ready(Some(Bytes::from_static(TOO_SLOW)));
        }
        if has_ended {
            return Poll::Ready(None);
        }
        queue.waker = Some(context.waker().clone());
        Poll::Pending
    }

    /// Gives everybody a result, or the end.
    fn tell(&self, result: Option<Bytes>) {
        let mut all = self.lock();
        let Some(result) = result else {
            all.has_ended = true;
            return;
        };
        for queue in all.queues.values_mut().filter(|queue| !queue.is_too_slow) {
            queue.is_too_slow = queue.waiting.len() == MOST_WAITING;
            if !queue.is_too_slow {
                queue.waiting.push_back(result.clone());
            }
        }
    }

    fn wake_all(&self) {
        let wakers: Vec<Waker> =
            self.lock().queues.values_mut().filter_map(|queue| queue.waker.take()).collect();
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Wake for Subscribers {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }
}
