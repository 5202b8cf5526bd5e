//! A colour of a workspace's own, and what becomes of it so that text stays readable.
//!
//! One colour is chosen; for the light and the dark theme it is made darker or lighter until it has the contrast that
//! WCAG 2.2 AA asks of text, 4.5 : 1, on every ground of `style/tokens.css`.

use std::fmt;

/// Contrast that text needs.
pub const CONTRAST: f64 = 4.5;
/// The grounds of the light theme on which coloured text stands: canvas, surface.
const LIGHT: [Colour; 2] = [Colour(0xf7, 0xf7, 0xf5), Colour(0xff, 0xff, 0xff)];
/// Those of the dark one: canvas, surface, raised.
const DARK: [Colour; 3] = [Colour(0x0f, 0x11, 0x13), Colour(0x16, 0x19, 0x1c), Colour(0x1c, 0x20, 0x24)];
const BLACK: Colour = Colour(0, 0, 0);
const WHITE: Colour = Colour(0xff, 0xff, 0xff);
/// What stands on a light accent in the dark theme.
const NEARLY_BLACK: Colour = Colour(0x0b, 0x0d, 0x0e);

/// Red, green and blue, 0 to 255 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// Reads `#0b6b58`, in any case.
    ///
    /// # Errors
    /// A sentence.
    pub fn parse(text: &str) -> Result<Colour, String> {
        let wrong =
            || "A colour looks like #0b6b58: a number sign and six digits, 0 to 9 and a to f.".to_owned();
        let digits = text.trim().strip_prefix('#').ok_or_else(wrong)?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| wrong());
        Ok(Colour(part(0)?, part(2)?, part(4)?))
    }

    /// The contrast of two colours, 1 to 21, as WCAG computes it.
    pub fn contrast(self, other: Colour) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(self.0) + 0.7152 * part(self.1) + 0.0722 * part(self.2)
    }

    /// So many hundredths of the way to another colour.
    fn towards(self, other: Colour, hundredths: u32) -> Colour {
        let part = |from: u8, to: u8| {
            let mixed = u32::from(from) * (100 - hundredths) + u32::from(to) * hundredths;
            u8::try_from((mixed + 50) / 100).unwrap_or(u8::MAX)
        };
        Colour(part(self.0, other.0), part(self.1, other.1), part(self.2, other.2))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// A colour in its shades for one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shades {
    /// Of links, buttons and signs.
    pub accent: Colour,
    /// Under the mouse.
    pub strong: Colour,
    /// Of text on the accent.
    pub ink: Colour,
    /// A ground that is touched by it.
    pub soft: Colour,
}

impl Shades {
    /// Of the light theme.
    pub fn light(colour: Colour) -> Shades {
        let soft = |accent: Colour| WHITE.towards(accent, 11);
        let accent = readable(colour, BLACK, |c| LIGHT.into_iter().chain([soft(c)]).collect());
        Shades { accent, strong: accent.towards(BLACK, 20), ink: WHITE, soft: soft(accent) }
    }

    /// Of the dark theme.
    pub fn dark(colour: Colour) -> Shades {
        let soft = |accent: Colour| DARK[1].towards(accent, 18);
        let accent = readable(colour, WHITE, |c| DARK.into_iter().chain([soft(c)]).collect());
        Shades { accent, strong: accent.towards(WHITE, 20), ink: NEARLY_BLACK, soft: soft(accent) }
    }
}

/// The colour itself, or as little nearer to `end` as it takes to be read on all its grounds.
fn readable(colour: Colour, end: Colour, grounds: impl Fn(Colour) -> Vec<Colour>) -> Colour {
    let fits = |c: Colour| grounds(c).into_iter().all(|ground| c.contrast(ground) >= CONTRAST);
    (0..=100).map(|way| colour.towards(end, way)).find(|c| fits(*c)).unwrap_or(end)
}

/// The tokens of `style/tokens.css` that a colour sets, for a `style` attribute.
pub fn tokens(colour: Colour) -> String {
    let (light, dark) = (Shades::light(colour), Shades::dark(colour));
    let token = |name: &str, light: Colour, dark: Colour| format!("--{name}:light-dark({light},{dark});");
    [
        token("accent", light.accent, dark.accent),
        token("accent-strong", light.strong, dark.strong),
        token("accent-ink", light.ink, dark.ink),
        token("accent-soft", light.soft, dark.soft),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(Colour::parse(" #0B6b58 ").unwrap().to_string(), "#0b6b58");
        for bad in ["", "0b6b58", "#0b6b5", "#0b6b588", "#gggggg", "red", "#é12345", "url(x)"] {
            assert!(Colour::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn contrast_is_what_wcag_says() {
        assert!((WHITE.contrast(BLACK) - 21.0).abs() < 0.01);
        assert!((Colour::parse("#767676").unwrap().contrast(WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn every_colour_can_be_read_in_both_themes() {
        for red in (0..=255).step_by(17) {
            for green in (0..=255).step_by(17) {
                for blue in (0..=255).step_by(17) {
                    let colour = Colour(red, green, blue);
                    let (light, dark) = (Shades::light(colour), Shades::dark(colour));
                    for (shades, grounds) in [(light, &LIGHT[..]), (dark, &DARK[..])] {
                        for ground in grounds.iter().chain([&shades.soft]) {
                            for text in [shades.accent, shades.strong] {
                                assert!(text.contrast(*ground) >= CONTRAST, "{text} on {ground} of {colour}");
                            }
                        }
                        for ground in [shades.accent, shades.strong] {
                            assert!(shades.ink.contrast(ground) >= CONTRAST, "ink on {ground} of {colour}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_can_be_read_stays_as_it_is() {
        let own = Colour::parse("#0b6b58").unwrap();
        assert_eq!(Shades::light(own).accent, own);
        assert!(tokens(own).starts_with("--accent:light-dark(#0b6b58,#"), "{}", tokens(own));
    }
}
