//! A field's name made from what people call it, until they write one themselves.

/// Longest name of a field in DTDL version 2, in characters.
const FIELD_NAME_MAX: usize = 64;

/// `Room temperature` → `roomTemperature`, in the way of DTDL's own examples; unlike all of `taken`.
///
/// Empty where nothing in the text can stand in a name.
pub(super) fn suggest(display_name: &str, taken: &[String]) -> String {
    let base = camel(display_name);
    if base.is_empty() {
        return base;
    }
    let free = |name: &String| !taken.contains(name);
    let numbered = (2..).map(|n| format!("{}_{n}", shorten(&base, FIELD_NAME_MAX - 4)));
    std::iter::once(base.clone()).chain(numbered).find(free).unwrap_or_default()
}

fn camel(text: &str) -> String {
    let mut name = String::new();
    for word in plain(text).split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()) {
        if name.is_empty() {
            // A name begins with a letter.
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                name.push_str("value");
            }
            name.push_str(&word.to_ascii_lowercase());
            continue;
        }
        // `2.5` stays apart: 25 is another number.
        if name.ends_with(|c: char| c.is_ascii_digit()) && word.starts_with(|c: char| c.is_ascii_digit()) {
            name.push('_');
        }
        let (first, rest) = word.split_at(1);
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(&rest.to_ascii_lowercase());
    }
    shorten(&name, FIELD_NAME_MAX).to_owned()
}

/// The text in ASCII: letters without their accents, raised and lowered digits as digits, the rest as gaps.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' | '’' => {}
            '₀'..='₉' => plain.extend(char::from_digit(c as u32 - '₀' as u32, 10)),
            '²' => plain.push('2'),
            '³' => plain.push('3'),
            'µ' | 'μ' => plain.push('u'),
            'ä' | 'æ' => plain.push_str("ae"),
            'Ä' | 'Æ' => plain.push_str("Ae"),
            'ö' | 'ø' => plain.push_str("oe"),
            'Ö' | 'Ø' => plain.push_str("Oe"),
            'ü' => plain.push_str("ue"),
            'Ü' => plain.push_str("Ue"),
            'ß' => plain.push_str("ss"),
            'á' | 'à' | 'â' | 'ã' | 'å' => plain.push('a'),
            'ç' | 'č' | 'ć' => plain.push('c'),
            'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' => plain.push('e'),
            'í' | 'ì' | 'î' | 'ï' => plain.push('i'),
            'ñ' => plain.push('n'),
            'ó' | 'ò' | 'ô' | 'õ' => plain.push('o'),
            'š' => plain.push('s'),
            'ú' | 'ù' | 'û' => plain.push('u'),
            'ž' => plain.push('z'),
            c if c.is_ascii() => plain.push(c),
            _ => plain.push(' '),
        }
    }
    plain
}

fn shorten(name: &str, max: usize) -> &str {
    name.get(..max).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::dtdl::{Dialect, check_name};

    #[test]
    fn names_are_suggested() {
        for (display, name) in [
            ("Temperature", "temperature"),
            ("Room temperature", "roomTemperature"),
            ("CO₂", "co2"),
            ("PM2.5", "pm2_5"),
            ("PM 10", "pm10"),
            ("Außentemperatur (Süd)", "aussentemperaturSued"),
            ("Débit d'eau", "debitDeau"),
            ("1st floor", "value1stFloor"),
            ("  battery -- level ", "batteryLevel"),
            ("湿度", ""),
            ("", ""),
        ] {
            assert_eq!(suggest(display, &[]), name, "{display:?}");
        }
    }

    #[test]
    fn a_suggestion_is_unlike_the_others() {
        let taken = ["temperature".to_owned(), "temperature_2".to_owned()];
        assert_eq!(suggest("Temperature", &taken), "temperature_3");
    }

    #[test]
    fn whatever_is_suggested_is_accepted() {
        let long = "very long ".repeat(30);
        for display in ["CO₂ (ppm)", "7", "_x_", "a_", "Ünï", long.as_str()] {
            assert_eq!(check_name(&suggest(display, &[]), Dialect::V2), Ok(()), "{display:?}");
        }
    }
}
