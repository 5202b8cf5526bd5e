//! Pictures that stand on dashboards: photographs, plans of floors.
//!
//! Like a logo, none is kept as it came: it is read within bounds and drawn anew, so that nothing but pixels comes through.

use super::{act, find, to_change};
use crate::access::ViewDevices;
use crate::context::Context;
use crate::error::{Error, Result};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use model::audit::Action;
use model::dashboard::{PICTURE_MAX, PICTURES_MAX};
use model::{Code, Problem};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::io::Cursor;

/// Signs of a hash by which a picture is asked for.
const HASH_SIGNS: usize = 32;
/// Largest picture that is read, in pixels wide and high, and most memory that reading it may take, in bytes.
const PIXELS_MAX: u32 = 8_000;
const MEMORY_MAX: u64 = 256 << 20;
/// A larger one is made smaller than this, in pixels wide and high.
const DRAWN_MAX: u32 = 2_000;
/// How well photographs are kept, of 100.
const QUALITY: u8 = 85;

/// Takes a picture for this dashboard: PNG, JPEG or WebP. Tells by what it is known. Until a tile shows it and the dashboard is
/// saved, it may be forgotten.
///
/// # Errors
/// [`Code::Invalid`] beside `picture`; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn add(context: &Context, dashboard: &str, picture: Vec<u8>) -> Result<String> {
    // Who may not is told so before anything is read; and no connection waits for the drawing.
    drop(to_change(context, dashboard).await?);
    let drawn = tokio::task::spawn_blocking(move || drawn_anew(&picture)).await;
    let drawn = drawn.map_err(|error| Error::Broken(error.to_string()))?;
    let wrong = |message: String| Problem::field(Code::Invalid, "picture", message);
    let (kind, content) = drawn.map_err(wrong)?;
    let hash: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    let id = hash[..HASH_SIGNS].to_owned();
    let (scope, of) = to_change(context, dashboard).await?;
    let dashboards = scope.dashboards(context.actor.person()).await?;
    if dashboards.pictures(dashboard).await? >= PICTURES_MAX {
        return Err(wrong(format!(
            "A dashboard has at most {PICTURES_MAX} pictures. Save it without some first."
        ))
        .into());
    }
    dashboards.add_picture(dashboard, &id, kind, content, context.now_ms).await?;
    context.audited(&scope, act(Action::Update, &of).after(json!({ "picture": id }))).await?;
    scope.commit().await?;
    Ok(id)
}

/// A picture: its kind and its content.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, dashboard: &str, id: &str) -> Result<(String, Vec<u8>)> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    find(context, &scope, dashboard).await?;
    if id.len() != HASH_SIGNS || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::not_found());
    }
    let dashboards = scope.dashboards(context.actor.person()).await?;
    dashboards.picture(dashboard, id).await?.ok_or_else(Error::not_found)
}

/// The picture as PNG, a photograph as JPEG, within [`DRAWN_MAX`]: pixels, and nothing else that came along.
///
/// # Errors
/// A sentence for whoever uploaded it.
fn drawn_anew(picture: &[u8]) -> std::result::Result<(&'static str, Vec<u8>), String> {
    if picture.len() > PICTURE_MAX {
        return Err(format!("At most {} kB.", PICTURE_MAX / 1000));
    }
    let unknown = || {
        "This is no PNG, JPEG or WebP picture. SVG isn't taken, since it can hold scripts; export it as PNG."
            .to_owned()
    };
    let mut reader = ImageReader::new(Cursor::new(picture)).with_guessed_format().map_err(|_| unknown())?;
    let format = reader.format();
    if !matches!(format, Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
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
    let fits = read.width() <= DRAWN_MAX && read.height() <= DRAWN_MAX;
    let drawn = match fits {
        true => read,
        false => read.resize(DRAWN_MAX, DRAWN_MAX, image::imageops::FilterType::CatmullRom),
    };
    let failed = |error: image::ImageError| format!("This picture can't be drawn: {error}.");
    let mut bytes = Cursor::new(Vec::new());
    if format == Some(ImageFormat::Jpeg) {
        let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        DynamicImage::from(drawn.to_rgb8()).write_with_encoder(encoder).map_err(failed)?;
        return Ok(("image/jpeg", bytes.into_inner()));
    }
    DynamicImage::from(drawn.to_rgba8()).write_to(&mut bytes, ImageFormat::Png).map_err(failed)?;
    Ok(("image/png", bytes.into_inner()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    fn picture(wide: u32, high: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let drawn = RgbImage::from_pixel(wide, high, Rgb([200, 10, 10]));
        DynamicImage::from(drawn).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pictures_are_drawn_within_bounds() {
        for (format, kind) in [
            (ImageFormat::Png, "image/png"),
            (ImageFormat::Jpeg, "image/jpeg"),
            (ImageFormat::WebP, "image/png"),
        ] {
            let (drawn, bytes) = drawn_anew(&picture(3000, 600, format)).unwrap();
            let read = image::load_from_memory(&bytes).unwrap();
            assert_eq!((drawn, read.width(), read.height()), (kind, 2000, 400), "{format:?}");
        }
        for bad in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"", b"\x89PNG\r\n\x1a\nnonsense"] {
            assert!(drawn_anew(bad).is_err());
        }
        assert!(drawn_anew(&vec![0; PICTURE_MAX + 1]).unwrap_err().contains("kB"));
    }
}
