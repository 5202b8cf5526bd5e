//! What stands where there is nothing yet, nothing at all, or something that went wrong.

use super::button::Button;
use super::icon::{Glyph, Icon};
use leptos::prelude::*;
use model::Problem;

/// Nothing here: says what would be, and offers the way to it as its content.
#[component]
pub fn EmptyState(
    icon: Glyph,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty-state">
            <span class="empty-icon">
                <Icon glyph=icon />
            </span>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// Grey bars in the place of rows that are on their way.
#[component]
pub fn Skeleton(#[prop(default = 3)] rows: usize) -> impl IntoView {
    view! {
        <div class="skeleton" role="status" aria-label="Loading">
            {(0..rows).map(|_| view! { <div class="skeleton-row"></div> }).collect_view()}
        </div>
    }
    .into_any()
}

/// Something could not be shown: why, and a way to try again.
#[component]
pub fn ErrorState(problem: Problem, #[prop(optional, into)] retry: Option<Callback<()>>) -> impl IntoView {
    let detail = problem.detail.clone();
    view! {
        <div class="empty-state error-state" role="alert">
            <span class="empty-icon">
                <Icon glyph=Glyph::Warning />
            </span>
            <h2>{problem.code.title()}</h2>
            {detail.map(|detail| view! { <p>{detail}</p> })}
            {retry
                .map(|retry| {
                    view! {
                        <div class="empty-actions">
                            <Button icon=Glyph::Refresh on_click=retry>
                                "Try again"
                            </Button>
                        </div>
                    }
                })}
        </div>
    }
    .into_any()
}

/// What a [`Banner`] is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BannerKind {
    /// Good to know.
    #[default]
    Info,
    /// It worked.
    Good,
    /// Look at it.
    Warning,
    /// It failed.
    Bad,
}

impl BannerKind {
    fn class(self) -> &'static str {
        match self {
            BannerKind::Info => "banner",
            BannerKind::Good => "banner good",
            BannerKind::Warning => "banner warning",
            BannerKind::Bad => "banner bad",
        }
    }

    fn glyph(self) -> Glyph {
        match self {
            BannerKind::Info => Glyph::Info,
            BannerKind::Good => Glyph::Good,
            BannerKind::Warning | BannerKind::Bad => Glyph::Warning,
        }
    }
}

/// A remark above what it is about.
#[component]
pub fn Banner(#[prop(optional)] kind: BannerKind, children: Children) -> impl IntoView {
    view! {
        <div class=kind.class() role=if kind == BannerKind::Bad { "alert" } else { "note" }>
            <Icon glyph=kind.glyph() />
            <div>{children()}</div>
        </div>
    }
    .into_any()
}
