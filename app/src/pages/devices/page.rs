//! The page of one device: its header, its tabs, and the tab that is open.

use super::alarms::Alarms;
use super::block::{BlockDialog, blocking};
use super::children::Children;
use super::connect::Connect;
use super::content::{Content, ContentResource, Tab, VIEW, content};
use super::delete::DeleteDialog;
use super::edit::Edit;
use super::files::Files;
use super::from_device::TemplateFromDevice;
use super::here::{Here, Loaded, load, may};
use super::log::Log;
use super::overview::Overview;
use super::properties::Properties;
use super::raw::Raw;
use super::running::Commands;
use super::simulation::{PaceDialog, SimulatedTag, SimulationItem};
use crate::api::AppError;
use crate::api::dashboards::list_device_views;
use crate::layout::{Crumb, PageHead, Shell};
use crate::live;
use crate::pages::dashboards::DeviceView;
use crate::pages::not_found::NotFound;
use crate::session::{answer_with_status, use_slug, use_workspace};
use crate::ui::{
    Banner, BannerKind, Card, ErrorState, Glyph, LiveMark, Menu, MenuItem, MenuLink, MenuSeparator, Skeleton,
    Tabs, Tag, Time,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use leptos_router::location::Url;
use model::dashboard::Listed;
use model::live::LiveEvent;
use model::permission::Permission;
use model::{Code, external_id};

/// `/w/:workspace/devices/:device/:tab?`.
#[component]
pub fn DevicePage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|p| external_id::of_address(p.get_str("device").unwrap_or_default()).into_owned())
    });
    let tab = Memo::new(move |_| params.with(|p| Tab::from_word(p.get_str("tab"))));
    let loaded = Resource::new(move || (slug.get(), id.get()), |(slug, id)| load(slug, id));
    let content = content(slug, id, tab);
    view! {
        <Suspense fallback=move || view! { <Frame id><Skeleton rows=6 /></Frame> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(loaded) => view! { <Found slug=slug.get_untracked() loaded tab content /> }.into_any(),
                    Err(AppError(problem)) if problem.code == Code::NotFound => view! { <NotFound /> }.into_any(),
                    Err(AppError(problem)) => {
                        answer_with_status(problem.code.status());
                        view! { <Frame id><ErrorState problem retry=move || loaded.refetch() /></Frame> }.into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// The frame while there is nothing to say but the id.
#[component]
fn Frame(id: Memo<String>, children: Children) -> impl IntoView {
    view! {
        <Shell crumbs=crumbs(id.into())>
            <PageHead title=id />
            {children()}
        </Shell>
    }
    .into_any()
}

fn crumbs(name: Signal<String>) -> Signal<Vec<Crumb>> {
    let slug = use_slug();
    Signal::derive(move || {
        vec![Crumb::link("Devices", format!("/w/{}/devices", slug.get())), Crumb::here(name.get())]
    })
}

#[component]
fn Found(slug: String, loaded: Loaded, tab: Memo<Option<Tab>>, content: ContentResource) -> impl IntoView {
    let here = Here::new(slug, loaded);
    let stream = live::live();
    stream.on_device(
        here.id(),
        Callback::new(move |event: LiveEvent| {
            if let LiveEvent::Values { arrived_ms, .. } = event {
                here.heard(arrived_ms);
            }
        }),
    );
    Effect::watch(move || stream.reconnected().get(), move |_, _, _| here.catch_up(), false);
    let name = Signal::derive(move || here.device.with(|d| d.name.clone()));
    let unknown = Memo::new(move |_| tab.with(Option::is_none));
    move || {
        if unknown.get() {
            return view! { <NotFound /> }.into_any();
        }
        view! {
            <Shell crumbs=crumbs(name)>
                <Head here name />
                <DeviceTabs here />
                <MovedAway here />
                <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                    {move || content.get().map(|answer| part(here, answer, content))}
                </Transition>
            </Shell>
        }
        .into_any()
    }
}

/// Says what there is to see of a device that has moved to where one sees nothing.
#[component]
fn MovedAway(here: Here) -> impl IntoView {
    let since = Signal::derive(move || here.device.with(|d| d.moved_away_ms));
    view! {
        <Show when=move || since.get().is_some()>
            <Banner kind=BannerKind::Info>
                "It moved to another organization " <Time ms=since />
                ". What it sent until then stays here, to be read."
            </Banner>
        </Show>
    }
    .into_any()
}

/// The open tab.
fn part(here: Here, answer: Result<Content, AppError>, content: ContentResource) -> AnyView {
    let again = Callback::new(move |()| content.refetch());
    match answer {
        Ok(Content::Overview(values)) => view! { <Overview here values /> }.into_any(),
        Ok(Content::View(dashboard)) => {
            view! { <DeviceView slug=here.slug() device=here.id() dashboard=*dashboard /> }.into_any()
        }
        Ok(Content::Commands(view)) => view! { <Commands here view=*view /> }.into_any(),
        Ok(Content::Properties(view)) => view! { <Properties here view=*view /> }.into_any(),
        Ok(Content::Raw(page)) => view! { <Raw here page /> }.into_any(),
        Ok(Content::Connect(connection)) => view! { <Connect here connection=*connection /> }.into_any(),
        Ok(Content::Files(files)) => view! { <Files here files again /> }.into_any(),
        Ok(Content::Children(family)) => view! { <Children here family=*family again /> }.into_any(),
        Ok(Content::Alarms(page)) => view! { <Alarms here page /> }.into_any(),
        Ok(Content::Log(page, about)) => view! { <Log here page about /> }.into_any(),
        Ok(Content::Edit(templates, tree)) => view! { <Edit here templates tree /> }.into_any(),
        Ok(Content::Nothing) => ().into_any(),
        Err(AppError(problem)) => view! { <Card><ErrorState problem retry=again /></Card> }.into_any(),
    }
}

#[component]
fn Head(here: Here, name: Signal<String>) -> impl IntoView {
    let may_manage = may(Permission::ManageDevices);
    let template = move || here.device.with(|d| d.template.as_ref().map(|(_, name)| name.clone()));
    let blocked = move || here.device.with(|d| d.blocked);
    let away = move || here.device.with(|d| d.moved_away_ms.is_some());
    let organization = move || here.device.with(|d| d.organization.name.clone());
    let own = use_workspace();
    // Where everything belongs to the root, nobody need be told.
    let several = Memo::new(move |_| {
        let root = own.with(|w| w.as_ref().map(|w| (w.organization.id, w.at_root)));
        here.device.with(|d| root != Some((d.organization.id, true)))
    });
    let marks = move || {
        view! {
            <LiveMark last_ms=here.last_seen />
            {move || template().map(|name| view! { <Tag>{name}</Tag> })}
            {move || blocked().then(|| view! { <Tag bad=true>"blocked"</Tag> })}
            <SimulatedTag here />
            {move || away().then(|| view! { <Tag dashed=true>"moved away"</Tag> })}
            {move || several.get().then(|| view! { <Tag>{organization()}</Tag> })}
        }
    };
    let (deleting, pacing) = (RwSignal::new(false), RwSignal::new(false));
    let templating = RwSignal::new(false);
    let may_template = may(Permission::ManageTemplates);
    let blocking = blocking(here);
    let doomed = Signal::derive(move || here.device.with(|d| vec![(d.external_id.clone(), d.name.clone())]));
    let navigate = use_navigate();
    let list = format!("/w/{}/devices", here.slug());
    let deleted = Callback::new(move |_: Vec<String>| navigate(&list, Default::default()));
    view! {
        <PageHead title=name marks=marks>
            <Show when=move || may_manage.get() && !away()>
                <Menu label="Actions">
                    <MenuLink href=here.path("edit") icon=Glyph::Pencil>
                        "Edit"
                    </MenuLink>
                    <MenuLink href=format!("/w/{}/import?device={}", here.slug(), Url::escape(&here.id())) icon=Glyph::ArrowUp>
                        "Import data"
                    </MenuLink>
                    <Show
                        when=blocked
                        fallback=move || {
                            view! {
                                <MenuItem on_click=move || blocking.asking.set(true) icon=Glyph::Ban>
                                    "Block…"
                                </MenuItem>
                            }
                        }
                    >
                        <MenuItem on_click=move || blocking.set.run(false) icon=Glyph::Ban>
                            "Unblock"
                        </MenuItem>
                    </Show>
                    <SimulationItem here pacing />
                    <Show when=move || may_template.get()>
                        <MenuItem on_click=move || templating.set(true) icon=Glyph::Template>
                            "Create a template from this device…"
                        </MenuItem>
                    </Show>
                    <MenuSeparator />
                    <MenuItem on_click=move || deleting.set(true) icon=Glyph::Trash danger=true>
                        "Delete…"
                    </MenuItem>
                </Menu>
            </Show>
        </PageHead>
        <BlockDialog here blocking />
        <PaceDialog here open=pacing />
        <TemplateFromDevice here open=templating />
        <DeleteDialog open=deleting devices=doomed on_deleted=deleted />
    }
    .into_any()
}

#[component]
fn DeviceTabs(here: Here) -> impl IntoView {
    let raw = may(Permission::ViewRawData);
    let views = RwSignal::new(Vec::<Listed>::new());
    Effect::new(move |_| {
        let asked = list_device_views(here.slug(), here.id());
        leptos::task::spawn_local(async move {
            // Without them the page is whole: they are looked for again when it is opened again.
            if let Ok(found) = asked.await {
                _ = views.try_set(found);
            }
        });
    });
    let items = Signal::derive(move || {
        if here.device.with(|d| d.moved_away_ms.is_some()) {
            let mut items = vec![(here.path(""), "Overview".to_owned())];
            if raw.get() {
                items.push((here.path("raw"), "Raw data".to_owned()));
            }
            items.push((here.path("log"), "Log".to_owned()));
            return items;
        }
        let mut items = vec![
            (here.path(""), "Overview".to_owned()),
            (here.path("properties"), "Properties".to_owned()),
            (here.path("commands"), "Commands".to_owned()),
        ];
        let views = views.get().into_iter().map(|view| (here.path(&format!("{VIEW}{}", view.id)), view.name));
        items.splice(1..1, views);
        if raw.get() {
            items.push((here.path("raw"), "Raw data".to_owned()));
            items.push((here.path("files"), "Files".to_owned()));
        }
        items.push((here.path("children"), "Children".to_owned()));
        items.push((here.path("connect"), "Connect".to_owned()));
        items.push((here.path("alarms"), "Alarms".to_owned()));
        items.push((here.path("log"), "Log".to_owned()));
        items
    });
    view! { <Tabs items label="Parts of the device's page" /> }
}
