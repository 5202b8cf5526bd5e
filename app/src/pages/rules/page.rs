//! The page that makes a rule, and the page of one.

use super::action_runs::ActionRuns;
use super::draft::Draft;
use super::editor::{Choices, RuleEditor, RuleForm};
use super::explained::Explained;
use super::past::PastOf;
use crate::api::AppError;
use crate::api::groups::list_groups;
use crate::api::organizations::list_organizations;
use crate::api::rules::{create_rule, delete_rule, get_rule, update_rule};
use crate::api::templates::list_templates;
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::devices::may;
use crate::session::{answer_with_status, use_slug};
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Card, Confirm, ErrorState, Glyph, LinkButton, Skeleton,
    use_toasts,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use model::group::GROUPS_MAX;
use model::permission::Permission;
use model::rule::{NewRule, Rule};
use model::{Code, Problem};

fn crumbs(here: impl Into<String>) -> Signal<Vec<Crumb>> {
    let slug = use_slug();
    let here = here.into();
    Signal::derive(move || {
        vec![Crumb::link("Rules", format!("/w/{}/rules", slug.get())), Crumb::here(here.clone())]
    })
}

/// What a target may be. Whoever may not see some of it has less to choose from.
async fn choices(slug: String) -> Choices {
    let templates = list_templates(slug.clone()).await.unwrap_or_default();
    let organizations = list_organizations(slug.clone()).await.unwrap_or_default();
    let groups =
        list_groups(slug, String::new(), 0, GROUPS_MAX).await.map(|page| page.items).unwrap_or_default();
    Choices {
        templates: templates.into_iter().map(|template| (template.id.to_string(), template.name)).collect(),
        groups: groups.into_iter().map(|one| (one.group.id.0, one.group.name)).collect(),
        organizations: organizations.into_iter().map(|node| (node.id.to_string(), node.name)).collect(),
    }
}

async fn rule_and_choices(slug: String, id: i32) -> Result<(Rule, Choices), AppError> {
    Ok((get_rule(slug.clone(), id).await?, choices(slug).await))
}

/// `/w/:workspace/rules/new`, with `?of=` the number of a rule that it begins as.
#[component]
pub fn NewRulePage() -> impl IntoView {
    let slug = use_slug();
    let may_manage = may(Permission::ManageRules);
    let query = use_query_map();
    let of = Memo::new(move |_| query.with(|q| q.get("of").and_then(|id| id.parse::<i32>().ok())));
    let model = Resource::new(
        move || (slug.get(), of.get()),
        async move |(slug, of)| {
            let rule = match of {
                Some(of) => get_rule(slug.clone(), of).await.ok(),
                None => None,
            };
            (rule, choices(slug).await)
        },
    );
    view! {
        <Shell crumbs=crumbs("New")>
            <PageHead title="New rule" />
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    let (model, choices) = model.await;
                    if !may_manage.get() {
                        return view! {
                            <Card>
                                <ErrorState problem=Problem::new(Code::NotAllowed) />
                            </Card>
                        }
                            .into_any();
                    }
                    let draft = match model {
                        Some(rule) => {
                            let draft = Draft::of(wanted(rule));
                            Draft { name: format!("{} (copy)", draft.name), ..draft }
                        }
                        None => Draft::default(),
                    };
                    view! { <NewRuleForm draft choices /> }.into_any()
                })}
            </Transition>
        </Shell>
    }
}

#[component]
fn NewRuleForm(draft: Draft, choices: Choices) -> impl IntoView {
    let (slug, navigate) = (use_slug(), use_navigate());
    let attempt = Attempt::new();
    let form = RuleForm::new(draft);
    let save = move |rule: NewRule| {
        let (slug, navigate) = (slug.get_untracked(), navigate.clone());
        let to = slug.clone();
        attempt.run(Ok(()), create_rule(slug, rule), move |made: Rule| {
            navigate(&format!("/w/{to}/rules/{}", made.id), Default::default());
        });
    };
    view! {
        <RuleEditor form choices attempt action="Create rule" on_save=save />
        <PastOf form />
    }
    .into_any()
}

