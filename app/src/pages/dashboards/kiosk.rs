//! The kiosk: a dashboard alone on a screen that nobody touches, and several in turn. All of it stands in the address:
//! `kiosk=30` shows each for 30 seconds, `boards=hall,yard` says which come; of shared ones, the last parts of their links.

use super::more::whole_screen;
use crate::api::AppError;
use crate::api::dashboards::list_dashboards;
use crate::ui::keyboard::on_page_key;
use crate::ui::{
    Button, ButtonKind, Checkbox, CopyButton, Dialog, ErrorState, Field, Form, FormActions, Glyph, Skeleton,
};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use model::dashboard::Listed;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};

/// How long each dashboard is shown, in seconds: at least, at most, and where nobody says.
const SECONDS: std::ops::RangeInclusive<u32> = 5..=86_400;
const USUAL_S: u32 = 30;
/// Most dashboards that take turns.
const BOARDS_MAX: usize = 50;
/// The mark on the document while there is a kiosk: the style sheet takes away what stands around the tiles.
const MARK: &str = "data-kiosk";

/// What the address says of it.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    seconds: u32,
    /// The last parts of addresses; empty: this one stays.
    boards: Vec<String>,
}

impl Wanted {
    fn read(parameter: impl Fn(&str) -> Option<String>) -> Option<Wanted> {
        let seconds = parameter("kiosk")?.parse().unwrap_or(USUAL_S);
        let seconds = seconds.clamp(*SECONDS.start(), *SECONDS.end());
        let boards = parameter("boards").unwrap_or_default();
        let boards = boards.split(',').map(str::trim).filter(|id| !id.is_empty() && !id.contains('/'));
        Some(Wanted { seconds, boards: boards.take(BOARDS_MAX).map(str::to_owned).collect() })
    }

    /// Which one comes after this one; none: it stays.
    fn after(&self, here: &str) -> Option<&str> {
        let place = self.boards.iter().position(|id| id == here);
        let next = place.map_or(0, |place| (place + 1) % self.boards.len());
        self.boards.get(next).map(String::as_str).filter(|next| *next != here)
    }
}

/// Takes away what stands around the dashboard, keeps the screen awake and turns to the next one, while the address says so.
#[component]
pub(super) fn Kiosk() -> impl IntoView {
    let (query, path, navigate) = (use_query_map(), use_location().pathname, use_navigate());
    let wanted = Memo::new(move |_| query.with(|query| Wanted::read(|key| query.get(key))));
    let leave = {
        let navigate = navigate.clone();
        move || {
            let mut parameters = query.with_untracked(|query| {
                query
                    .clone()
                    .into_iter()
                    .filter(|(key, _)| key != "kiosk" && key != "boards")
                    .collect::<ParamsMap>()
            });
            let to = format!("{}{}", path.get_untracked(), std::mem::take(&mut parameters).to_query_string());
            navigate(&to, NavigateOptions { scroll: false, resolve: false, ..Default::default() });
        }
    };
    let leave = Callback::new(move |()| leave());
    Effect::new(move |_| {
        let root = document().document_element();
        let is_kiosk = wanted.with(Option::is_some);
        if let Some(root) = &root {
            _ = if is_kiosk { root.set_attribute(MARK, "") } else { root.remove_attribute(MARK) };
        }
        if is_kiosk {
            stay_awake();
        }
        on_cleanup(move || {
            if let Some(root) = document().document_element() {
                _ = root.remove_attribute(MARK);
            }
        });
    });
    Effect::new(move |_| {
        let Some(Wanted { seconds, .. }) = wanted.get() else { return };
        let here = path.get();
        let navigate = navigate.clone();
        let turn = move || {
            let Some((parent, id)) = here.rsplit_once('/') else { return };
            let next = wanted.with_untracked(|w| w.as_ref().and_then(|w| w.after(id).map(str::to_owned)));
            if let Some(next) = next {
                let parameters = query.with_untracked(ParamsMap::to_query_string);
                let options = NavigateOptions { replace: true, resolve: false, ..Default::default() };
                navigate(&format!("{parent}/{next}{parameters}"), options);
            }
        };
        if let Ok(turning) = set_interval_with_handle(turn, Duration::from_secs(seconds.into())) {
            on_cleanup(move || turning.clear());
        }
    });
    on_page_key(move |ev| {
        if ev.key() == "Escape" && wanted.try_with_untracked(Option::is_some) == Some(true) {
            leave.run(());
        }
    });
    view! {
        <Show when=move || wanted.with(Option::is_some)>
            <div class="kiosk-leave">
                <Button icon=Glyph::Close on_click=leave>
                    "Leave the kiosk"
                </Button>
            </div>
        </Show>
    }
    .into_any()
}

