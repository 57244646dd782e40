//! Random ids.

use leptos::prelude::window;

/// The letters of an id: 32 of them, without those that are easily taken for another.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// An id that nobody else has: 100 random bits.
#[must_use]
pub fn random_id() -> String {
    let mut bytes = [0; 20];
    let filled = window().crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
    if filled.is_err() {
        // Every browser has it, but an id that is the same each time would lose messages.
        bytes.fill_with(random_byte);
    }
    spell(&bytes)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 255")]
fn random_byte() -> u8 {
    (js_sys::Math::random() * 256.0) as u8
}

/// Five bits of each byte.
fn spell(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_of_letters_that_an_address_can_have() {
        let all: Vec<u8> = (0..=255).collect();
        assert!(spell(&all).bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(spell(&[0, 31, 32, 255]), "0z0z");
    }
}
