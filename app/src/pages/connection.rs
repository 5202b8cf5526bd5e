//! How devices come to the workspace: the ID scope, whether they are approved by themselves, and the groups by which
//! they enrol.

mod certificates;
mod groups;
mod keys;
mod new_group;
mod refused;

use crate::api::provisioning::{connection_settings, set_auto_approve};
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Button, Card, CopyButton, ErrorState, Facts, LinkButton, Skeleton, Tag, use_toasts};
use groups::Groups;
use leptos::prelude::*;
use model::enrolment::ConnectionSettings;
use model::permission::Permission;
use refused::Refused;

/// `/w/:workspace/connection`.
#[component]
pub fn ConnectionPage() -> impl IntoView {
    let slug = use_slug();
    let settings = Resource::new(move || slug.get(), connection_settings);
    let may_enrol = may(Permission::ManageEnrolment);
    view! {
        <Shell crumbs=vec![Crumb::here("Device connection")]>
            <PageHead title="Device connection" />
            <div class="settings wide">
                <Card title=Signal::stored("How devices come".to_owned())>
                    <Transition fallback=|| view! { <Skeleton rows=3 /> }>
                        {move || Suspend::new(async move {
                            match settings.await {
                                Ok(settings) => view! { <SettingsFacts settings may_enrol /> }.into_any(),
                                Err(error) => {
                                    view! { <ErrorState problem=error.0 retry=move || settings.refetch() /> }.into_any()
                                }
                            }
                        })}
                    </Transition>
                </Card>
                <Show
                    when=move || may_enrol.get()
                    fallback=|| view! { <p class="quiet">"Your role doesn't show enrolment groups."</p> }
                >
                    <Groups slug />
                    <Refused slug />
                </Show>
            </div>
        </Shell>
    }
    .into_any()
}

#[component]
fn SettingsFacts(settings: ConnectionSettings, may_enrol: Signal<bool>) -> impl IntoView {
    let ConnectionSettings { scope, auto_approve, waiting } = settings;
    let slug = use_slug();
    let copy = Signal::stored(scope.clone());
    let waiting_href = Signal::derive(move || format!("/w/{}/devices?approval=waiting", slug.get()));
    let waiting_text = match waiting {
        0 => "No device waits.".to_owned(),
        1 => "1 device waits".to_owned(),
        many => format!("{} devices wait", count(many)),
    };
    view! {
        <Facts>
            <dt>"ID scope"</dt>
            <dd>
                <span class="copyable">
                    <code class="mono">{scope}</code>
                    <CopyButton text=copy label="Copy the ID scope" />
                </span>
                <p class="hint">"Devices say it when they ask where to connect. It never changes."</p>
            </dd>
            <dt>"New devices"</dt>
            <dd>
                <AutoApprove auto_approve may_enrol />
            </dd>
            <dt>"Waiting for approval"</dt>
            <dd>
                {if waiting > 0 {
                    view! { <LinkButton href=waiting_href>{waiting_text}</LinkButton> }.into_any()
                } else {
                    view! { <span class="quiet">{waiting_text}</span> }.into_any()
                }}
            </dd>
        </Facts>
    }
    .into_any()
}

/// Whether devices are approved by themselves, and the switch.
#[component]
fn AutoApprove(auto_approve: bool, may_enrol: Signal<bool>) -> impl IntoView {
    let (on, busy) = (RwSignal::new(auto_approve), RwSignal::new(false));
    let (toasts, slug) = (use_toasts(), use_slug());
    let switch = move || {
        let wanted = !on.get_untracked();
        busy.set(true);
        let answer = set_auto_approve(slug.get_untracked(), wanted);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(after) => {
                    _ = on.try_set(after.auto_approve);
                    toasts.ok(if wanted {
                        "New devices may connect at once."
                    } else {
                        "New devices wait for somebody to approve them."
                    });
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
        });
    };
    view! {
        <span class="fact-line">
            {move || {
                if on.get() {
                    view! { <Tag>"approved by themselves"</Tag> }.into_any()
                } else {
                    view! { <Tag dashed=true>"wait for approval"</Tag> }.into_any()
                }
            }}
            <Show when=move || may_enrol.get()>
                <Button busy on_click=switch>
                    {move || if on.get() { "Approve by hand" } else { "Approve by themselves" }}
                </Button>
            </Show>
        </span>
        <p class="hint">
            "A device that proves itself by a group is made here. Approved by itself it may connect at once; else somebody approves it first."
        </p>
    }
    .into_any()
}
