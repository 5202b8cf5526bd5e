//! Every page's address, and who may see it.
//!
//! Pages are rendered whole on the server (`SsrMode::Async`): their status, title and theme are known before the
//! first byte leaves.

mod guards;

use crate::pages::admin;
use crate::pages::alarms::AlarmsPage;
use crate::pages::confirm_address::ConfirmAddressPage;
use crate::pages::connection::ConnectionPage;
use crate::pages::dashboards::{DashboardPage, DashboardsPage, ReportsPage, SharedDashboardPage};
use crate::pages::data_exports::{DataExportPage, DataExportsPage, NewDataExportPage};
use crate::pages::devices::{DevicePage, DevicesPage};
use crate::pages::explore::ExplorePage;
use crate::pages::forgot::{ForgotPage, ResetPage};
use crate::pages::groups::{GroupPage, GroupsPage, NewGroupPage};
use crate::pages::imports::{ImportPage, ImportsPage};
use crate::pages::invitation::InvitationPage;
use crate::pages::jobs::{JobPage, JobsPage, NewJobPage};
use crate::pages::not_found::NotFound;
use crate::pages::notices::NoticesPage;
use crate::pages::profile::ProfilePage;
use crate::pages::query::QueryPage;
use crate::pages::rules::{NewRulePage, RulePage, RulesPage};
use crate::pages::set_up::SetUpPage;
use crate::pages::settings::{
    ApplicationPage, AuditPage, BrandingPage, OrganizationsPage, PeoplePage, RolesPage, SettingsPage,
    SignInSettingsPage, StoragePage,
};
use crate::pages::sign_in::{SignInPage, SingleSignOnPage};
use crate::pages::sign_up::{NewAccountPage, SignUpPage};
use crate::pages::templates::{NewTemplatePage, TemplatePage, TemplatesPage};
use crate::pages::usage::UsagePage;
use crate::pages::workspaces::WorkspacesPage;
#[cfg(debug_assertions)]
use crate::ui::gallery::Gallery;
use guards::{Administrators, Founders, Guests, Home, InWorkspace, Members, WorkspaceHome};
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// The router with all pages; stands once, in the app.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=NotFound>
                <ParentRoute path=path!("/set-up") view=Founders ssr=SsrMode::Async>
                    <Route path=path!("") view=SetUpPage ssr=SsrMode::Async />
                </ParentRoute>
                <ParentRoute path=path!("/sign-in") view=Guests ssr=SsrMode::Async>
                    <Route path=path!("") view=SignInPage ssr=SsrMode::Async />
                </ParentRoute>
                <Route path=path!("/invitation/:link") view=InvitationPage ssr=SsrMode::Async />
                <Route path=path!("/single-sign-on") view=SingleSignOnPage ssr=SsrMode::Async />
                <Route path=path!("/forgot") view=ForgotPage ssr=SsrMode::Async />
                <Route path=path!("/sign-up") view=SignUpPage ssr=SsrMode::Async />
                <Route path=path!("/sign-up/:link") view=NewAccountPage ssr=SsrMode::Async />
                <Route path=path!("/reset/:link") view=ResetPage ssr=SsrMode::Async />
                <Route path=path!("/confirm-address/:link") view=ConfirmAddressPage ssr=SsrMode::Async />
                <Route path=path!("/shared/:link") view=SharedDashboardPage ssr=SsrMode::Async />
                <Route path=path!("/_gallery") view=Gallery ssr=SsrMode::Async />
                <MembersRoutes />
            </Routes>
        </Router>
    }
}

/// Only development builds show the parts of the interface.
#[cfg(not(debug_assertions))]
use NotFound as Gallery;

