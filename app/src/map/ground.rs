//! The ground: land and borders that are built in, or the pictures of a map server.

use super::view::View;
use crate::api::maps::map_tiles;
use crate::session::use_slug;
use leptos::prelude::*;
use model::map::Tiles;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// The file with land and borders, and the width of its world. `data/world-map.mjs` makes it.
const WORLD: &str = "/map/world.txt";
const WORLD_UNITS: f64 = 16_384.0;

/// What is known of the ground.
#[derive(Clone, Copy)]
pub(super) struct Ground {
    /// Paths of the land and of the borders; empty until they are there.
    outlines: RwSignal<(String, String)>,
    /// The map server; none: there is none, or it isn't known yet.
    tiles: RwSignal<Option<Tiles>>,
}

impl Ground {
    /// Asked for once the page lives.
    pub(super) fn new() -> Ground {
        let ground = Ground { outlines: RwSignal::default(), tiles: RwSignal::new(None) };
        let slug = use_slug();
        Effect::new(move |_| {
            let slug = slug.get_untracked();
            leptos::task::spawn_local(async move {
                if let Some(text) = text(WORLD).await {
                    let (land, borders) = text.split_once('\n').unwrap_or((&text, ""));
                    _ = ground.outlines.try_set((land.to_owned(), borders.trim_end().to_owned()));
                }
            });
            // A page outside of workspaces shows what is built in.
            if !slug.is_empty() {
                leptos::task::spawn_local(async move {
                    if let Ok(found) = map_tiles(slug).await {
                        _ = ground.tiles.try_set(found);
                    }
                });
            }
        });
        ground
    }

    /// From whom it is.
    pub(super) fn source(self) -> String {
        self.tiles.with(|tiles| match tiles {
            Some(tiles) => tiles.attribution.clone(),
            None => "Natural Earth".to_owned(),
        })
    }
}

/// The ground as it is seen: the lowest layer.
#[component]
pub(super) fn GroundLayer(ground: Ground, view: Memo<View>) -> impl IntoView {
    let place = move || {
        view.with(|view| {
            let ((x, y), scale) = (view.px((0.0, 0.0)), view.scale() / WORLD_UNITS);
            format!("translate({x:.2} {y:.2}) scale({scale:.7})")
        })
    };
    let pictured = move || ground.tiles.with(Option::is_some);
    let pictures = move || if pictured() { view.with(View::pictures) } else { Vec::new() };
    view! {
        <svg class="map-ground" class:pictured=pictured aria-hidden="true">
            <g transform=place>
                <path class="map-land" d=move || ground.outlines.with(|(land, _)| land.clone()) />
                <path class="map-borders" d=move || ground.outlines.with(|(_, borders)| borders.clone()) />
            </g>
        </svg>
        <div class="map-pictures" aria-hidden="true">
            <For each=pictures key=|key| *key let:key>
                <Picture ground view key_of=key />
            </For>
        </div>
    }
    .into_any()
}

#[component]
fn Picture(ground: Ground, view: Memo<View>, key_of: (u32, u32, u32)) -> impl IntoView {
    let (zoom, x, y) = key_of;
    let address = ground.tiles.with_untracked(|tiles| tiles.as_ref().map(|tiles| tiles.picture(zoom, x, y)));
    let place = move || {
        let (left, top, size) = view.with(|view| view.picture(key_of));
        // A little larger, so that no line is seen between them.
        format!("left:{left:.2}px;top:{top:.2}px;width:{:.2}px;height:{:.2}px", size + 0.5, size + 0.5)
    };
    view! { <img src=address alt="" draggable="false" loading="eager" style=place /> }
}

/// A file of this server, as text.
async fn text(path: &str) -> Option<String> {
    let answer = JsFuture::from(window().fetch_with_str(path)).await.ok()?;
    let answer = answer.dyn_into::<web_sys::Response>().ok().filter(web_sys::Response::ok)?;
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}
