//! What an action does to a device: a command, properties, a notice. By the use-cases that people have for it, in the name of
//! the rule.

use super::facts::Told;
use super::request::Came;
use crate::context::{Context, now_ms};
use crate::error::{Error, Result};
use crate::{commands, twin};
use model::command::{NewRun, Run};
use model::down::{Delivery, Down};
use model::rule::Deed;
use model::topic;
use serde_json::Value;
use std::time::Instant;
use store::Outcome;

/// Does it, and notes of a command that it was begun in the transaction that begins it: so it is run once.
///
/// # Errors
/// The database's.
pub(super) async fn act(context: &Context, id: i64, told: &Told, values: &Value) -> Result<Option<Came>> {
    let about = told.first().map(|fact| fact.device.clone()).unwrap_or_default();
    let begun = Instant::now();
    let outcome = |answer: String| Outcome {
        status: None,
        answer,
        took_ms: i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX),
    };
    let came = match &told.action.deed {
        Deed::Command { device, component, name, request, queue_s } => {
            let new = NewRun {
                component: component.clone(),
                name: name.clone(),
                request: request.clone(),
                timeout_s: None,
                connect_s: 0,
                queue_s: *queue_s,
            };
            return command(context, id, device.as_ref().unwrap_or(&about), new).await;
        }
        Deed::Property { device, component, values } => {
            let wish =
                twin::Wish { component: component.clone(), values: values.clone(), ..Default::default() };
            let device = device.as_ref().unwrap_or(&about);
            twin::change(context, device, wish).await.map(|_| outcome("Set.".into()))
        }
        Deed::Publish { device, topic } => {
            let device = device.as_ref().unwrap_or(&about);
            let body = values.to_string();
            let down = Down {
                content_type: Some("application/json".into()),
                ..Down::new(topic::notice(topic), body)
            };
            match context.homeport.post(&context.workspace.scope, device, down).await {
                Ok(Delivery::Delivered) => Ok(outcome("Delivered.".into())),
                Ok(_) => {
                    return Ok(Some(Came::Again(
                        outcome("The device doesn't listen to it now.".into()),
                        None,
                    )));
                }
                Err(away) => return Ok(Some(Came::Again(outcome(format!("{away}.")), None))),
            }
        }
        Deed::Mail { .. } | Deed::Webhook(_) => return Ok(None),
    };
    match came {
        Ok(outcome) => Ok(Some(Came::Done(outcome))),
        Err(Error::Problem(problem)) => Ok(Some(Came::Never(outcome(sentence(&problem))))),
        Err(error) => Err(error),
    }
}

async fn command(context: &Context, id: i64, device: &str, new: NewRun) -> Result<Option<Came>> {
    let scope = context.homeport.store().workspace(context.workspace.id).await?;
    let outcome = |answer: String| Outcome { answer, ..Outcome::default() };
    let begun = match commands::begin_in(context, &scope, device, new).await {
        Ok(begun) => begun,
        Err(Error::Problem(problem)) => return Ok(Some(Came::Never(outcome(sentence(&problem))))),
        Err(error) => return Err(error),
    };
    let waits = begun.run.state == model::command::RunState::Waiting;
    let said = if waits { "It waits for the device." } else { "Sent." };
    scope.action_runs().done(id, &outcome(said.into()), now_ms()).await?;
    scope.commit().await?;
    begun.committed();
    if !waits {
        let begin = Instant::now();
        let run = begun.finish().await?;
        let took_ms = i32::try_from(begin.elapsed().as_millis()).unwrap_or(i32::MAX);
        let outcome = Outcome { status: run.status.map(i32::from), answer: came_of(&run), took_ms };
        let scope = context.homeport.store().workspace(context.workspace.id).await?;
        scope.action_runs().answered(id, &outcome).await?;
        scope.commit().await?;
    }
    Ok(None)
}

/// What came of a command.
fn came_of(run: &Run) -> String {
    let said = run.response.clone().or_else(|| run.why.clone()).unwrap_or_default();
    format!("{}. {said}", run.state.as_str().replace('-', " ")).trim().to_owned()
}

/// The problem in one line.
fn sentence(problem: &model::Problem) -> String {
    let fields = problem.fields.iter().map(|field| field.message.clone());
    let all: Vec<String> = problem.detail.iter().cloned().chain(fields).collect();
    if all.is_empty() { problem.to_string() } else { all.join(" ") }
}
