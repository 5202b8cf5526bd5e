//! The choices: which devices, which values, whose values make one line, how wide, over what time.

use super::Known;
use super::answer::Answered;
use super::devices::DevicesDialog;
use super::state::Looked;
use super::time::TimeBar;
use super::values::Values;
use crate::ui::{Button, Glyph, Segmented, Select};
use leptos::prelude::*;
use model::group::{GroupId, Place, What};
use model::group_series::{By, Whose};

/// Widths that are offered, in milliseconds.
const INTERVALS: [(i64, &str); 11] = [
    (1_000, "1 second"),
    (10_000, "10 seconds"),
    (60_000, "1 minute"),
    (5 * 60_000, "5 minutes"),
    (15 * 60_000, "15 minutes"),
    (3_600_000, "1 hour"),
    (6 * 3_600_000, "6 hours"),
    (12 * 3_600_000, "12 hours"),
    (86_400_000, "1 day"),
    (7 * 86_400_000, "1 week"),
    (28 * 86_400_000, "4 weeks"),
];

/// The key of choosing devices one by one.
const CHOOSE: &str = "choose";
/// The keys of how charts are cut.
const EACH: &str = "each";
const ONE: &str = "one";

#[component]
pub(super) fn Controls(looked: Looked, known: StoredValue<Known>, answered: Answered) -> impl IntoView {
    let choosing = RwSignal::new(false);
    let whose_here = Signal::derive(move || looked.now.with(|now| whose_key(&now.whose)));
    let whose = bound(whose_here, move |key| match key == CHOOSE {
        true => choosing.set(true),
        false => looked.change(|now| choose_whose(&mut now.whose, &key)),
    });
    // The dialog leaves the choice to what was chosen in it.
    Effect::watch(
        move || choosing.get(),
        move |open, _, _| {
            if !open {
                whose.set(whose_here.get_untracked());
            }
        },
        false,
    );
    let by = bound(Signal::derive(move || looked.now.with(|now| by_key(&now.by))), move |key| {
        looked.change(|now| now.by = by_of(&key))
    });
    let interval = bound(
        Signal::derive(move || {
            looked.now.with(|now| now.interval_ms.map(|ms| ms.to_string()).unwrap_or_default())
        }),
        move |key| looked.change(|now| now.interval_ms = key.parse().ok()),
    );
    let charts = bound(
        Signal::derive(move || looked.now.with(|now| if now.one_chart { ONE } else { EACH }.to_owned())),
        move |key| looked.change(|now| now.one_chart = key == ONE),
    );
    let chart_options: Vec<(String, String)> = [(EACH, "A chart a unit"), (ONE, "One chart")]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .into();
    let sources = Signal::derive(move || {
        let mut options = vec![(String::new(), "All devices".to_owned())];
        options.push((CHOOSE.to_owned(), "Single devices…".to_owned()));
        known.with_value(|known| {
            let groups = known
                .groups
                .iter()
                .map(|listed| (format!("group:{}", listed.group.id), listed.group.name.clone()));
            options.extend(groups);
        });
        looked.now.with(|now| {
            let key = whose_key(&now.whose);
            if !options.iter().any(|(known, _)| *known == key) {
                options.push((key, whose_words(&now.whose)));
            }
        });
        options
    });
    let keys = Signal::derive(move || {
        let mut options: Vec<(String, String)> = [
            ("", "All together"),
            ("device", "Each device"),
            ("template", "Each template"),
            ("organization", "Each organization"),
        ]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .into();
        known.with_value(|known| {
            options.extend(known.choices.values.iter().filter_map(|choice| match &choice.what {
                What::Property(place) => {
                    Some((by_key(&By::Property(place.clone())), format!("Each {}", choice.label)))
                }
                _ => None,
            }));
        });
        looked.now.with(|now| {
            let key = by_key(&now.by);
            if let (By::Property(place), false) = (&now.by, options.iter().any(|(known, _)| *known == key)) {
                options.push((key, format!("Each {}", place.path)));
            }
        });
        options
    });
    let widths = Signal::derive(move || {
        let mut options = vec![(String::new(), "Automatic".to_owned())];
        options.extend(INTERVALS.map(|(ms, text)| (ms.to_string(), text.to_owned())));
        if let Some(ms) = looked.now.with(|now| now.interval_ms)
            && !INTERVALS.iter().any(|(known, _)| *known == ms)
        {
            options.push((ms.to_string(), super::charts::length(ms)));
        }
        options
    });
    view! {
        <div class="explore-controls">
            <Select label="Devices" name="whose" value=whose options=sources />
            <Select label="Lines" name="by" value=by options=keys />
            <Select label="Interval" name="interval" value=interval options=widths />
            <Segmented value=charts options=chart_options label="Charts" />
            <div class="explore-refresh">
                <Button icon=Glyph::Refresh busy=answered.busy on_click=move || answered.ask()>
                    "Refresh"
                </Button>
            </div>
        </div>
        <DevicesDialog open=choosing looked />
        <Values looked known />
        <TimeBar looked />
    }
    .into_any()
}

