//! Takes a body as parts of an upload: each is kept and counted as soon as it is whole on the NAS.

use axum::body::Body;
use stores::Result;

use super::arriving::{Arriving, Ending};
use crate::store::Store;
use crate::store::parts::Part;
use crate::store::uploads::Upload;

/// The size of a part. A process that is killed loses less than this of what was sent to it.
const PART: u64 = 32 << 20;

/// An upload has at most so many parts.
pub const MOST_PARTS: usize = 10_000;

/// What became of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It ended like this; the next byte is `offset`.
    Ended {
        /// The next byte that is taken.
        offset: i64,
        /// How it ended.
        ending: Ending,
    },
    /// It would go over the size of the whole.
    TooLarge,
    /// Somebody else has sent the same bytes, and was faster.
    Overtaken,
}

/// Takes a body that begins at the upload's next byte.
///
/// # Errors
/// When the NAS or the database fails; what was counted before stays.
pub async fn take(store: &Store, upload: &Upload, body: Body) -> Result<Taken> {
    let (mut offset, mut left) = (upload.offset(), upload.bytes_left());
    let mut body = Arriving::new(body);
    while body.has_more().await {
        if left == 0 {
            return Ok(Taken::TooLarge);
        }
        let part = write(store, &mut body, offset, left.min(PART)).await?;
        if !store.add_part(&upload.id, &part).await? {
            store.drop_blob(&part.blob_key).await?;
            return Ok(Taken::Overtaken);
        }
        offset += part.size;
        left -= part.size.unsigned_abs();
    }
    Ok(Taken::Ended { offset, ending: body.ending() })
}

async fn write(store: &Store, body: &mut Arriving, first_byte: i64, most: u64) -> Result<Part> {
    let blob_key = store.announce_blob().await?;
    match store.files.write(&blob_key, body.part(most), most).await {
        Ok(written) => {
            Ok(Part { blob_key, first_byte, size: i64::try_from(written.size).unwrap_or_default() })
        }
        Err(error) => {
            // If that fails too, the sweep finds it.
            let _ = store.drop_blob(&blob_key).await;
            Err(error)
        }
    }
}
