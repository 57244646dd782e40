use super::*;

/// The kernel's word on a connection, `heard` seconds after it last heard of the client.
fn info(unacked: u32, probes: u8, heard: u32) -> Info {
    let last_ack_recv = heard * 1000;
    Info { _state: [0; 3], probes, _options: [0; 4], _sizes: [0; 4], unacked, _counts: [0; 7], last_ack_recv }
}

/// Looks once a second at what `at` says of that second; the second in which the client is given up.
fn given_up(at: impl Fn(u32) -> Info) -> Option<u32> {
    let (mut vanished, begun) = (Vanished::default(), Instant::now());
    (0..300).find(|second| vanished.judge(&at(*second), begun + Duration::from_secs((*second).into())))
}

#[test]
fn a_client_that_leaves_everything_unanswered_has_vanished() {
    assert_eq!(given_up(|second| info(3, 0, second + 1)), Some(6));
    assert_eq!(given_up(|second| info(0, 1, second + 1)), Some(6));
}

#[test]
fn a_client_that_is_asked_nothing_has_not() {
    assert_eq!(given_up(|second| info(0, 0, second)), None);
}

#[test]
fn a_client_that_answers_is_there_however_much_is_on_its_way() {
    assert_eq!(given_up(|_| info(40, 0, 0)), None);
    assert_eq!(given_up(|second| info(40, 0, second % 7)), None);
}

#[test]
fn a_reader_that_has_shut_its_window_answers_the_probes_of_it() {
    // The kernel probes ever more seldom, and is just waiting for the answer each time that we look.
    assert_eq!(given_up(|second| info(0, u8::from(second % 60 < 2), second % 60 + 1)), None);
}

#[test]
fn a_long_silence_before_the_first_word_does_not_count() {
    assert_eq!(given_up(|second| if second < 100 { info(0, 0, second) } else { info(1, 0, second) }), Some(106));
}

#[test]
fn a_pause_right_after_a_check_ends_no_live_connection() {
    let (mut vanished, begun) = (Vanished::default(), Instant::now());
    assert!(!vanished.judge(&info(1, 0, 1), begun)); // written, and acknowledged a moment later
    let after = begun + Duration::from_secs(10);
    assert!(
        !vanished.judge(&Info { last_ack_recv: 10_004, ..info(1, 0, 0) }, after),
        "the kernel's tick is 4 ms or 10 ms"
    );
    assert!(!vanished.judge(&Info { last_ack_recv: 9_990, ..info(1, 0, 0) }, after));
}
