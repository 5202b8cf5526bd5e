//! How well a text fits what was typed: letters in order, better at the beginnings of words and close together.

/// The score of `text` for `typed`; nothing where a letter is missing. Case doesn't count, spaces in `typed` neither.
pub(super) fn score(typed: &str, text: &str) -> Option<i32> {
    const START: i32 = 8;
    const WORD: i32 = 6;
    const RUN: i32 = 5;
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let mut total = 0;
    let mut at = 0;
    let mut before: Option<usize> = None;
    for wanted in typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase) {
        // The beginning of a word is preferred, unless the letter follows the last one directly.
        let rest = at..text.len();
        let adjacent = rest.clone().next().filter(|&i| before.is_some() && text[i] == wanted);
        let word = rest.clone().find(|&i| text[i] == wanted && begins_word(&text, i));
        let found = adjacent.or(word).or_else(|| rest.clone().find(|&i| text[i] == wanted))?;
        total += match () {
            () if found == 0 => START,
            () if before.is_some_and(|b| b + 1 == found) => RUN,
            () if begins_word(&text, found) => WORD,
            () => 1,
        };
        before = Some(found);
        at = found + 1;
    }
    // Among equals the shorter one is meant.
    Some(total * 64 - i32::try_from(text.len()).unwrap_or(i32::MAX).min(63))
}

fn begins_word(text: &[char], at: usize) -> bool {
    at == 0 || !text[at - 1].is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn letters_in_order_fit() {
        assert!(score("rm214", "Meeting room 2.14").is_some());
        assert!(score("xyz", "Meeting room 2.14").is_none());
        assert!(score("", "anything").is_some());
        assert!(score("ROOM", "room").is_some());
    }

    #[test]
    fn better_fits_come_first() {
        let better = [
            ("dev", "Devices", "Go to the overview"),
            ("mr", "Meeting room", "Summer"),
            ("room", "Room 1", "A row of monitors"),
            ("set", "Settings", "Sunset"),
            ("roof", "Roof", "Roof gateway"),
        ];
        for (typed, good, worse) in better {
            assert!(score(typed, good) > score(typed, worse), "{typed}: {good} before {worse}");
        }
    }
}