/// Asks the browser to keep the screen on; one that can't, doesn't. It lets go when the page is hidden: each turn asks anew.
fn stay_awake() {
    let get =
        |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok().filter(|v| !v.is_falsy());
    let navigator: JsValue = window().navigator().into();
    let Some(lock) = get(&navigator, "wakeLock") else { return };
    let request = get(&lock, "request").and_then(|request| request.dyn_into::<js_sys::Function>().ok());
    let promise = request.and_then(|request| request.call1(&lock, &"screen".into()).ok());
    if let Some(promise) = promise.and_then(|promise| promise.dyn_into::<js_sys::Promise>().ok()) {
        leptos::task::spawn_local(async move {
            // Refused where the battery is low: then the screen does as it likes.
            _ = wasm_bindgen_futures::JsFuture::from(promise).await;
        });
    }
}

/// Asks which dashboards take turns, and for how long each.
#[component]
pub(super) fn KioskDialog(open: RwSignal<bool>, slug: String, id: String) -> impl IntoView {
    let (slug, id) = (StoredValue::new(slug), StoredValue::new(id));
    let all = RwSignal::new(None::<Result<Vec<Listed>, AppError>>);
    let load = Callback::new(move |()| {
        let call = list_dashboards(slug.get_value());
        leptos::task::spawn_local(async move {
            let found = call.await;
            _ = all.try_set(Some(found));
        });
    });
    Effect::new(move |_| {
        if open.get() {
            load.run(());
        }
    });
    view! {
        <Dialog open title="Kiosk">
            {move || match all.get() {
                None => view! { <Skeleton rows=3 /> }.into_any(),
                Some(Err(AppError(problem))) => {
                    view! { <ErrorState problem retry=move || load.run(()) /> }.into_any()
                }
                Some(Ok(list)) => view! { <KioskForm open slug id list /> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn KioskForm(
    open: RwSignal<bool>,
    slug: StoredValue<String>,
    id: StoredValue<String>,
    list: Vec<Listed>,
) -> impl IntoView {
    let navigate = use_navigate();
    let seconds = RwSignal::new(USUAL_S.to_string());
    let choices: Vec<(Listed, RwSignal<bool>)> = list
        .into_iter()
        .take(BOARDS_MAX)
        .map(|listed| {
            let here = id.with_value(|id| *id == listed.id);
            (listed, RwSignal::new(here))
        })
        .collect();
    let rows = choices.iter().map(|(listed, chosen)| {
        view! { <Checkbox label=listed.name.clone() name=format!("board-{}", listed.id) value=*chosen /> }
    });
    let rows = rows.collect_view();
    let chosen: Vec<(String, RwSignal<bool>)> =
        choices.into_iter().map(|(listed, chosen)| (listed.id, chosen)).collect();
    let chosen = StoredValue::new(chosen);
    let path = Signal::derive(move || {
        let boards: Vec<String> = chosen.with_value(|all| {
            all.iter().filter(|(_, chosen)| chosen.get()).map(|(id, _)| id.clone()).collect()
        });
        let seconds: u32 = seconds.get().trim().parse().unwrap_or(USUAL_S);
        let first = boards.first().cloned().unwrap_or_else(|| id.get_value());
        let turns = if boards.len() > 1 { format!("&boards={}", boards.join(",")) } else { String::new() };
        format!("{}?kiosk={seconds}{turns}", super::dashboard_path(&slug.get_value(), &first))
    });
    // The whole address is known in the browser only.
    let address = Signal::derive(move || match cfg!(feature = "hydrate") {
        true => format!("{}{}", window().location().origin().unwrap_or_default(), path.get()),
        false => path.get(),
    });
    let start = move || {
        open.set(false);
        whole_screen(true);
        navigate(&path.get_untracked(), NavigateOptions { resolve: false, ..Default::default() });
    };
    view! {
        <Form on_submit=start label="Kiosk">
            <p class="hint">
                "Shows dashboards alone on a screen, in turn, and keeps it awake. Escape leaves."
            </p>
            <div class="kiosk-boards">{rows}</div>
            <Field label="Seconds for each" name="seconds" value=seconds />
            <FormActions>
                <CopyButton text=address label="Copy the address" />
                <Button kind=ButtonKind::Primary submit=true>
                    "Start"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kiosk: &str, boards: &str) -> Wanted {
        let value = |key: &str| Some(if key == "kiosk" { kiosk } else { boards }.to_owned());
        Wanted::read(value).unwrap()
    }

    #[test]
    fn dashboards_take_turns() {
        let wanted = read("20", "a, b,c,,x/y");
        assert_eq!((wanted.seconds, wanted.boards.len()), (20, 3));
        assert_eq!(
            (wanted.after("a"), wanted.after("c"), wanted.after("z")),
            (Some("b"), Some("a"), Some("a"))
        );
        assert_eq!(read("", "").after("a"), None);
        assert_eq!(read("1", "a").seconds, 5);
        assert_eq!(read("1", "a").after("a"), None);
        assert_eq!(Wanted::read(|_| None), None);
    }
}