#[component(transparent)]
fn MembersRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Members ssr=SsrMode::Async>
            <Route path=path!("/") view=Home ssr=SsrMode::Async />
            <Route path=path!("/workspaces") view=WorkspacesPage ssr=SsrMode::Async />
            <Route path=path!("/profile") view=ProfilePage ssr=SsrMode::Async />
            <AdminRoutes />
            <WorkspaceRoutes />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn AdminRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/admin") view=Administrators ssr=SsrMode::Async>
            <Route path=path!("") view=admin::WorkspacesPage ssr=SsrMode::Async />
            <Route path=path!("/announcements") view=admin::AnnouncementsPage ssr=SsrMode::Async />
            <Route path=path!("/housekeeping") view=admin::HousekeepingPage ssr=SsrMode::Async />
            <Route path=path!("/log") view=admin::LogPage ssr=SsrMode::Async />
            <Route path=path!("/mails") view=admin::MailsPage ssr=SsrMode::Async />
            <Route path=path!("/mails/:mail") view=admin::MailPage ssr=SsrMode::Async />
            <Route path=path!("/plans") view=admin::PlansPage ssr=SsrMode::Async />
            <Route path=path!("/settings") view=admin::SettingsPage ssr=SsrMode::Async />
            <Route path=path!("/workspaces/:tenant") view=admin::TenantPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn WorkspaceRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/w/:workspace") view=InWorkspace ssr=SsrMode::Async>
            <Route path=path!("") view=WorkspaceHome ssr=SsrMode::Async />
            <Route path=path!("/devices") view=DevicesPage ssr=SsrMode::Async />
            <Route path=path!("/devices/:device/:tab?") view=DevicePage ssr=SsrMode::Async />
            <DashboardRoutes />
            <GroupRoutes />
            <JobRoutes />
            <Route path=path!("/explore") view=ExplorePage ssr=SsrMode::Async />
            <Route path=path!("/connection") view=ConnectionPage ssr=SsrMode::Async />
            <Route path=path!("/query") view=QueryPage ssr=SsrMode::Async />
            <Route path=path!("/import") view=ImportsPage ssr=SsrMode::Async />
            <Route path=path!("/import/:import") view=ImportPage ssr=SsrMode::Async />
            <Route path=path!("/templates") view=TemplatesPage ssr=SsrMode::Async />
            <Route path=path!("/templates/new") view=NewTemplatePage ssr=SsrMode::Async />
            <Route path=path!("/templates/:template") view=TemplatePage ssr=SsrMode::Async />
            <RuleRoutes />
            <DataExportRoutes />
            <SettingsRoutes />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn RuleRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("/alarms") view=AlarmsPage ssr=SsrMode::Async />
            <Route path=path!("/notices") view=NoticesPage ssr=SsrMode::Async />
            <Route path=path!("/rules") view=RulesPage ssr=SsrMode::Async />
            <Route path=path!("/rules/new") view=NewRulePage ssr=SsrMode::Async />
            <Route path=path!("/rules/:rule") view=RulePage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn DataExportRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/data-exports") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=DataExportsPage ssr=SsrMode::Async />
            <Route path=path!("/new") view=NewDataExportPage ssr=SsrMode::Async />
            <Route path=path!("/:export") view=DataExportPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn DashboardRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/dashboards") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=DashboardsPage ssr=SsrMode::Async />
            <Route path=path!("/:dashboard") view=DashboardPage ssr=SsrMode::Async />
            <Route path=path!("/:dashboard/reports") view=ReportsPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn GroupRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/groups") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=GroupsPage ssr=SsrMode::Async />
            <Route path=path!("/new") view=NewGroupPage ssr=SsrMode::Async />
            <Route path=path!("/:group") view=GroupPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn JobRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/jobs") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=JobsPage ssr=SsrMode::Async />
            <Route path=path!("/new") view=NewJobPage ssr=SsrMode::Async />
            <Route path=path!("/:job") view=JobPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn SettingsRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/settings") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=SettingsPage ssr=SsrMode::Async />
            <Route path=path!("/application") view=ApplicationPage ssr=SsrMode::Async />
            <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async />
            <Route path=path!("/branding") view=BrandingPage ssr=SsrMode::Async />
            <Route path=path!("/people") view=PeoplePage ssr=SsrMode::Async />
            <Route path=path!("/roles") view=RolesPage ssr=SsrMode::Async />
            <Route path=path!("/organizations") view=OrganizationsPage ssr=SsrMode::Async />
            <Route path=path!("/sign-in") view=SignInSettingsPage ssr=SsrMode::Async />
            <Route path=path!("/storage") view=StoragePage ssr=SsrMode::Async />
            <Route path=path!("/usage") view=UsagePage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}