/// A select that follows the address, and that the address follows.
pub(super) fn bound(here: Signal<String>, chosen: impl Fn(String) + 'static) -> RwSignal<String> {
    let value = RwSignal::new(here.get_untracked());
    Effect::watch(
        move || here.get(),
        move |here, _, _| {
            if value.with_untracked(|value| value != here) {
                value.set(here.clone());
            }
        },
        false,
    );
    Effect::watch(
        move || value.get(),
        move |value, _, _| {
            if here.with_untracked(|here| here != value) {
                chosen(value.clone());
            }
        },
        false,
    );
    value
}

fn whose_key(whose: &Whose) -> String {
    match whose {
        Whose::All => String::new(),
        Whose::Group(id) => format!("group:{id}"),
        Whose::Devices(_) | Whose::Filter(_) => "these".to_owned(),
    }
}

fn whose_words(whose: &Whose) -> String {
    match whose {
        Whose::Devices(ids) if ids.len() == 1 => ids[0].clone(),
        Whose::Devices(ids) => format!("{} devices", ids.len()),
        Whose::Group(id) => format!("{id} (not there)"),
        Whose::All | Whose::Filter(_) => "Some devices".to_owned(),
    }
}

fn choose_whose(whose: &mut Whose, key: &str) {
    match key.strip_prefix("group:") {
        Some(id) => *whose = Whose::Group(GroupId(id.to_owned())),
        None if key.is_empty() => *whose = Whose::All,
        None => {}
    }
}

fn by_key(by: &By) -> String {
    match by {
        By::Together => String::new(),
        By::Device => "device".into(),
        By::Template => "template".into(),
        By::Organization => "organization".into(),
        By::Property(place) => serde_json::to_string(place).unwrap_or_default(),
    }
}

fn by_of(key: &str) -> By {
    match key {
        "device" => By::Device,
        "template" => By::Template,
        "organization" => By::Organization,
        other => serde_json::from_str::<Place>(other).map_or(By::Together, By::Property),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::twin::Part;

    #[test]
    fn keys_come_back() {
        let place = Place { part: Part::Cloud, path: "site".into() };
        for by in [By::Together, By::Device, By::Template, By::Organization, By::Property(place)] {
            assert_eq!(by_of(&by_key(&by)), by);
        }
        let mut whose = Whose::Devices(vec!["a".into()]);
        choose_whose(&mut whose, "these");
        assert_eq!(whose, Whose::Devices(vec!["a".into()]));
        choose_whose(&mut whose, "group:x");
        assert_eq!(whose, Whose::Group(GroupId("x".into())));
        choose_whose(&mut whose, "");
        assert_eq!(whose, Whose::All);
    }
}
