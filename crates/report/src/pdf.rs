//! A dashboard as a PDF: A4, its tiles where they lie on the grid, pages numbered, text that can be selected.

mod chart;
mod pen;
mod tiles;

use crate::{Sheet, Shown};
use krilla::Document;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use pen::{Face, Fonts, Ink, Pen, Place};

/// A4, in points.
const PAGE: (f32, f32) = (595.28, 841.89);
/// Free space around all, in points.
const MARGIN: f32 = 36.0;
/// Height of a row of the grid with the space below it, and that space, in points.
const ROW: f32 = 27.0;
const GAP: f32 = 7.0;
/// Columns of the grid.
const COLUMNS: f32 = 12.0;
/// Where tiles begin on the first page and on the others, and where they end, in points from the top.
const TOP_FIRST: f32 = 118.0;
const TOP: f32 = 66.0;
const BOTTOM: f32 = PAGE.1 - 48.0;

/// It could not be drawn.
#[derive(Debug)]
pub struct Undrawn(pub String);

/// The whole file.
///
/// # Errors
/// The fonts that are built in can't be read, or the library can't write what was drawn.
pub fn pdf(sheet: &Sheet) -> Result<Vec<u8>, Undrawn> {
    let fonts = Fonts::new().ok_or_else(|| Undrawn("the fonts can't be read".into()))?;
    let pages = pages(&sheet.tiles);
    let mut document = Document::new();
    let settings = || PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| Undrawn("no page".into()));
    for (i, tiles) in pages.iter().enumerate() {
        let mut page = document.start_page_with(settings()?);
        let mut pen = Pen::new(page.surface(), &fonts, sheet.accent);
        head(&mut pen, sheet, i == 0);
        foot(&mut pen, sheet, i + 1, pages.len());
        for (place, shown) in tiles {
            tiles::draw(&mut pen, sheet, *place, shown);
        }
        if tiles.is_empty() {
            pen.text(
                Place::at(MARGIN, TOP_FIRST + 10.0),
                Face::Plain,
                10.0,
                Ink::Quiet,
                "There are no tiles on this dashboard.",
            );
        }
        pen.finish();
        page.finish();
    }
    let language = "en".to_owned();
    let about = Metadata::new().title(sheet.title.clone()).creator(sheet.brand.clone()).language(language);
    document.set_metadata(about);
    document.finish().map_err(|error| Undrawn(format!("{error:?}")))
}

/// Which tiles stand on which page, and where. A row whose tiles don't fit begins a page.
pub(crate) fn pages(tiles: &[Shown]) -> Vec<Vec<(Place, &Shown)>> {
    let mut sorted: Vec<&Shown> = tiles.iter().collect();
    sorted.sort_by_key(|shown| (shown.tile.y, shown.tile.x));
    let width = (PAGE.0 - 2.0 * MARGIN + GAP) / COLUMNS;
    let mut pages: Vec<Vec<(Place, &Shown)>> = vec![Vec::new()];
    let mut first_row = 0;
    for shown in sorted {
        let tile = &shown.tile;
        let top = |pages: usize| if pages == 1 { TOP_FIRST } else { TOP };
        let height = |top: f32| (f32::from(tile.height) * ROW - GAP).min(BOTTOM - top);
        let mut y = top(pages.len()) + f32::from(tile.y.saturating_sub(first_row)) * ROW;
        if y + height(y.min(top(pages.len()))) > BOTTOM + 0.5
            && pages.last().is_some_and(|page| !page.is_empty())
        {
            pages.push(Vec::new());
            first_row = tile.y;
            y = top(pages.len());
        }
        let x = MARGIN + f32::from(tile.x) * width;
        let place = Place { x, y, width: f32::from(tile.width) * width - GAP, height: height(y) };
        if let Some(page) = pages.last_mut() {
            page.push((place, shown));
        }
    }
    pages
}

fn head(pen: &mut Pen<'_>, sheet: &Sheet, first: bool) {
    let right = PAGE.0 - MARGIN;
    if !first {
        pen.text(Place::at(MARGIN, 46.0), Face::Bold, 9.0, Ink::Dark, &sheet.title);
        pen.text_to(Place::at(right, 46.0), Face::Plain, 8.0, Ink::Quiet, &sheet.range);
        return pen.rule(MARGIN, right, 54.0, 0.6, Ink::Line);
    }
    pen.fill(Place { x: MARGIN, y: 36.0, width: 34.0, height: 4.0 }, Ink::Accent);
    pen.text(
        Place::at(MARGIN, 64.0),
        Face::Bold,
        19.0,
        Ink::Dark,
        &pen.short(&sheet.title, Face::Bold, 19.0, 380.0),
    );
    pen.text_to(Place::at(right, 56.0), Face::Bold, 9.5, Ink::Accent, &sheet.brand);
    pen.text_to(Place::at(right, 68.0), Face::Plain, 8.0, Ink::Quiet, &sheet.workspace);
    pen.text(Place::at(MARGIN, 80.0), Face::Plain, 9.0, Ink::Dark, &sheet.range);
    let about = pen.short(&sheet.description, Face::Plain, 8.5, right - MARGIN);
    pen.text(Place::at(MARGIN, 93.0), Face::Plain, 8.5, Ink::Quiet, &about);
    pen.rule(MARGIN, right, 104.0, 0.6, Ink::Line);
}

fn foot(pen: &mut Pen<'_>, sheet: &Sheet, page: usize, pages: usize) {
    let (y, right) = (PAGE.1 - 28.0, PAGE.0 - MARGIN);
    pen.rule(MARGIN, right, y - 11.0, 0.4, Ink::Line);
    pen.text(
        Place::at(MARGIN, y),
        Face::Plain,
        7.5,
        Ink::Quiet,
        &format!("{} · made {}", sheet.brand, sheet.made),
    );
    pen.text_to(Place::at(right, y), Face::Plain, 7.5, Ink::Quiet, &format!("Page {page} of {pages}"));
}
