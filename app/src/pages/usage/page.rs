//! The workspace's own page of usage and limits.

use super::{UsageCards, Whose};
use crate::api::usage::workspace_limits;
use crate::pages::settings::SettingsPart;
use crate::session::use_slug;
use crate::ui::value::{bytes, count};
use crate::ui::{Card, ErrorState, Skeleton, TableFrame, Tag};
use leptos::prelude::*;
use model::limits::{Limit, Standing};
use model::permission::Permission;

/// `/w/:workspace/settings/usage`
#[component]
pub fn UsagePage() -> impl IntoView {
    view! {
        <SettingsPart name="Usage" needs=Permission::ViewUsage>
            <Own />
        </SettingsPart>
    }
}

#[component]
fn Own() -> impl IntoView {
    let slug = use_slug();
    move || {
        let slug = slug.get();
        let csv = format!("/w/{slug}/usage.csv");
        view! {
            <div class="settings wide">
                <Limits slug=slug.clone() />
                <UsageCards whose=Whose::Own(slug) csv />
            </div>
        }
        .into_any()
    }
}

#[component]
fn Limits(slug: String) -> impl IntoView {
    let limits = Resource::new(move || slug.clone(), workspace_limits);
    view! {
        <Card title=Signal::stored("Limits".to_owned()) padded=false>
            <Transition fallback=|| view! { <Skeleton rows=3 /> }>
                {move || Suspend::new(async move {
                    match limits.await {
                        Ok((plan, standings)) => view! { <Standings plan standings /> }.into_any(),
                        Err(error) => {
                            view! { <ErrorState problem=error.0 retry=move || limits.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

#[component]
fn Standings(plan: String, standings: Vec<Standing>) -> impl IntoView {
    let rows = standings.into_iter().map(|standing| {
        let Standing { limit, value, taken, near, reached } = standing;
        let mark = match (reached, near) {
            (true, _) => Some("reached"),
            (false, true) => Some("near"),
            _ => None,
        };
        let share = taken.filter(|_| value > 0).map(|taken| {
            let percent = (taken as f64 / value as f64 * 100.0).round();
            format!("{percent:.0} %")
        });
        view! {
            <tr>
                <td>{limit.title()} {mark.map(|mark| view! { <Tag dashed=!reached>{mark}</Tag> })}</td>
                <td class="number" data-label="Taken">
                    {taken.map_or_else(|| "–".to_owned(), |taken| written(limit, taken))}
                </td>
                <td class="number" data-label="Limit">{written(limit, value)}</td>
                <td class="number" data-label="Share">{share.unwrap_or_else(|| "–".to_owned())}</td>
            </tr>
        }
    });
    view! {
        <p class="table-note">{format!("Plan “{plan}”. Whoever runs this Homeport can change it.")}</p>
        <TableFrame label="Limits" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Limit"</th>
                    <th scope="col" class="number">"Taken"</th>
                    <th scope="col" class="number">"Limit"</th>
                    <th scope="col" class="number">"Share"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </TableFrame>
    }
    .into_any()
}

fn written(limit: Limit, value: i64) -> String {
    if limit.is_bytes() { bytes(value) } else { count(value) }
}
