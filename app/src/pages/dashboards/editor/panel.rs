//! The settings of the tile that is selected, beside the board.

use super::fields::{flag, number, text};
use super::kinds::KindFields;
use super::variables::VariablesForm;
use super::{Editor, source_word};
use crate::api::groups::list_groups;
use crate::api::templates::list_templates;
use crate::ui::{Button, Checkbox, Field, Glyph, IconButton, Select, TextArea};
use leptos::prelude::*;
use model::dashboard::{Aggregate, Capability, Kind, Mood, Needs, RANGES, Source, Split, Threshold, Tile};
use model::group::{GroupId, ListedGroup};
use model::template::Template;

type Options = Vec<(String, String)>;

/// The panel: of one tile its settings, of several what can be done with them.
#[component]
pub(in super::super) fn Panel(editor: Editor) -> impl IntoView {
    let slug = editor.board.slug();
    let templates = RwSignal::new(Vec::<Template>::new());
    Effect::new(move |_| {
        let asked = list_templates(slug.clone());
        leptos::task::spawn_local(async move {
            if let Ok(found) = asked.await {
                _ = templates.try_set(found);
            }
        });
    });
    // The form begins anew when its fields are others, and not with every letter.
    let shape = Memo::new(move |_| {
        let selected = editor.selected.get();
        let only = (selected.len() == 1).then(|| selected.first().cloned()).flatten();
        let turns = editor.turns.get();
        let tile = only.and_then(|id| {
            editor.board.content.with(|content| content.tiles.iter().find(|tile| tile.id == id).map(shape_of))
        });
        (selected.len(), tile, turns, templates.with(Vec::len))
    });
    move || {
        let (selected, tile, ..) = shape.get();
        let tile = tile.and_then(|(id, ..)| {
            editor.board.content.with_untracked(|content| content.tiles.iter().find(|t| t.id == id).cloned())
        });
        let content = match (tile, selected) {
            (Some(tile), _) => view! { <TileForm editor tile templates /> }.into_any(),
            (None, 0) => view! {
                <p class="hint">"Select a tile to change what it shows."</p>
                <VariablesForm editor />
            }
            .into_any(),
            (None, n) => view! { <p>{format!("{n} tiles are selected.")}</p> }.into_any(),
        };
        view! {
            <aside class="board-panel" aria-label="Settings of the tile">
                {content}
                {(selected > 0)
                    .then(|| {
                        view! {
                            <Button icon=Glyph::Trash on_click=move || editor.remove()>
                                "Remove"
                            </Button>
                        }
                    })}
            </aside>
        }
    }
}

/// What decides which fields there are.
fn shape_of(tile: &Tile) -> (String, Kind, String, usize, usize, (String, usize)) {
    let configuration = &tile.configuration;
    (
        tile.id.clone(),
        configuration.kind,
        source_word(&configuration.source),
        configuration.capabilities.len(),
        configuration.thresholds.len(),
        (configuration.picture.clone(), configuration.spots.len()),
    )
}

#[component]
fn TileForm(editor: Editor, tile: Tile, templates: RwSignal<Vec<Template>>) -> impl IntoView {
    let id = StoredValue::new(tile.id.clone());
    let configuration = tile.configuration.clone();
    let needs = configuration.kind.needs();
    let title =
        text(editor, id, tile.display_name.clone(), |tile, text| text.clone_into(&mut tile.display_name));
    let kind = text(editor, id, configuration.kind.as_str().into(), |tile, word| {
        if let Some(kind) = Kind::from_word(word) {
            tile.configuration.kind = kind;
        }
    });
    let kinds: Options = Kind::ALL.iter().map(|kind| (kind.as_str().into(), kind.label().into())).collect();
    let words = text(editor, id, configuration.text.clone(), |tile, text| {
        text.clone_into(&mut tile.configuration.text)
    });
    let range = text(editor, id, configuration.range.clone(), |tile, word| {
        word.clone_into(&mut tile.configuration.range);
    });
    let mut ranges: Options = vec![(String::new(), "The dashboard's".into())];
    ranges.extend(RANGES.iter().map(|(word, label)| ((*word).to_owned(), (*label).to_owned())));
    let is_text = needs == Needs::Text;
    let values = matches!(needs, Needs::Values | Needs::Either);
    let ranged = needs == Needs::Values || matches!(configuration.kind, Kind::Map | Kind::Timeline);
    let scaled = needs == Needs::Values || matches!(configuration.kind, Kind::Map | Kind::Plan);
    view! {
        <Field label="Title" name="tile-title" value=title />
        <Select label="Kind" name="tile-kind" value=kind options=kinds />
        {is_text
            .then(|| {
                view! { <TextArea label="Text, in Markdown" name="tile-text" value=words rows=10 /> }
            })}
        {(!is_text && needs != Needs::Picture).then(|| view! { <SourceFields editor tile=tile.clone() templates /> })}
        {values.then(|| view! { <ValueFields editor tile=tile.clone() templates /> })}
        <KindFields editor tile=tile.clone() />
        {ranged.then(|| view! { <Select label="Time range" name="tile-range" value=range options=ranges /> })}
        {scaled.then(|| view! { <ScaleFields editor tile=tile.clone() /> })}
    }
    .into_any()
}

