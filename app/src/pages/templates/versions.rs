//! The versions of a template, and moving devices to the newest.

use super::work::Work;
use crate::api::templates::{get_template, migrate_devices};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_workspace;
use crate::ui::value::count;
use crate::ui::{Button, Card, Confirm, LinkButton, TableFrame, TextArea, Time};
use leptos::prelude::*;
use model::permission::Permission;
use model::template::Version;

/// The published versions; nothing where nothing is published.
#[component]
pub(super) fn Versions(work: Work) -> impl IntoView {
    let versions = Memo::new(move |_| work.whole.with(|whole| whole.versions.clone()));
    let older = Memo::new(move |_| versions.with(|v| v.iter().skip(1).map(|v| v.devices).sum::<i64>()));
    let open = RwSignal::new(false);
    let workspace = use_workspace();
    let may_move =
        move || workspace.with(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ManageDevices)));
    view! {
        <Show when=move || !versions.with(Vec::is_empty)>
            <Card
                padded=false
                title=Signal::stored("Versions".to_owned())
                actions=move || {
                    view! {
                        <Show when=move || may_move() && (older.get() > 0)>
                            <Button on_click=move || open.set(true)>"Migrate devices"</Button>
                        </Show>
                    }
                }
            >
                <TableFrame label="Versions" stack=true>
                    <thead>
                        <tr>
                            <th scope="col">"Version"</th>
                            <th scope="col">"Identifier"</th>
                            <th scope="col" class="number">
                                "Devices"
                            </th>
                            <th scope="col" class="number">
                                "Published"
                            </th>
                            <th scope="col">
                                <span class="visually-hidden">"Document"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{move || versions.get().into_iter().map(|version| row(work, version)).collect_view()}</tbody>
                </TableFrame>
            </Card>
            <Migrate work open older />
        </Show>
    }
    .into_any()
}

fn row(work: Work, version: Version) -> AnyView {
    let file = format!("/w/{}/templates/{}/dtdl.json?version={}", work.slug(), work.id(), version.version);
    view! {
        <tr>
            <td data-label="Version">{version.version}</td>
            <td data-label="Identifier" class="mono">
                {version.dtmi}
            </td>
            <td data-label="Devices" class="number">
                {count(version.devices)}
            </td>
            <td data-label="Published" class="number quiet">
                <Time ms=Signal::stored(Some(version.published_ms)) />
            </td>
            <td data-label="Document">
                <LinkButton href=Signal::stored(file) download=true>
                    "Export"
                </LinkButton>
            </td>
        </tr>
    }
    .into_any()
}

/// Asks which devices, and moves them.
#[component]
fn Migrate(work: Work, open: RwSignal<bool>, older: Memo<i64>) -> impl IntoView {
    let attempt = Attempt::new();
    let chosen = RwSignal::new(String::new());
    let migrate = move || {
        let named = ids(&chosen.get_untracked());
        let devices = (!named.is_empty()).then_some(named);
        let (slug, id) = (work.slug(), work.id());
        let call = async move {
            let moved = migrate_devices(slug.clone(), id, devices).await?;
            Ok((moved, get_template(slug, id).await?))
        };
        attempt.run(Ok(()), call, move |(moved, whole)| {
            _ = work.whole.try_set(whole);
            _ = open.try_set(false);
            _ = chosen.try_set(String::new());
            work.toasts.ok(match moved {
                0 => "No device was moved".to_owned(),
                1 => "1 device was moved to the newest version".to_owned(),
                n => format!("{n} devices were moved to the newest version"),
            });
        });
    };
    view! {
        <Confirm
            open
            title="Migrate devices to the newest version?"
            action="Migrate"
            busy=attempt.busy()
            on_confirm=migrate
        >
            <p>
                {move || match older.get() {
                    1 => "1 device lives by an older version.".to_owned(),
                    n => format!("{} devices live by older versions.", count(n)),
                }} " What they send is checked by the newest from then on."
            </p>
            <TextArea
                label="Only these devices"
                name="devices"
                mono=true
                rows=3
                hint="Their ids, a line each. Nothing here: all."
                value=chosen
                error=attempt.error("devices", chosen)
            />
            <Refusal attempt />
        </Confirm>
    }
    .into_any()
}

/// The ids in a text, between spaces, commas or lines.
fn ids(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || c == ',');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn ids_stand_between_anything() {
        assert_eq!(super::ids(" a, b\nc;1 "), ["a", "b", "c;1"]);
        assert!(super::ids(" \n").is_empty());
    }
}
