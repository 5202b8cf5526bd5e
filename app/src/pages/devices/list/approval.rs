//! Approving and rejecting the ticked devices that wait for it.

use super::table::Selection;
use crate::api::provisioning::{approve_devices, reject_devices};
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Button, Confirm, Glyph, use_toasts};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Two buttons; there only while devices are ticked that wait.
#[component]
pub(super) fn Approval(
    selection: Selection,
    waiting: StoredValue<BTreeSet<String>>,
    reload: Callback<()>,
) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let (busy, rejecting) = (RwSignal::new(false), RwSignal::new(false));
    let chosen = Memo::new(move |_| {
        waiting.with_value(|waiting| selection.with(|s| s.intersection(waiting).cloned().collect::<Vec<_>>()))
    });
    let decide = move |approved: bool| {
        let devices = chosen.get_untracked();
        if devices.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let slug = slug.get_untracked();
        leptos::task::spawn_local(async move {
            let answer = match approved {
                true => approve_devices(slug, devices).await,
                false => reject_devices(slug, devices).await,
            };
            match answer {
                Ok(decided) => {
                    toasts.ok(told(decided, approved));
                    _ = selection.try_update(BTreeSet::clear);
                    reload.try_run(());
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = rejecting.try_set(false);
        });
    };
    let reject = Callback::new(move |()| decide(false));
    let many = move || count(chosen.with(Vec::len) as i64);
    view! {
        <Show when=move || chosen.with(|chosen| !chosen.is_empty())>
            <Button icon=Glyph::Check busy on_click=move || decide(true)>
                {move || format!("Approve {}", many())}
            </Button>
            <Button on_click=move || rejecting.set(true)>{move || format!("Reject {}…", many())}</Button>
        </Show>
        <Confirm
            open=rejecting
            title="Reject these devices?"
            action="Reject"
            danger=true
            on_confirm=reject
            busy
        >
            <p>"They stay in the list, blocked, so that they don't come again. Delete them to forget them."</p>
        </Confirm>
    }
    .into_any()
}

fn told(decided: u32, approved: bool) -> String {
    let verb = if approved { "approved" } else { "rejected" };
    match decided {
        1 => format!("1 device is {verb}."),
        many => format!("{} devices are {verb}.", count(i64::from(many))),
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn one_is_told_as_one() {
        assert_eq!(told(1, true), "1 device is approved.");
        assert_eq!(told(1200, false), "1,200 devices are rejected.");
    }
}