#[component]
fn SourceFields(editor: Editor, tile: Tile, templates: RwSignal<Vec<Template>>) -> impl IntoView {
    let id = StoredValue::new(tile.id.clone());
    let Tile { configuration, .. } = tile;
    let now = source_word(&configuration.source);
    let chosen = text(editor, id, now.clone(), |tile, word| {
        tile.configuration.source = match (word, word.split_once(':')) {
            (_, Some(("template", dtmi))) => Source::Template(dtmi.to_owned()),
            (_, Some(("group", id))) => Source::Group(GroupId(id.to_owned())),
            ("devices", _) => match &tile.configuration.source {
                Source::Devices(ids) => Source::Devices(ids.clone()),
                _ => Source::Devices(Vec::new()),
            },
            _ => Source::All,
        };
    });
    let groups = RwSignal::new(Options::new());
    let slug = editor.board.slug();
    Effect::new(move |_| {
        let asked = list_groups(slug.clone(), String::new(), 0, 200);
        leptos::task::spawn_local(async move {
            if let Ok(page) = asked.await {
                let option = |one: ListedGroup| {
                    (format!("group:{}", one.group.id), format!("Group: {}", one.group.name))
                };
                _ = groups.try_set(page.items.into_iter().map(option).collect());
            }
        });
    });
    let options = Signal::derive(move || {
        let mut options: Options = vec![("all".into(), "All devices".into())];
        options.extend(groups.get());
        templates.with(|templates| {
            options.extend(templates.iter().map(|t| {
                let family = t.dtmi.split(';').next().unwrap_or_default();
                (format!("template:{family}"), format!("Template: {}", t.name))
            }));
        });
        if !options.iter().any(|(word, _)| *word == now) && now != "devices" {
            options.push((now.clone(), now.clone()));
        }
        options.push(("devices".into(), "Devices by their ids".into()));
        options
    });
    let ids = match &configuration.source {
        Source::Devices(ids) => Some(ids.join(", ")),
        _ => None,
    };
    let ids = ids.map(|ids| {
        let value = text(editor, id, ids, |tile, text| {
            let ids = text.split([',', ' ', '\n']).map(str::trim).filter(|id| !id.is_empty());
            tile.configuration.source = Source::Devices(ids.map(str::to_owned).collect());
        });
        view! { <TextArea label="Ids, with commas between" name="tile-devices" value rows=2 mono=true /> }
    });
    let apart = flag(editor, id, configuration.split == Split::Device, |tile, apart| {
        tile.configuration.split = if apart { Split::Device } else { Split::Together };
    });
    let lines = matches!(
        configuration.kind,
        Kind::Line | Kind::Area | Kind::Bar | Kind::Pie | Kind::Map | Kind::Histogram
    );
    let apart_label = match configuration.kind {
        Kind::Map => "With the way of each device over the time range",
        _ => "Each device by itself",
    };
    let stays = flag(editor, id, configuration.ignores_variables, |tile, stays| {
        tile.configuration.ignores_variables = stays;
    });
    let variables = editor.board.content.with_untracked(|content| !content.variables.is_empty());
    view! {
        <Select label="Of which devices" name="tile-source" value=chosen options />
        {variables
            .then(|| {
                view! { <Checkbox label="Whatever is chosen above the tiles" name="tile-stays" value=stays /> }
            })}
        {ids}
        {lines.then(|| view! { <Checkbox label=apart_label name="tile-split" value=apart /> })}
    }
    .into_any()
}

