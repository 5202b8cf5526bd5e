//! What the pages of the settings have in common: where they stand, and who may not see one.

use super::SettingsTabs;
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::{Card, ErrorState};
use leptos::prelude::*;
use model::permission::Permission;
use model::{Code, Problem};

/// The way to a page of the settings.
pub(crate) fn crumbs(here: &'static str) -> Signal<Vec<Crumb>> {
    let slug = use_slug();
    Signal::derive(move || {
        vec![Crumb::link("Settings", format!("/w/{}/settings", slug.get())), Crumb::here(here)]
    })
}

/// A page of the settings that takes a permission to see.
#[component]
pub(crate) fn SettingsPart(name: &'static str, needs: Permission, children: ChildrenFn) -> impl IntoView {
    let seen = may(needs);
    let seen = Memo::new(move |_| seen.get());
    view! {
        <Shell crumbs=crumbs(name)>
            <PageHead title="Settings" />
            <SettingsTabs />
            {move || match seen.get() {
                true => children(),
                false => {
                    view! {
                        <Card>
                            <ErrorState problem=Problem::new(Code::NotAllowed) />
                        </Card>
                    }
                        .into_any()
                }
            }}
        </Shell>
    }
    .into_any()
}
