//! Which subscriptions are open: one that equals another listens to the same stream.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::OnceCell;

use super::shared_stream::SharedStream;

/// The open streams by what makes subscriptions equal. The key must hold everything that an answer may depend on, who asks
/// above all: it is compared whole and not by its hash.
pub(crate) struct SharedSubscriptions<K: Eq + Hash> {
    open: Arc<Places<K>>,
}

struct Places<K: Eq + Hash>(Mutex<HashMap<K, Weak<Place<K>>>>);

/// Where one stream is, or will be once it is opened. All that listen hold it; with the last of them it is forgotten.
struct Place<K: Eq + Hash> {
    key: K,
    stream: OnceCell<Arc<SharedStream>>,
    places: Arc<Places<K>>,
}

impl<K: Eq + Hash> Default for SharedSubscriptions<K> {
    fn default() -> Self {
        SharedSubscriptions { open: Arc::new(Places(Mutex::default())) }
    }
}

impl<K: Eq + Hash + Clone + Send + Sync + 'static> SharedSubscriptions<K> {
    /// The results of the open subscription that has this key, from now on; of a new one if there is none. Of those that
    /// come at one time, one opens it and the others wait.
    ///
    /// # Errors
    /// Whatever `open` says.
    pub async fn join<E, F>(
        &self,
        key: K,
        open: impl Fn() -> F + Send + Sync,
    ) -> Result<BoxStream<'static, Bytes>, E>
    where
        F: Future<Output = Result<BoxStream<'static, Bytes>, E>> + Send,
    {
        loop {
            let place = self.open.place(&key);
            let opened = || async { open().await.map(SharedStream::new) };
            if let Some(subscriber) = place.stream.get_or_try_init(opened).await?.join() {
                let held = move |_: &Bytes| {
                    let _ = &place;
                };
                return Ok(subscriber.inspect(held).boxed());
            }
            // It has ended, though somebody still has results to take.
            self.open.forget(&place);
        }
    }
}

impl<K: Eq + Hash + Clone> Places<K> {
    fn place(self: &Arc<Self>, key: &K) -> Arc<Place<K>> {
        let mut open = self.lock();
        if let Some(place) = open.get(key).and_then(Weak::upgrade) {
            return place;
        }
        let place = Place { key: key.clone(), stream: OnceCell::new(), places: self.clone() };
        let place = Arc::new(place);
        open.insert(key.clone(), Arc::downgrade(&place));
        place
    }
}

impl<K: Eq + Hash> Places<K> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Weak<Place<K>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever comes next opens a stream anew; a newer place of the same key stays.
    fn forget(&self, place: &Place<K>) {
        let mut open = self.lock();
        if open.get(&place.key).is_some_and(|known| std::ptr::eq(known.as_ptr(), place)) {
            open.remove(&place.key);
        }
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        self.places.forget(self);
    }
}
