//! The link that the page controls and the drawing shows.

use crate::api::task::Chunk;
use starcrossed::Job;

/// The link of this page. Its argument is the number of the chunk at which the task crashes.
pub(crate) type Chunks = Job<Option<u32>, Vec<Chunk>>;
