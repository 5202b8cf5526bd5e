//! A picture that somebody uploads, read within bounds and drawn anew.

use image::{ImageFormat, ImageReader, Limits};
use model::branding::{LOGO_BOX, LOGO_MAX};
use std::io::Cursor;

/// Largest picture that is read, in pixels wide and high.
const PIXELS_MAX: u32 = 6000;
/// Most memory that reading one may take, in bytes.
const MEMORY_MAX: u64 = 160 << 20;

/// The picture as a PNG that fits into [`LOGO_BOX`]: pixels, and nothing else that came along.
///
/// # Errors
/// A sentence for whoever uploaded it.
pub(super) fn drawn_anew(picture: &[u8]) -> Result<Vec<u8>, String> {
    if picture.len() > LOGO_MAX {
        return Err(format!("At most {} kB.", LOGO_MAX / 1000));
    }
    let unknown = || {
        "This is no PNG, JPEG or WebP picture. SVG isn't taken, since it can hold scripts; export it as PNG."
            .to_owned()
    };
    let mut reader = ImageReader::new(Cursor::new(picture)).with_guessed_format().map_err(|_| unknown())?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(unknown());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(PIXELS_MAX);
    limits.max_image_height = Some(PIXELS_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let read = reader.decode().map_err(|_| {
        format!("This picture can't be read, or is larger than {PIXELS_MAX} pixels wide or high.")
    })?;
    let (wide, high) = LOGO_BOX;
    let fits = read.width() <= wide && read.height() <= high;
    let drawn = if fits { read } else { read.resize(wide, high, image::imageops::FilterType::CatmullRom) };
    let mut png = Cursor::new(Vec::new());
    let written = image::DynamicImage::from(drawn.to_rgba8()).write_to(&mut png, ImageFormat::Png);
    written.map_err(|error| format!("This picture can't be drawn: {error}."))?;
    Ok(png.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, Rgba, RgbaImage};

    fn picture(wide: u32, high: u32, format: ImageFormat) -> Vec<u8> {
        let drawn = RgbaImage::from_pixel(wide, high, Rgba([200, 10, 10, 255]));
        let mut bytes = Cursor::new(Vec::new());
        let drawn = DynamicImage::from(drawn);
        // JPEG knows no transparency.
        DynamicImage::from(drawn.to_rgb8()).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pictures_become_small_pngs() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let png = drawn_anew(&picture(1200, 300, format)).unwrap();
            let read = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
            assert_eq!((read.width(), read.height()), (480, 120), "{format:?}");
        }
        let small = drawn_anew(&picture(16, 16, ImageFormat::Png)).unwrap();
        assert_eq!(image::load_from_memory(&small).unwrap().width(), 16);
    }

    #[test]
    fn what_is_no_picture_is_refused_in_words() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        assert!(drawn_anew(svg).unwrap_err().contains("SVG isn't taken"));
        for bad in [&b""[..], b"GIF89a", b"\x89PNG\r\n\x1a\nnonsense"] {
            assert!(drawn_anew(bad).is_err());
        }
        let mut hidden = picture(16, 16, ImageFormat::Png);
        hidden.extend(b"<script>alert(1)</script>");
        let png = drawn_anew(&hidden).unwrap();
        assert!(!png.windows(7).any(|w| w == b"<script"), "what hangs on behind is gone");
        assert!(drawn_anew(&picture(6001, 1, ImageFormat::Png)).is_err());
    }
}
