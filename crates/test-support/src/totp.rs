//! An authenticator app, as it is on people's telephones.

use hmac::{Hmac, Mac};
use sha1::Sha1;
use std::time::{SystemTime, UNIX_EPOCH};

/// The code that the app shows for this key (base32, as it is typed), so many steps of 30 seconds from now.
///
/// # Panics
/// When the key isn't base32.
pub fn totp(key: &str, steps_from_now: i64) -> String {
    let mut bits = String::new();
    for sign in key.chars().filter(|c| !c.is_whitespace()) {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(sign).expect("base32");
        bits.push_str(&format!("{value:05b}"));
    }
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |number, bit| (number << 1) | (bit - b'0')))
        .collect();
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    let step = (seconds / 30).checked_add_signed(steps_from_now).expect("a step");
    let mut mac = <Hmac<Sha1> as Mac>::new_from_slice(&bytes).expect("a key of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let number = (0..4).fold(0_u32, |number, i| (number << 8) | u32::from(hash[at + i]));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}
