//! A dashboard as a file, as somebody sees it now.

use crate::access::ViewDevices;
use crate::context::Context;
use crate::dashboards;
use crate::error::{Error, Result};
use model::colour::Colour;
use model::dashboard::{Content, RANGES, TilesAsk};
use model::report::{FILE_BYTES_MAX, Format, bounds, offset_ms, shown};
use model::{Code, Problem, check};
use report::{Sheet, Shown, csv, pdf};
use serde_json::json;

/// Points of a line: more than paper can show apart.
const POINTS: u32 = 300;
/// Homeport's colour, where the workspace has none.
const ACCENT: (u8, u8, u8) = (11, 107, 88);

/// A file.
#[derive(Clone, Debug)]
pub struct File {
    /// What it is called.
    pub name: String,
    /// What it is, as HTTP and mails say it.
    pub media: &'static str,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Draws a dashboard in this range, as clocks of this zone show it.
///
/// # Errors
/// [`Code::Invalid`] beside `range` and `zone`; [`Code::TooLarge`] where it would be larger than a mail may be;
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn draw(
    context: &Context,
    dashboard: &str,
    format: Format,
    range: &str,
    zone: &str,
) -> Result<File> {
    let found = dashboards::open(context, dashboard).await?;
    let range = if range.is_empty() { found.content.range.as_str() } else { range };
    let words = RANGES.iter().find(|(word, _)| *word == range).map(|(_, label)| *label);
    let words = words.ok_or_else(|| Problem::field(Code::Invalid, "range", "There is no such range."))?;
    let unknown = || Problem::field(Code::Invalid, "zone", "This time zone isn't known.");
    let (from_ms, to_ms) = bounds(range, context.now_ms, zone).ok_or_else(unknown)?;
    if shown(context.now_ms, zone).is_empty() {
        return Err(unknown().into());
    }
    let tiles = tiles(context, &found.content, (from_ms, to_ms), zone).await?;
    let brand = context.grant::<ViewDevices>()?.scope().await?.brandings().get().await?.brand;
    let said = |ms: i64| shown(ms, zone);
    let sheet = Sheet {
        title: found.about.name.clone(),
        description: found.about.description.clone(),
        workspace: context.workspace.name.clone(),
        brand: brand.shown_name().to_owned(),
        accent: accent(&brand.mail_colour().unwrap_or_default()),
        range: format!("{words}: {} to {} ({zone})", said(from_ms), said(to_ms)),
        made: said(context.now_ms),
        from_ms,
        to_ms,
        offset_ms,
        zone: zone.to_owned(),
        tiles,
    };
    let drawn = tokio::task::spawn_blocking(move || match format {
        Format::Pdf => pdf(&sheet).map_err(|error| error.0),
        Format::Csv => Ok(csv(&sheet)),
    });
    let bytes = drawn.await.map_err(|error| Error::Broken(error.to_string()))?;
    let bytes = bytes.map_err(|why| Error::Broken(format!("a report could not be drawn: {why}")))?;
    if bytes.len() > FILE_BYTES_MAX {
        let most = FILE_BYTES_MAX / 1024 / 1024;
        let text = format!(
            "The file would have {} MB; mails take {most}. Choose a shorter range.",
            bytes.len() >> 20
        );
        return Err(Problem::with_detail(Code::TooLarge, text).into());
    }
    let day = said(context.now_ms).chars().take(10).collect::<String>();
    let slug = Some(check::slug(&found.about.name)).filter(|slug| !slug.is_empty());
    let slug = slug.unwrap_or_else(|| "dashboard".into());
    Ok(File { name: format!("{slug}-{day}.{}", format.as_str()), media: format.media(), bytes })
}

/// What the tiles show, each in its own range where it has one.
async fn tiles(context: &Context, content: &Content, range: (i64, i64), zone: &str) -> Result<Vec<Shown>> {
    let own = |range: &str| bounds(range, context.now_ms, zone).filter(|_| !range.is_empty());
    let between: Vec<Option<(i64, i64)>> =
        content.tiles.iter().map(|tile| own(&tile.configuration.range)).collect();
    let asked: Vec<_> = content.tiles.iter().zip(&between).map(|(tile, own)| json!([tile, own])).collect();
    let ask = json!({ "tiles": asked, "from_ms": range.0, "to_ms": range.1, "points": POINTS });
    let ask: TilesAsk = serde_json::from_value(ask).map_err(|error| Error::Broken(error.to_string()))?;
    let answers = dashboards::tiles(context, &ask).await?;
    let shown = content.tiles.iter().zip(between).zip(answers).map(|((tile, own), answer)| Shown {
        tile: tile.clone(),
        between: own.unwrap_or(range),
        outcome: answer.outcome,
    });
    Ok(shown.collect())
}

fn accent(colour: &str) -> (u8, u8, u8) {
    let part = |from: usize| colour.get(from..from + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    match Colour::parse(colour).ok().and_then(|_| Some((part(1)?, part(3)?, part(5)?))) {
        Some(accent) => accent,
        None => ACCENT,
    }
}
