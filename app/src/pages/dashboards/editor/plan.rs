//! Settings of pictures and plans: the file, what it is called for who doesn't see it, and the values that stand on it.

use super::Editor;
use super::fields::{flag, text};
use crate::api::AppError;
use crate::api::dashboards::add_picture;
use crate::pages::dashboards::picture_path;
use crate::ui::{Button, Checkbox, Field, Glyph, IconButton};
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use model::branding::packed;
use model::dashboard::{Kind, PICTURE_MAX, Spot, Tile};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// How far an arrow key moves a value, of the picture's width or height.
const STEP: f64 = 0.01;

/// The settings.
#[component]
pub(super) fn PictureFields(editor: Editor, tile: Tile) -> impl IntoView {
    let id = StoredValue::new(tile.id.clone());
    let configuration = tile.configuration.clone();
    let is_plan = configuration.kind == Kind::Plan;
    let has_one = !configuration.picture.is_empty();
    let alt = text(editor, id, configuration.alt.clone(), |tile, text| {
        text.clone_into(&mut tile.configuration.alt)
    });
    let cover = flag(editor, id, configuration.cover, |tile, on| tile.configuration.cover = on);
    view! {
        <Upload editor id has_one />
        <Field
            label="What it shows, in words"
            name="tile-alt"
            value=alt
            hint="For who doesn't see it. Empty: it is only decoration."
        />
        {(!is_plan).then(|| view! { <Checkbox label="Fill the tile, and cut off what is beyond" name="tile-cover" value=cover /> })}
        {(is_plan && has_one).then(|| view! { <Spots editor tile /> })}
    }
    .into_any()
}

#[component]
fn Upload(editor: Editor, id: StoredValue<String>, has_one: bool) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let dashboard = StoredValue::new(editor.about.with_untracked(|about| about.id.clone()));
    let (error, busy) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let chosen = move || {
        let file = input.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        let Some(file) = file else { return };
        if file.size() > PICTURE_MAX as f64 {
            return error.set(Some(format!("At most {} kB.", PICTURE_MAX / 1000)));
        }
        error.set(None);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let read = JsFuture::from(file.array_buffer()).await;
            let answer = match read {
                Ok(buffer) => {
                    let picture = packed(&js_sys::Uint8Array::new(&buffer).to_vec());
                    add_picture(editor.board.slug(), dashboard.get_value(), picture).await.map_err(
                        |AppError(problem)| {
                            problem.of_field("picture").unwrap_or(problem.sentence()).to_owned()
                        },
                    )
                }
                Err(_) => Err("The file can't be read.".to_owned()),
            };
            _ = busy.try_set(false);
            match answer {
                Ok(picture) => id.with_value(|id| {
                    editor.change_tile(id, |tile| tile.configuration.picture = picture);
                }),
                Err(why) => _ = error.try_set(Some(why)),
            }
        });
    };
    let label = if has_one { "Another picture" } else { "Picture" };
    view! {
        <div class="field">
            <label for="field-tile-picture">{label}</label>
            <input
                node_ref=input
                id="field-tile-picture"
                name="tile-picture"
                class="input"
                type="file"
                accept="image/png,image/jpeg,image/webp"
                disabled=move || busy.get()
                aria-invalid=move || error.get().map(|_| "true")
                on:change=move |_| chosen()
            />
            {move || error.get().map(|why| view! { <p class="field-error">{why}</p> })}
            <p class="hint">{format!("PNG, JPEG or WebP, up to {} kB.", PICTURE_MAX / 1000)}</p>
        </div>
    }
    .into_any()
}

