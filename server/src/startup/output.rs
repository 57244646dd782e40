//! Standard output and standard error for a server that must outlive their readers.
//!
//! A line goes into a bounded queue, and a thread of the stream writes it. So neither an async worker nor a
//! destructor waits for a reader. A line is lost, and counted in [`Output::lost`], if the queue is full or the write fails: the pipe is closed, the
//! disk is full, the terminal is gone. `println!` and `eprintln!` panic there, and block on a full pipe.
//!
//! `tracing-appender` does nearly the same, but it doesn't count failed writes, and its guard calls `eprintln!` when the last
//! lines don't get through.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind, Write, stderr, stdout},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// The most bytes that wait for a slow reader: enough for the exits of all tasks at once.
const QUEUE: usize = 4 * 1024 * 1024;

/// The pause before another write to a full non-blocking pipe.
const RETRY: Duration = Duration::from_millis(10);

/// The longest wait for the last lines at the end of the program. With the time that connections get to close, it stays below
/// 2 s.
const LAST_LINES: Duration = Duration::from_millis(300);

/// Both streams of the program. Clones share them. Until [`start`](Self::start), lines wait in their queue.
#[derive(Clone, Debug, Default)]
pub struct Output {
    out: Arc<Queue>,
    err: Arc<Queue>,
}

impl Output {
    /// Starts a thread for each stream.
    #[must_use]
    pub fn start() -> Self {
        let output = Self::default();
        start_thread("stdout", output.out.clone(), stdout);
        start_thread("stderr", output.err.clone(), stderr);
        output
    }

    /// Queues a line for standard output.
    pub fn say(&self, line: &str) {
        self.out.push(format!("{line}\n").into_bytes());
    }

    /// Queues a line for standard error, after the program's name.
    pub fn complain(&self, line: &str) {
        self.err.push(format!("starcrossed: {line}\n").into_bytes());
    }

    /// The number of lines that could not be written, on both streams.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.out.lost.load(Ordering::Relaxed) + self.err.lost.load(Ordering::Relaxed)
    }

    /// Waits until all queued lines are written, for at most 300 ms. For the end of the program.
    pub fn flush(&self) {
        let deadline = Instant::now() + LAST_LINES;
        self.out.drained(deadline);
        self.err.drained(deadline);
    }

    /// Makes writers of whole lines to standard error, for the log. They never fail.
    pub(crate) fn log_writer(&self) -> impl Fn() -> LogWriter + Send + Sync + use<> {
        let queue = self.err.clone();
        move || LogWriter(queue.clone())
    }
}

pub(crate) struct LogWriter(Arc<Queue>);

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.push(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines that one stream has not written yet.
#[derive(Debug, Default)]
struct Queue {
    lines: Mutex<Lines>,
    changed: Condvar,
    lost: AtomicU64,
}

#[derive(Debug, Default)]
struct Lines {
    waiting: VecDeque<Vec<u8>>,
    /// The bytes of all waiting lines.
    bytes: usize,
    /// The thread has taken a line and is writing it.
    is_writing: bool,
}

impl Queue {
    fn push(&self, line: Vec<u8>) {
        let mut lines = self.lock();
        if lines.bytes + line.len() > QUEUE {
            self.count_lost();
            return;
        }
        lines.bytes += line.len();
        lines.waiting.push_back(line);
        self.changed.notify_all();
    }

    /// Blocks until there is a line, and takes it. The line before it counts as written.
    fn next(&self) -> Vec<u8> {
        let mut lines = self.lock();
        lines.is_writing = false;
        self.changed.notify_all();
        loop {
            if let Some(line) = lines.waiting.pop_front() {
                lines.bytes -= line.len();
                lines.is_writing = true;
                return line;
            }
            lines = self.changed.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn drained(&self, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        _ = self.changed.wait_timeout_while(self.lock(), left, |lines| lines.is_writing || !lines.waiting.is_empty());
    }

    fn count_lost(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn start_thread<W: Write + 'static>(name: &str, queue: Arc<Queue>, stream: fn() -> W) {
    let write_all = move || {
        loop {
            if write(&mut stream(), &queue.next()).is_err() {
                queue.count_lost();
            }
        }
    };
    _ = thread::Builder::new().name(name.to_owned()).spawn(write_all); // without a thread, the queue fills up and lines are lost
}

/// Writes a line whole. A non-blocking pipe that is full is tried until it has room.
fn write(stream: &mut impl Write, mut line: &[u8]) -> io::Result<()> {
    while !line.is_empty() {
        let written = patiently(|| stream.write(line))?;
        if written == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
        line = &line[written..];
    }
    patiently(|| stream.flush())
}

fn patiently<T>(mut write: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match write() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(RETRY),
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes three bytes at a time, and every other time none.
    #[derive(Default)]
    struct Slow {
        taken: Vec<u8>,
        is_full: bool,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.is_full = !self.is_full;
            if self.is_full {
                return Err(ErrorKind::WouldBlock.into());
            }
            let some = &bytes[..bytes.len().min(3)];
            self.taken.extend_from_slice(some);
            Ok(some.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_pipe_gets_the_whole_line_in_time() {
        let mut slow = Slow::default();
        write(&mut slow, b"a line of text\n").unwrap();
        assert_eq!(slow.taken, b"a line of text\n");
    }

    #[test]
    fn a_full_queue_loses_the_newest_line_and_counts_it() {
        let queue = Queue::default();
        queue.push(vec![b'x'; QUEUE - 1]);
        queue.push(b"\n".to_vec());
        queue.push(b"one too many\n".to_vec());
        assert_eq!(queue.lost.load(Ordering::Relaxed), 1);
        assert_eq!((queue.next().len(), queue.next()), (QUEUE - 1, b"\n".to_vec()));
    }

    #[test]
    fn who_waits_for_a_line_that_nobody_writes_waits_for_a_bounded_time() {
        let queue = Queue::default();
        queue.push(b"a line\n".to_vec());
        queue.drained(Instant::now() + Duration::from_millis(1));
        queue.next();
        queue.drained(Instant::now() + Duration::from_millis(1)); // it is being written
    }
}
