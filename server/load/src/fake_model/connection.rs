//! One connection to the model: one question, one answer.

use super::{
    Beat, End, Ledger, Pace, Script,
    answer::{self, Answer},
};
use serde_json::Value;
use socket2::SockRef;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    time::{Instant, sleep_until},
};

/// The golden ratio's fraction. The fractions of its multiples are spread evenly between 0 and 1, however many there
/// are.
const GOLDEN: f64 = 0.618_033_988_749_895;

/// A question.
struct Question {
    is_for_models: bool,
    /// Null if there was none, or if it wasn't JSON.
    body: Value,
}

/// Reads the question, and plays its script until the client closes the connection.
pub(super) async fn serve(mut stream: TcpStream, ledger: Arc<Ledger>, beat: Arc<Beat>) {
    _ = stream.set_nodelay(true); // a delta must not wait for the next
    let Ok(question) = read_question(&mut stream).await else { return };
    if question.is_for_models {
        _ = stream.write_all(&answer::models()).await;
    } else if let Some(script) = Script::parse(&question.body) {
        play_until_closed(&mut stream, script, &ledger, &beat).await;
    } else {
        _ = stream.write_all(&answer::refusal()).await;
    }
}

async fn read_question(stream: &mut TcpStream) -> io::Result<Question> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).await?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await?;
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Ok(Question { is_for_models: first.starts_with("GET "), body })
}

async fn play_until_closed(stream: &mut TcpStream, script: Script, ledger: &Ledger, beat: &Beat) {
    let _entry = ledger.enter(script.vanishes);
    let (reader, mut writer) = stream.split();
    let is_over = tokio::select! {
        biased;
        () = closed(reader) => false,
        played = play(&mut writer, script, ledger, beat) => played.is_ok(), // fails if the client has closed
    };
    if is_over && script.end == End::Reset {
        _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
    }
}

/// Waits for the client's FIN or RST.
async fn closed(mut reader: ReadHalf<'_>) {
    let mut rest = [0; 256];
    while reader.read(&mut rest).await.is_ok_and(|read| read > 0) {}
}

async fn play(writer: &mut WriteHalf<'_>, script: Script, ledger: &Ledger, beat: &Beat) -> io::Result<()> {
    let answer = Answer(script);
    writer.write_all(&answer.head()).await?;
    let mut clock = Clock::new(&script, beat);
    let mut number = 0;
    while number < script.deltas {
        if clock.tick(beat).await {
            number += 1;
            ledger.wrote(); // before the client can read it
            writer.write_all(&answer.delta(number)).await?;
        }
    }
    match script.end {
        End::Finish => writer.write_all(&answer.end()).await,
        End::Cut | End::Reset => Ok(()),
        End::Rubbish => {
            writer.write_all(&answer.rubbish()).await?;
            std::future::pending().await
        }
        End::Hang => std::future::pending().await,
    }
}

/// The times at which deltas are due.
struct Clock {
    pace: Pace,
    next: Instant,
}

impl Clock {
    fn new(script: &Script, beat: &Beat) -> Self {
        let wait = match script.pace {
            Pace::Beat => beat.every().mul_f64((f64::from(script.stream) * GOLDEN).fract()),
            Pace::Every(_) | Pace::Flood => Duration::ZERO,
        };
        Self { pace: script.pace, next: Instant::now() + wait }
    }

    /// Waits for the next tick. Returns whether a delta is due.
    async fn tick(&mut self, beat: &Beat) -> bool {
        let every = match self.pace {
            Pace::Beat => beat.every(),
            Pace::Every(ms) => Duration::from_millis(ms.into()),
            Pace::Flood => return true,
        };
        sleep_until(self.next).await;
        self.next = (self.next + every).max(Instant::now()); // missed ticks are skipped
        !(matches!(self.pace, Pace::Beat) && beat.rests())
    }
}
