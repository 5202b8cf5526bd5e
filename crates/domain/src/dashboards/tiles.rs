//! What tiles show: all tiles of a page by one question, each answered by itself, so that one that fails spoils none.

use super::scene::{Ground, Scene};
use super::{figures, happened, lines, places, plans, rows, spread, states};
use crate::access::ViewDevices;
use crate::context::Context;
use crate::error::Result;
use futures::{StreamExt, stream};
use model::check::Check;
use model::dashboard::{Kind, POINTS_MAX, TILES_MAX, Tile, TileAnswer, TileData, TilesAsk, VARIABLES_MAX};
use model::{Code, Problem};

/// So many tiles of a question are read at once.
const AT_ONCE: usize = 3;
/// Longest range, in milliseconds: ten years and some days.
const LONGEST_MS: i64 = 3_660 * 24 * 60 * 60 * 1000;

/// What one tile wants, in which time.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) tile: &'a Tile,
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) points: u32,
    pub(super) past: bool,
    pub(super) compare: bool,
}

/// What each of these tiles shows, in their order.
///
/// # Errors
/// [`Code::Invalid`] by field where the question makes no sense; [`Code::NotAllowed`]. What is wrong with one tile stands in
/// its answer.
pub async fn tiles(context: &Context, ask: &TilesAsk) -> Result<Vec<TileAnswer>> {
    let granted = context.grant::<ViewDevices>()?;
    let mut check = Check::default();
    let sound = |from: i64, to: i64| from >= 0 && from < to && to - from <= LONGEST_MS && to < i64::MAX / 4;
    let own = ask.tiles.iter().all(|(_, own)| own.is_none_or(|(from, to)| sound(from, to)));
    check.that(
        sound(ask.from_ms, ask.to_ms) && own,
        "to_ms",
        "The end of the time range lies after its beginning, by ten years at most.",
    );
    check.that(
        ask.only.len() <= VARIABLES_MAX,
        "only",
        format!("At most {VARIABLES_MAX} things are chosen."),
    );
    check.that(ask.tiles.len() <= TILES_MAX, "tiles", format!("At most {TILES_MAX} tiles at once."));
    check.done()?;
    let ground = Ground::read(&granted.scope().await?, &ask.only, context.now_ms).await?;
    let ground = &ground;
    let answers = ask.tiles.iter().map(|(tile, own)| {
        let (from_ms, to_ms) = own.unwrap_or((ask.from_ms, ask.to_ms));
        let points = ask.points.clamp(1, POINTS_MAX);
        let wanted =
            Wanted { tile, from_ms, to_ms, points, past: ask.past, compare: ask.compare && own.is_none() };
        async move { TileAnswer { id: tile.id.clone(), outcome: outcome(context, ground, wanted).await } }
    });
    // Collected first: a stream of what borrows would have to hold for any lifetime.
    let answers: Vec<_> = answers.collect();
    Ok(stream::iter(answers).buffered(AT_ONCE).collect().await)
}

async fn outcome(
    context: &Context,
    ground: &Ground,
    wanted: Wanted<'_>,
) -> std::result::Result<TileData, Problem> {
    match answer(context, ground, wanted).await {
        Ok(data) => Ok(data),
        Err(error) => {
            if error.is_ours() {
                tracing::error!(tile = wanted.tile.id, %error, "a tile could not be read");
            }
            Err(error.problem())
        }
    }
}

async fn answer(context: &Context, ground: &Ground, wanted: Wanted<'_>) -> Result<TileData> {
    let kind = wanted.tile.configuration.kind;
    if matches!(kind, Kind::Text | Kind::Image) {
        return Ok(TileData::Nothing);
    }
    if kind == Kind::Plan && wanted.tile.configuration.spots.is_empty() {
        return Ok(TileData::Spots { spots: Vec::new() });
    }
    let planned = (kind == Kind::Plan).then(|| plans::asking(wanted.tile));
    let wanted = Wanted { tile: planned.as_ref().unwrap_or(wanted.tile), ..wanted };
    let snapshot = context.grant::<ViewDevices>()?.snapshot().await?;
    let scene = Scene::read(&snapshot, ground, wanted, context.now_ms).await?;
    if scene.devices.is_empty() && !matches!(kind, Kind::Count | Kind::Plan) {
        let text = match ground.narrows() {
            true => "None of this tile's devices is among those that are chosen above.",
            false => "There are no devices here. Choose others in the tile's settings.",
        };
        return Err(Problem::with_detail(Code::NotFound, text).into());
    }
    match kind {
        Kind::Line | Kind::Area | Kind::Bar => lines::lines(&scene).await,
        Kind::Heat => lines::by_hour(&scene).await,
        Kind::Pie => states::shares(&scene).await,
        Kind::States => states::states(&scene).await,
        Kind::Kpi => figures::over_the_range(&scene).await,
        Kind::Last | Kind::Gauge => figures::newest(&scene).await,
        Kind::Table => rows::rows(&scene).await,
        Kind::Map => places::places(&scene).await,
        Kind::Scatter => spread::scatter(&scene).await,
        Kind::Histogram => spread::histogram(&scene).await,
        Kind::Alarms => happened::alarms(&scene).await,
        Kind::Timeline => happened::timeline(&scene).await,
        Kind::Property | Kind::Command => Ok(rows::devices(&scene)),
        Kind::Count => Ok(TileData::Count(rows::counted(&scene))),
        Kind::Plan => plans::spots(&scene).await,
        Kind::Text | Kind::Image => Ok(TileData::Nothing),
    }
}
