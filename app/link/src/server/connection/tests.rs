use super::*;
use std::pin::pin;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, split},
    net::{TcpListener, TcpSocket},
    time::{advance, sleep, timeout},
};

const MINUTE: Duration = Duration::from_mins(1);

/// A connection and its client, which has little room for what it doesn't read.
async fn pair() -> (Connection, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    let client = socket.connect(listener.local_addr().unwrap()).await.unwrap();
    (Connection::new(listener.accept().await.unwrap().0), client)
}

/// Writes for as long as that is possible.
async fn flood(mut connection: impl AsyncWrite + Unpin) -> Error {
    loop {
        if let Err(error) = connection.write_all(&[0; 16 * 1024]).await {
            return error;
        }
    }
}

fn has_stopped_reading(error: &Error) -> bool {
    error.kind() == ErrorKind::TimedOut && error.to_string() == "the client has stopped reading"
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_for_15_minutes_has_stopped() {
    let ((mut connection, _client), begun) = (pair().await, Instant::now());
    let error = flood(&mut connection).await;
    assert!(has_stopped_reading(&error), "{error}");
    assert!((STALLED..STALLED + MINUTE).contains(&begun.elapsed()), "{:?}", begun.elapsed());
}

/// hyper waits for one of the two only, and for a read most of the time.
#[tokio::test(start_paused = true)]
async fn a_read_that_waits_meanwhile_hears_of_it() {
    let (connection, _client) = pair().await;
    let (mut reading, writing) = split(connection);
    let mut flooding = pin!(flood(writing));
    assert!(timeout(MINUTE, &mut flooding).await.is_err(), "the buffers are full");
    let error = reading.read_u8().await.unwrap_err();
    assert!(has_stopped_reading(&error), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_a_few_bytes_a_second_is_waited_for() {
    let (mut connection, mut client) = pair().await;
    let begun = Instant::now();
    let reading = async {
        while begun.elapsed() < 4 * STALLED {
            sleep(LOOK).await;
            client.read_exact(&mut [0; 300]).await.unwrap();
        }
    };
    tokio::select! {
        error = flood(&mut connection) => panic!("after {:?}: {error}", begun.elapsed()),
        () = reading => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_read_during_a_pause_is_kept() {
    let (mut connection, client) = pair().await;
    let mut flooding = pin!(flood(&mut connection));
    assert!(timeout(MINUTE, &mut flooding).await.is_err(), "the buffers are full");
    while client.try_read(&mut [0; 16 * 1024]).is_ok() {}
    advance(2 * STALLED).await; // for the runtime, a pause is a jump in time
    assert!(timeout(STALLED * 9 / 10, &mut flooding).await.is_err(), "it is there");
    let error = flooding.await;
    assert!(has_stopped_reading(&error), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_nothing_happens_stays() {
    let (mut connection, _client) = pair().await;
    assert!(timeout(10 * STALLED, connection.read_u8()).await.is_err());
}
