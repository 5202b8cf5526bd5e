//! Light or dark: kept in a cookie, so that the server writes the right one into the first byte.

use leptos::prelude::*;
use model::person::Theme;

/// The cookie that carries the theme to the server; readable by scripts, holds nothing else.
pub const COOKIE: &str = "homeport_theme";

/// The window event that says that the page's colours changed by choice; what is drawn on canvas draws again.
pub const CHANGED_EVENT: &str = "homeport-theme";

/// Shows the page in this theme and remembers it for the next page load. Browser only.
pub fn apply(theme: Theme) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", theme.as_str());
    }
    const YEAR_S: u32 = 31_536_000;
    let cookie = format!("{COOKIE}={}; Path=/; Max-Age={YEAR_S}; SameSite=Lax", theme.as_str());
    let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
    if let Ok(changed) = web_sys::Event::new(CHANGED_EVENT) {
        let _ = window().dispatch_event(&changed);
    }
}

/// The theme of this request: a [`Theme`] in context, else the cookie's, else the system's.
pub fn of_request() -> Theme {
    use_context::<Theme>().or_else(from_cookie).unwrap_or_default()
}

#[cfg(feature = "ssr")]
fn from_cookie() -> Option<Theme> {
    let parts = use_context::<http::request::Parts>()?;
    let cookies = parts.headers.get_all(http::header::COOKIE);
    let mut pairs = cookies.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('=').map(Theme::from_word))
}

#[cfg(not(feature = "ssr"))]
fn from_cookie() -> Option<Theme> {
    None
}

#[cfg(test)]
mod tests {
    //! The tokens' promise: text can be read, in both themes.

    const TOKENS: &str = include_str!("../../../style/tokens.css");

    /// Both colours of a token: light, dark.
    fn token(name: &str) -> (u32, u32) {
        let line = TOKENS.lines().find(|l| l.trim_start().starts_with(&format!("--{name}: light-dark(#")));
        let mut hex = line.unwrap_or_else(|| panic!("no token {name}")).split('#').skip(1);
        let mut next = || u32::from_str_radix(&hex.next().unwrap()[..6], 16).unwrap();
        (next(), next())
    }

    /// Relative luminance as WCAG 2 defines it.
    fn luminance(rgb: u32) -> f64 {
        let part = |shift: u32| {
            let v = f64::from(rgb >> shift & 0xff) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read() {
        let everywhere = ["ink", "ink-2", "ink-3", "accent", "ok", "warn", "bad"];
        let grounds = ["canvas", "surface", "raised", "sunken", "hover"];
        let everywhere =
            everywhere.iter().flat_map(|text| grounds.iter().map(move |ground| (*text, *ground)));
        let pairs = [
            ("accent", "accent-soft"),
            ("ok", "ok-soft"),
            ("warn", "warn-soft"),
            ("bad", "bad-soft"),
            ("ink", "ok-soft"),
            ("ink", "warn-soft"),
            ("ink", "bad-soft"),
            ("ink-3", "accent-soft"),
            ("accent-ink", "accent"),
            ("accent-ink", "accent-strong"),
            ("bad-ink", "bad"),
            ("bad-ink", "bad-strong"),
        ];
        let mut poor = Vec::new();
        for (text, ground) in everywhere.chain(pairs) {
            let (text_pair, ground_pair) = (token(text), token(ground));
            for (scheme, a, b) in
                [("light", text_pair.0, ground_pair.0), ("dark", text_pair.1, ground_pair.1)]
            {
                if contrast(a, b) < 4.5 {
                    poor.push(format!("{text} on {ground}, {scheme}: {:.2}", contrast(a, b)));
                }
            }
        }
        assert!(poor.is_empty(), "{poor:#?}");
    }

    #[test]
    fn lines_of_charts_stand_out() {
        for series in ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"] {
            let (line, ground) = (token(series), token("surface"));
            assert!(contrast(line.0, ground.0) >= 3.0 && contrast(line.1, ground.1) >= 3.0, "{series}");
        }
    }
}
