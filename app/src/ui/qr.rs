//! A text as a QR code, for a telephone or a scanner to read from the screen.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// Free modules around the code, without which readers don't find it.
const QUIET: i32 = 4;

/// The code. Nothing where the text is too long for one, about two thousand bytes.
#[component]
pub fn Qr(
    #[prop(into)] text: Signal<String>,
    /// What it holds, for whoever can't see it.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    move || {
        let (path, size) = text.with(|text| drawn(text))?;
        let view_box = format!("0 0 {size} {size}");
        Some(view! {
            <svg class="qr" role="img" aria-label=label.clone() viewBox=view_box shape-rendering="crispEdges">
                <rect class="qr-ground" width=size height=size />
                <path class="qr-ink" d=path />
            </svg>
        })
    }
}

/// The dark modules as the path of an SVG, and the length of a side.
fn drawn(text: &str) -> Option<(String, i32)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    Some((path, code.size() + 2 * QUIET))
}

#[cfg(test)]
mod tests {
    use super::drawn;

    #[test]
    fn a_code_has_a_quiet_border_and_its_three_eyes() {
        let (path, size) = drawn(r#"{"id":"room-1"}"#).unwrap();
        // The smallest code has 21 modules a side; the eyes' corners are dark.
        assert!(size >= 21 + 8, "{size}");
        let far = size - 5;
        for corner in ["M4,4h".to_owned(), format!("M{far},4h"), format!("M4,{far}h")] {
            assert!(path.contains(&corner), "{corner}");
        }
        assert!(!path.contains("M3,") && !path.contains(",3h"), "the border is free");
        assert!(drawn(&"x".repeat(3000)).is_none());
    }

    #[test]
    fn a_reader_reads_what_was_written() {
        for text in [r#"{"host":"iot.example.com","id":"Pümp-1","key":"a+/=","scopeId":"0ne00000001"}"#, "x"]
        {
            let (path, size) = drawn(text).unwrap();
            let scale = 3;
            let dark = |x: usize, y: usize| path.contains(&format!("M{},{}h", x / scale, y / scale));
            let side = usize::try_from(size).unwrap() * scale;
            let shades = (0..side * side).map(|at| if dark(at % side, at / side) { 0 } else { 255 });
            let shades: Vec<u8> = shades.collect();
            let mut reader = quircs::Quirc::default();
            let code = reader.identify(side, side, &shades).next().expect("a code").unwrap();
            assert_eq!(code.decode().unwrap().payload, text.as_bytes());
        }
    }
}
