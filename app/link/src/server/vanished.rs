//! Whether the client at the other end of a connection has vanished, going by what the kernel has heard of it.

use nix::sys::socket::{GetSockOpt, sockopt::GetStruct};
use std::time::Duration;
use tokio::{net::TcpStream, time::Instant};

/// The longest time for which a client's kernel may acknowledge nothing. A stream is written to at least every 10 s.
/// The checks at the beginning and the end of the silence each come up to 1 s late. The sum is less than 20 s.
const SILENCE: Duration = Duration::from_secs(6);

/// The error of `last_ack_recv`: a kernel tick of at most 10 ms, rounded up or down. An acknowledgement within this
/// time of a check counts as later. Otherwise a process that was paused at that moment would end a living connection.
const TICK: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug)]
struct TcpInfo;
nix::getsockopt_impl!(TcpInfo, libc::IPPROTO_TCP, libc::TCP_INFO, Info, GetStruct<Info>);

/// The beginning of the kernel's `struct tcp_info`, which has never changed; the C libraries differ in where it ends.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
struct Info {
    _state: [u8; 3],
    /// Probes that are unanswered.
    probes: u8,
    _options: [u8; 4],
    _sizes: [u32; 4],
    /// Segments that are.
    unacked: u32,
    _counts: [u32; 7],
    /// The time since the client's kernel last acknowledged anything, in milliseconds.
    last_ack_recv: u32,
}

/// The state of one connection, as it was seen so far.
#[derive(Debug, Default)]
pub(super) struct Vanished {
    /// Since when something has been waiting for an answer, with not a word from the client.
    silent_since: Option<Instant>,
}

impl Vanished {
    /// Looks, and says whether the client has vanished.
    pub(super) fn look(&mut self, stream: &TcpStream) -> bool {
        TcpInfo.get(stream).is_ok_and(|info| self.judge(&info, Instant::now()))
    }

    /// A client that doesn't read hasn't vanished: its kernel answers for it.
    fn judge(&mut self, info: &Info, now: Instant) -> bool {
        let is_waiting = info.unacked > 0 || info.probes > 0;
        let heard = Duration::from_millis(info.last_ack_recv.into());
        let silent = self.silent_since.filter(|since| now - *since + TICK < heard).unwrap_or(now);
        self.silent_since = is_waiting.then_some(silent);
        is_waiting && now - silent >= SILENCE
    }
}

#[cfg(test)]
mod tests;
