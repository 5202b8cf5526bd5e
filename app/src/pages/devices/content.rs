//! What the open tab shows, asked for in one place.
//!
//! The page asks here, outside of its `Suspense`: what stands inside is built more than once on the server, and a
//! resource made there would get another number than in the browser, so that neither could find the other's data.

use crate::api::AppError;
use crate::api::alarms::list_alarms;
use crate::api::commands::device_commands;
use crate::api::dashboards::get_dashboard;
use crate::api::device_files::list_device_files;
use crate::api::devices::{connection, device_log};
use crate::api::organizations::list_organizations;
use crate::api::relationships::device_family;
use crate::api::telemetry::{latest, raw};
use crate::api::templates::list_templates;
use crate::api::twin::device_twin;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::alarm::Alarm;
use model::command::CommandsView;
use model::dashboard::Dashboard;
use model::device::Connection;
use model::device_file::DeviceFile;
use model::event::{EventGroup, LogAsk, LogPage};
use model::organization::Organization;
use model::page::Page;
use model::relationship::Family;
use model::telemetry::{Latest, RawPage};
use model::template::Template;
use model::twin::TwinView;
use serde::{Deserialize, Serialize};

/// The parts of the page, as the address names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Overview,
    /// A view of its template, by the dashboard's id.
    View(String),
    Properties,
    Commands,
    Raw,
    Connect,
    Files,
    Children,
    Alarms,
    Log,
    Edit,
}

/// What stands before the id of a view in the address.
pub(super) const VIEW: &str = "view-";

impl Tab {
    pub(super) fn from_word(word: Option<&str>) -> Option<Tab> {
        match word {
            None | Some("") => Some(Tab::Overview),
            Some("properties") => Some(Tab::Properties),
            Some("commands") => Some(Tab::Commands),
            Some("raw") => Some(Tab::Raw),
            Some("connect") => Some(Tab::Connect),
            Some("files") => Some(Tab::Files),
            Some("children") => Some(Tab::Children),
            Some("alarms") => Some(Tab::Alarms),
            Some("log") => Some(Tab::Log),
            Some("edit") => Some(Tab::Edit),
            Some(other) => other.strip_prefix(VIEW).map(|id| Tab::View(id.to_owned())),
        }
    }
}

/// The data of a tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Content {
    /// The newest values.
    Overview(Vec<Latest>),
    /// A view of its template.
    View(Box<Dashboard>),
    /// The digital twin.
    Properties(Box<TwinView>),
    /// Commands and messages.
    Commands(Box<CommandsView>),
    /// The newest messages.
    Raw(RawPage),
    /// What is needed to connect.
    Connect(Box<Connection>),
    /// What it has uploaded, newest first.
    Files(Vec<DeviceFile>),
    /// Who stands before it and who behind it.
    Children(Box<Family>),
    /// What rules have found of it, newest first.
    Alarms(Page<Alarm>),
    /// The newest part of the log about something.
    Log(LogPage, Option<EventGroup>),
    /// The templates and the organizations to choose from.
    Edit(Vec<Template>, Vec<Organization>),
    /// There is no such tab.
    Nothing,
}

/// The answer to come.
pub(super) type ContentResource = Resource<Result<Content, AppError>>;

/// Messages of a page of raw data.
pub(super) const RAW_PAGE: u32 = 50;

/// Asks for what the tab of this device shows, and again when one of them changes.
pub(super) fn content(slug: Signal<String>, id: Memo<String>, tab: Memo<Option<Tab>>) -> ContentResource {
    let query = use_query_map();
    let about = Memo::new(move |_| {
        query
            .with(|q| q.get("about").and_then(|word| EventGroup::from_word(&word)))
            .filter(|_| tab.get() == Some(Tab::Log))
    });
    Resource::new(
        move || (slug.get(), id.get(), tab.get(), about.get()),
        |(slug, id, tab, about)| ask(slug, id, tab, about),
    )
}

async fn ask(
    slug: String,
    id: String,
    tab: Option<Tab>,
    about: Option<EventGroup>,
) -> Result<Content, AppError> {
    Ok(match tab {
        Some(Tab::Overview) => Content::Overview(latest(slug, id).await?),
        Some(Tab::View(id)) => Content::View(Box::new(get_dashboard(slug, id).await?)),
        Some(Tab::Commands) => Content::Commands(Box::new(device_commands(slug, id).await?)),
        Some(Tab::Properties) => Content::Properties(Box::new(device_twin(slug, id).await?)),
        Some(Tab::Raw) => Content::Raw(raw(slug, id, None, RAW_PAGE).await?),
        Some(Tab::Connect) => Content::Connect(Box::new(connection(slug, id).await?)),
        Some(Tab::Files) => Content::Files(list_device_files(slug, id).await?),
        Some(Tab::Children) => Content::Children(Box::new(device_family(slug, id).await?)),
        Some(Tab::Alarms) => {
            let query = super::alarms::query(id);
            Content::Alarms(list_alarms(slug, query).await?)
        }
        Some(Tab::Log) => Content::Log(device_log(slug, id, LogAsk { about, before: None }).await?, about),
        Some(Tab::Edit) => {
            Content::Edit(list_templates(slug.clone()).await?, list_organizations(slug).await?)
        }
        None => Content::Nothing,
    })
}