/// The plan with what stands on it: dragged, or moved by the arrow keys; a click on the plan adds one.
#[component]
fn Spots(editor: Editor, tile: Tile) -> impl IntoView {
    let id = StoredValue::new(tile.id.clone());
    let frame = NodeRef::<html::Div>::new();
    let spots = RwSignal::new(tile.configuration.spots.clone());
    let count = Memo::new(move |_| spots.with(Vec::len));
    let dragged = StoredValue::new(None::<usize>);
    // Shown while one drags, and a step of the editor when one lets go. What else a value says stands in its fields.
    let keep = move || {
        let now = spots.get_untracked();
        let write = |tile: &mut Tile| {
            for (spot, now) in tile.configuration.spots.iter_mut().zip(&now) {
                (spot.x, spot.y) = (now.x, now.y);
            }
        };
        id.with_value(|id| editor.change_tile(id, write));
    };
    // The form begins anew with one more.
    let add_at = move |x: f64, y: f64| {
        let write = |tile: &mut Tile| {
            let like = tile.configuration.spots.last().cloned().unwrap_or_default();
            tile.configuration.spots.push(Spot { x, y, label: String::new(), ..like });
        };
        id.with_value(|id| editor.change_tile(id, write));
    };
    let part = move |x: i32, y: i32| {
        let edges = frame.get_untracked()?.get_bounding_client_rect();
        let (width, height) = (edges.width().max(1.0), edges.height().max(1.0));
        let rounded = |part: f64| (part.clamp(0.0, 1.0) * 1000.0).round() / 1000.0;
        Some((rounded((f64::from(x) - edges.left()) / width), rounded((f64::from(y) - edges.top()) / height)))
    };
    let add = move |ev: MouseEvent| {
        if let Some((x, y)) = part(ev.client_x(), ev.client_y()) {
            add_at(x, y);
        }
    };
    let src = picture_path(&editor.board.slug(), &tile.configuration.picture);
    let dot = move |i: usize| {
        let place = move || {
            spots.with(|spots| {
                spots.get(i).map(|spot| format!("left:{:.2}%;top:{:.2}%", spot.x * 100.0, spot.y * 100.0))
            })
        };
        let shift = move |by: (f64, f64)| {
            spots.update(|spots| {
                if let Some(spot) = spots.get_mut(i) {
                    (spot.x, spot.y) = ((spot.x + by.0).clamp(0.0, 1.0), (spot.y + by.1).clamp(0.0, 1.0));
                }
            });
            keep();
        };
        let pressed = move |ev: PointerEvent| {
            if let Some(dot) = ev.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) {
                let _ = dot.set_pointer_capture(ev.pointer_id());
            }
            dragged.set_value(Some(i));
        };
        let moved = move |ev: PointerEvent| {
            if let (true, Some((x, y))) = (dragged.get_value() == Some(i), part(ev.client_x(), ev.client_y()))
            {
                spots.update(|spots| {
                    if let Some(spot) = spots.get_mut(i) {
                        (spot.x, spot.y) = (x, y);
                    }
                });
            }
        };
        let released = move |_: PointerEvent| {
            if dragged.get_value().is_some() {
                dragged.set_value(None);
                keep();
            }
        };
        let keys = move |ev: KeyboardEvent| {
            match ev.key().as_str() {
                "ArrowLeft" => shift((-STEP, 0.0)),
                "ArrowRight" => shift((STEP, 0.0)),
                "ArrowUp" => shift((0.0, -STEP)),
                "ArrowDown" => shift((0.0, STEP)),
                _ => return,
            }
            ev.prevent_default();
            // The editor's own arrow keys move tiles.
            ev.stop_propagation();
        };
        view! {
            <button
                type="button"
                class="plan-dot"
                style=place
                aria-label=format!("Value {}", i + 1)
                on:click=|ev: MouseEvent| ev.stop_propagation()
                on:pointerdown=pressed
                on:pointermove=moved
                on:pointerup=released
                on:pointercancel=released
                on:keydown=keys
            >
                {i + 1}
            </button>
        }
    };
    let dots = move || (0..count.get()).map(dot).collect_view();
    let rows = tile.configuration.spots.into_iter().enumerate().map(|(i, spot)| {
        view! { <SpotRow editor id i spot /> }
    });
    let rows = rows.collect_view();
    view! {
        <div class="plan-editor" node_ref=frame on:click=add>
            <img src=src alt="" draggable="false" />
            {dots}
        </div>
        <p class="hint">"Click to add a value; drag it, or move it by the arrow keys."</p>
        {rows}
        <Button icon=Glyph::Plus on_click=move || add_at(0.5, 0.5)>
            "Add a value"
        </Button>
    }
    .into_any()
}

#[component]
fn SpotRow(editor: Editor, id: StoredValue<String>, i: usize, spot: Spot) -> impl IntoView {
    let write = move |change: fn(&mut Spot, &str)| {
        move |tile: &mut Tile, text: &str| {
            if let Some(spot) = tile.configuration.spots.get_mut(i) {
                change(spot, text.trim());
            }
        }
    };
    let device = text(editor, id, spot.device, write(|spot, text| text.clone_into(&mut spot.device)));
    let value = text(editor, id, spot.capability, write(|spot, text| text.clone_into(&mut spot.capability)));
    let label = text(editor, id, spot.label, write(|spot, text| text.clone_into(&mut spot.label)));
    let remove = move || {
        id.with_value(|id| {
            editor.change_tile(id, |tile| {
                if i < tile.configuration.spots.len() {
                    tile.configuration.spots.remove(i);
                }
            });
        });
    };
    view! {
        <fieldset class="panel-choices">
            <legend>{format!("Value {}", i + 1)}</legend>
            <Field label="Device, by its id" name=format!("spot-device-{i}") value=device mono=true />
            <div class="panel-row">
                <Field label="Value" name=format!("spot-value-{i}") value=value mono=true />
                <Field label="Label" name=format!("spot-label-{i}") value=label placeholder="its name" />
                <IconButton glyph=Glyph::Close label="Remove the value" on_click=remove />
            </div>
        </fieldset>
    }
    .into_any()
}
