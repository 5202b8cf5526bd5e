//! The lines of the form that say what groups become.

use crate::ui::{Button, Field, Glyph, IconButton, Select};
use leptos::prelude::*;
use model::OrganizationId;
use model::member::Choices;
use model::role::RoleId;
use model::sign_on::GroupRule;

/// A line as it is typed.
#[derive(Clone, Copy)]
struct Line {
    key: u32,
    group: RwSignal<String>,
    role: RwSignal<String>,
    organization: RwSignal<String>,
}

/// All lines.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    lines: RwSignal<Vec<Line>>,
    next: StoredValue<u32>,
}

impl Lines {
    pub(super) fn of(rules: &[GroupRule]) -> Lines {
        let lines = Lines { lines: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
        rules.iter().for_each(|rule| lines.add(rule));
        lines
    }

    /// What they say by now.
    pub(super) fn rules(self) -> Vec<GroupRule> {
        let read = |line: &Line| GroupRule {
            group: line.group.get_untracked(),
            role: RoleId(line.role.get_untracked()),
            organization: line.organization.get_untracked().parse().ok().map(OrganizationId),
        };
        self.lines.with_untracked(|lines| lines.iter().map(read).collect())
    }

    fn add(self, rule: &GroupRule) {
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        let organization = rule.organization.map(|id| id.to_string()).unwrap_or_default();
        let line = Line {
            key,
            group: RwSignal::new(rule.group.clone()),
            role: RwSignal::new(rule.role.0.clone()),
            organization: RwSignal::new(organization),
        };
        self.lines.update(|lines| lines.push(line));
    }

    fn remove(self, key: u32) {
        self.lines.update(|lines| lines.retain(|line| line.key != key));
    }
}

/// The lines, with a button for another one.
#[component]
pub(super) fn Groups(lines: Lines, choices: Choices, error: Signal<Option<String>>) -> impl IntoView {
    let least = choices.roles.last().map(|role| role.id.clone()).unwrap_or_else(|| RoleId("viewer".into()));
    let roles: Vec<(String, String)> = choices.roles.into_iter().map(|role| (role.id.0, role.name)).collect();
    let root = std::iter::once((String::new(), "The whole workspace".to_owned()));
    let places = choices.organizations.into_iter().skip(1).map(|place| (place.id.to_string(), place.name));
    let places: Vec<(String, String)> = root.chain(places).collect();
    let (roles, places) = (Signal::stored(roles), Signal::stored(places));
    let another =
        move || lines.add(&GroupRule { group: String::new(), role: least.clone(), organization: None });
    view! {
        <fieldset class="form-group">
            <legend>"What groups become"</legend>
            <p class="hint">"The first line counts that somebody is in. It counts anew with each sign-in."</p>
            <For each=move || lines.lines.get() key=|line| line.key let:line>
                <div class="group-line">
                    <Field label="Group" name=format!("group-{}", line.key) value=line.group />
                    <Select label="Role" name=format!("role-{}", line.key) value=line.role options=roles />
                    <Select
                        label="Organization"
                        name=format!("organization-{}", line.key)
                        value=line.organization
                        options=places
                    />
                    <IconButton glyph=Glyph::Close label="Take this line away" on_click=move || lines.remove(line.key) />
                </div>
            </For>
            {move || error.get().map(|text| view! { <p class="field-error" role="alert">{text}</p> })}
            <Button icon=Glyph::Plus on_click=another>
                "Another group"
            </Button>
        </fieldset>
    }
    .into_any()
}