#[component]
fn ValueFields(editor: Editor, tile: Tile, templates: RwSignal<Vec<Template>>) -> impl IntoView {
    let id = StoredValue::new(tile.id.clone());
    let source = tile.configuration.source.clone();
    let names = Memo::new(move |_| {
        templates.with(|templates| {
            let of = |t: &&Template| match &source {
                Source::Template(dtmi) => t.dtmi.split(';').next() == Some(dtmi.as_str()),
                _ => true,
            };
            let mut names: Options = templates
                .iter()
                .filter(of)
                .flat_map(|t| {
                    t.telemetry.iter().map(|field| (field.name.clone(), field.display_name.clone()))
                })
                .collect();
            names.sort();
            names.dedup_by(|a, b| a.0 == b.0);
            names
        })
    });
    let first = move || names.with_untracked(|names| names.first().map(|(name, _)| name.clone()));
    let add = move || {
        let capability = first().unwrap_or_else(|| "temperature".into());
        id.with_value(|id| {
            editor.change_tile(id, |tile| {
                tile.configuration.capabilities.push(Capability { capability, ..Capability::default() });
            });
        });
    };
    let rows = tile.configuration.capabilities.into_iter().enumerate().map(move |(i, capability)| {
        let name = text(editor, id, capability.capability, move |tile, name| {
            if let Some(one) = tile.configuration.capabilities.get_mut(i) {
                name.clone_into(&mut one.capability);
            }
        });
        let function = text(editor, id, capability.aggregate_function.as_str().into(), move |tile, word| {
            if let Some(one) = tile.configuration.capabilities.get_mut(i) {
                one.aggregate_function = Aggregate::from_word(word).unwrap_or_default();
            }
        });
        let functions: Options =
            Aggregate::ALL.iter().map(|a| (a.as_str().into(), a.label().into())).collect();
        let remove = move || {
            id.with_value(|id| {
                editor.change_tile(id, |tile| {
                    if i < tile.configuration.capabilities.len() {
                        tile.configuration.capabilities.remove(i);
                    }
                });
            });
        };
        view! {
            <div class="panel-row">
                <Field
                    label=format!("Value {}", i + 1)
                    name=format!("tile-value-{i}")
                    value=name
                    mono=true
                    list="tile-values"
                />
                <Select
                    label="Of many"
                    name=format!("tile-function-{i}")
                    value=function
                    options=functions
                />
                <IconButton glyph=Glyph::Close label="Remove the value" on_click=remove />
            </div>
        }
    });
    view! {
        <datalist id="tile-values">
            {move || {
                names.get().into_iter().map(|(name, label)| view! { <option value=name>{label}</option> }).collect_view()
            }}
        </datalist>
        {rows.collect_view()}
        <Button icon=Glyph::Plus on_click=add>
            "Add a value"
        </Button>
    }
    .into_any()
}

#[component]
fn ScaleFields(editor: Editor, tile: Tile) -> impl IntoView {
    let id = StoredValue::new(tile.id.clone());
    let configuration = tile.configuration;
    let min = number(editor, id, configuration.min, |tile, min| tile.configuration.min = min);
    let max = number(editor, id, configuration.max, |tile, max| tile.configuration.max = max);
    let hidden =
        flag(editor, id, configuration.hide_legend, |tile, hidden| tile.configuration.hide_legend = hidden);
    let scaled =
        matches!(configuration.kind, Kind::Line | Kind::Area | Kind::Bar | Kind::Gauge | Kind::Histogram);
    let lines = matches!(configuration.kind, Kind::Line | Kind::Area | Kind::Bar | Kind::Scatter);
    let add = move || {
        id.with_value(|id| {
            editor.change_tile(id, |tile| {
                let from = tile.configuration.thresholds.last().map_or(0.0, |last| last.from + 10.0);
                tile.configuration.thresholds.push(Threshold { from, mood: Mood::Warning });
            });
        });
    };
    let rows = configuration.thresholds.into_iter().enumerate().map(move |(i, threshold)| {
        let from = number(editor, id, Some(threshold.from), move |tile, from| {
            if let (Some(one), Some(from)) = (tile.configuration.thresholds.get_mut(i), from) {
                one.from = from;
            }
        });
        let mood = text(editor, id, threshold.mood.as_str().into(), move |tile, word| {
            if let Some(one) = tile.configuration.thresholds.get_mut(i) {
                one.mood = Mood::from_word(word).unwrap_or_default();
            }
        });
        let moods: Options = Mood::ALL.map(|mood| (mood.as_str().into(), mood.label().into())).into();
        let remove = move || {
            id.with_value(|id| {
                editor.change_tile(id, |tile| {
                    if i < tile.configuration.thresholds.len() {
                        tile.configuration.thresholds.remove(i);
                    }
                });
            });
        };
        view! {
            <div class="panel-row">
                <Field label="From" name=format!("tile-threshold-{i}") value=from />
                <Select label="Means" name=format!("tile-mood-{i}") value=mood options=moods />
                <IconButton glyph=Glyph::Close label="Remove the threshold" on_click=remove />
            </div>
        }
    });
    let rows = rows.collect_view();
    view! {
        {scaled
            .then(|| {
                view! {
                    <div class="panel-row two">
                        <Field label="Lower end" name="tile-min" value=min placeholder="by the values" />
                        <Field label="Upper end" name="tile-max" value=max placeholder="by the values" />
                    </div>
                }
            })}
        {rows}
        <Button icon=Glyph::Plus on_click=add>
            "Add a threshold"
        </Button>
        {lines.then(|| view! { <Checkbox label="Without a legend" name="tile-legend" value=hidden /> })}
    }
    .into_any()
}