/// `/w/:workspace/rules/:rule`
#[component]
pub fn RulePage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let id =
        Memo::new(move |_| params.with(|p| p.get("rule").and_then(|id| id.parse::<i32>().ok()).unwrap_or(0)));
    let rule = Resource::new(move || (slug.get(), id.get()), |(slug, id)| rule_and_choices(slug, id));
    view! {
        <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
            {move || Suspend::new(async move {
                match rule.await {
                    Ok((rule, choices)) => view! { <OneRule rule choices /> }.into_any(),
                    Err(error) => {
                        answer_with_status(error.0.code.status());
                        view! {
                            <Shell crumbs=crumbs("Rule")>
                                <Card>
                                    <ErrorState problem=error.0 />
                                </Card>
                            </Shell>
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn OneRule(rule: Rule, choices: Choices) -> impl IntoView {
    let (slug, toasts, navigate) = (use_slug(), use_toasts(), use_navigate());
    let may_manage = may(Permission::ManageRules);
    let (id, name, trouble) = (rule.id, rule.name.clone(), rule.trouble.clone());
    let (saving, deleting) = (Attempt::new(), Attempt::new());
    let choices = StoredValue::new(choices);
    let asking = RwSignal::new(false);
    let title = RwSignal::new(name.clone());
    let form = RuleForm::new(Draft::of(wanted(rule)));
    let save = move |rule: NewRule| {
        saving.run(Ok(()), update_rule(slug.get_untracked(), id, rule), move |saved: Rule| {
            toasts.ok(format!("Saved “{}”", saved.name));
            title.set(saved.name);
        });
    };
    let delete = move || {
        let (slug, navigate) = (slug.get_untracked(), navigate.clone());
        let list = format!("/w/{slug}/rules");
        deleting.run(Ok(()), delete_rule(slug, id), move |()| {
            asking.set(false);
            toasts.ok(format!("Deleted “{}”", title.get_untracked()));
            navigate(&list, Default::default());
        });
    };
    let at = move |path: &'static str| Signal::derive(move || format!("/w/{}/{path}{id}", slug.get()));
    view! {
        <Shell crumbs=crumbs(name)>
            <PageHead title=title>
                <LinkButton href=at("alarms?all&rule=")>"Alarms"</LinkButton>
                <Show when=move || may_manage.get()>
                    <LinkButton href=at("rules/new?of=") icon=Glyph::Copy>
                        "Copy"
                    </LinkButton>
                    <Button kind=ButtonKind::Danger on_click=move || asking.set(true)>
                        "Delete…"
                    </Button>
                </Show>
            </PageHead>
            {trouble.map(|why| view! { <Banner kind=BannerKind::Bad>{why}</Banner> })}
            <Explained rule=id />
            <Show
                when=move || may_manage.get()
                fallback=|| view! { <p class="quiet">"Your role lets you see this rule, and not change it."</p> }
            >
                <RuleEditor form choices=choices.get_value() attempt=saving action="Save" saved=id on_save=save />
            </Show>
            <ActionRuns rule=id />
            <PastOf form />
            <Confirm
                open=asking
                title=Signal::derive(move || format!("Delete “{}”?", title.get()))
                action="Delete rule"
                danger=true
                busy=deleting.busy()
                on_confirm=delete
            >
                <p>"Its alarms stay in the list, and those that are open are cleared. This can't be undone."</p>
                <Refusal attempt=deleting />
            </Confirm>
        </Shell>
    }
    .into_any()
}

/// What somebody would have to want to get this rule.
fn wanted(rule: Rule) -> NewRule {
    let Rule { name, description, severity, enabled, definition, actions, .. } = rule;
    NewRule { name, description, severity, enabled, definition, actions }
}
