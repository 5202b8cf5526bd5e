//! Plays the fuzzer where there is none: packets of ordinary clients, changed here and there, the same ones every
//! time. `FUZZ_CASES` says how many, `FUZZ_SEED` which ones.

use super::corpus::{connects, packet, packets, parts};
use super::{after_connect, before_connect};

/// Numbers that look like chance and are always the same (SplitMix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) >> 1).unwrap() % below.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.throw(256)).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.throw(from.len())]
    }

    /// Changes one thing.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.throw(bytes.len());
        let to = (at + 1 + self.throw(8)).min(bytes.len());
        match self.throw(7) {
            _ if bytes.is_empty() => bytes.push(self.byte()),
            0 => bytes[at] ^= 1 << self.throw(8),
            1 => bytes[at] = *self.pick(&[0, 1, 0x7f, 0x80, 0xff, b'+', b'#', b'/', b'$']),
            2 => bytes[at] = self.byte(),
            3 => bytes.insert(at, self.byte()),
            4 => drop(bytes.drain(at..to)),
            5 => {
                let again = bytes[at..to].to_vec();
                bytes.splice(at..at, again);
            }
            _ => bytes.truncate(at),
        }
    }

    /// Some packets of these, of which some are changed: within, so that their lengths stay right, or anywhere.
    fn conversation(&mut self, from: &[Vec<u8>], most: usize) -> Vec<u8> {
        let mut all = Vec::new();
        for _ in 0..=self.throw(most) {
            let mut one = self.pick(from).clone();
            if self.throw(3) == 0 {
                let (first, mut rest) = parts(&one);
                for _ in 0..=self.throw(3) {
                    self.change(&mut rest);
                }
                one = packet(first, &rest);
            }
            all.extend(one);
        }
        if self.throw(4) == 0 {
            self.change(&mut all);
        }
        all
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Plays so many cases, and says which one it was that went wrong.
fn play(each: impl Fn(&mut Dice) -> Vec<u8>, target: fn(&[u8])) {
    let seed = number("FUZZ_SEED", 1);
    for case in 0..number("FUZZ_CASES", 10_000) {
        let bytes = each(&mut Dice(seed.wrapping_mul(0x1_0000_0000).wrapping_add(case)));
        let taken = std::panic::catch_unwind(|| target(&bytes));
        assert!(taken.is_ok(), "seed {seed}, case {case}: {bytes:02x?}");
    }
}

#[test]
fn what_strangers_say() {
    let corpus = connects();
    for connect in &corpus {
        before_connect(connect);
    }
    play(|dice| dice.conversation(&corpus, 1), before_connect);
}

#[test]
fn what_devices_say() {
    let corpora = [packets(false), packets(true)];
    play(
        |dice| {
            let choice = dice.byte();
            let mut bytes = vec![choice];
            bytes.extend(dice.conversation(&corpora[usize::from(choice & 1)], 12));
            bytes
        },
        after_connect,
    );
}

/// Nothing is tested where nothing gets through.
#[test]
fn ordinary_packets_are_taken() {
    let v5 = packets(true);
    let bytes: Vec<u8> = [&[1][..], &v5[0], &v5[2], &v5[3], &v5[14]].concat();
    after_connect(&bytes);
    let mut device = super::Device::new(1, super::small());
    for packet in [&v5[2], &v5[3], &v5[6]] {
        assert!(device.take(packet));
    }
    assert_eq!((device.came, device.acknowledged, device.packets), (3, 1, 3));
}
