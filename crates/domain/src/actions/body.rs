//! Bodies of requests: IoT Central's, those of chats and of incident systems, and one's own.

use super::facts::Told;
use model::rule::body_template::BodyTemplate;
use model::rule::{BodyKind, Severity, Webhook};
use serde_json::{Value, json};

/// Longest summary, in characters.
const SUMMARY_MAX: usize = 1000;
/// Longest message that Opsgenie takes, in characters.
const OPSGENIE_MAX: usize = 130;

/// The body; `routing_key` is PagerDuty's.
///
/// # Errors
/// What is wrong with a template, as a sentence.
pub(super) fn of(
    webhook: &Webhook,
    told: &Told,
    values: &Value,
    routing_key: &str,
) -> Result<Vec<u8>, String> {
    let body = match webhook.body {
        BodyKind::IotCentral => iot_central(webhook, told, values),
        BodyKind::Template => {
            return BodyTemplate::read(&webhook.template)?.write(values).map(String::into_bytes);
        }
        BodyKind::Slack => slack(told, values),
        BodyKind::Teams => teams(told, values),
        BodyKind::PagerDuty => pager_duty(told, values, routing_key),
        BodyKind::Opsgenie => opsgenie(told, values),
    };
    Ok(body.to_string().into_bytes())
}

/// As IoT Central sends it. Where several alarms come in one, the first is described as there, and all are listed behind.
fn iot_central(webhook: &Webhook, told: &Told, values: &Value) -> Value {
    let (device, workspace) = (&values["device"], &values["workspace"]);
    let host = workspace["url"].as_str().unwrap_or_default().split('/').nth(2).unwrap_or_default();
    let rule = told.rule.id.to_string();
    let mut body = json!({
        "timestamp": values["timestamp"],
        "action": {
            "id": told.action.id,
            "type": "WebhookAction",
            "rules": [rule],
            "displayName": told.rule.name,
            "url": webhook.url,
        },
        "application": {
            "id": workspace["slug"],
            "displayName": workspace["name"],
            "subdomain": workspace["slug"],
            "host": host,
        },
        "device": {
            "id": device["id"],
            "etag": device["etag"],
            "displayName": device["name"],
            "instanceOf": device["template"],
            "simulated": device["simulated"],
            "provisioned": device["provisioned"],
            "approved": device["approved"],
            "cloudProperties": device["cloudProperties"],
            "properties": device["properties"],
            "telemetry": device["telemetry"],
        },
        "rule": {"id": rule, "displayName": told.rule.name},
    });
    if told.count > 1 {
        body["count"] = told.count.into();
        body["alarms"] = values["alarms"].clone();
    }
    if told.is_test {
        body["test"] = true.into();
    }
    body
}

/// One line that says it all.
pub(super) fn summary(told: &Told) -> String {
    let test = if told.is_test { "Test: " } else { "" };
    let severity = told.rule.severity.label();
    let about = match (told.count, told.first()) {
        (1, Some(fact)) => fact.device_name.clone(),
        (count, _) => format!("{count} alarms"),
    };
    format!("{test}{severity}: {} ({about})", told.rule.name).chars().take(SUMMARY_MAX).collect()
}

/// The subject of a mail.
pub(super) fn subject(told: &Told) -> String {
    let test = if told.is_test { "Test: " } else { "" };
    let (severity, rule) = (told.rule.severity.label(), &told.rule.name);
    match (told.count, told.first()) {
        (1, Some(fact)) => format!("{test}{severity}: {rule} ({})", fact.device_name),
        (count, _) => format!("{test}{severity}: {rule} ({count} devices)"),
    }
}

/// A line for each alarm, and how many more there are.
fn lines(told: &Told) -> Vec<String> {
    let mut lines: Vec<String> = told
        .facts
        .iter()
        .map(|fact| format!("{} ({}): {}", fact.device_name, fact.device, fact.why))
        .collect();
    let more = told.count - lines.len() as i64;
    if more > 0 {
        lines.push(format!("And {more} more."));
    }
    lines
}

fn slack(told: &Told, values: &Value) -> Value {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let (title, url) = (escaped(&summary(told)), values["url"].as_str().unwrap_or_default());
    let mut text = format!("*{}*", title.replace('*', ""));
    for line in lines(told) {
        text.push('\n');
        text.push_str(&escaped(&line));
    }
    // A section takes 3,000 characters.
    let text: String = text.chars().take(2900).collect();
    json!({
        "text": title,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": text}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": format!("<{url}|See alarms>")}]},
        ],
    })
}

fn teams(told: &Told, values: &Value) -> Value {
    let color = match told.rule.severity {
        Severity::Information => "Accent",
        Severity::Warning => "Warning",
        Severity::Major | Severity::Critical => "Attention",
    };
    let mut body = vec![json!({
        "type": "TextBlock", "text": summary(told), "weight": "Bolder", "size": "Medium", "wrap": true, "color": color,
    })];
    if !told.rule.description.is_empty() {
        body.push(
            json!({"type": "TextBlock", "text": told.rule.description, "wrap": true, "isSubtle": true}),
        );
    }
    body.extend(lines(told).into_iter().map(|line| json!({"type": "TextBlock", "text": line, "wrap": true})));
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": body,
                "actions": [{"type": "Action.OpenUrl", "title": "See alarms", "url": values["url"]}],
            },
        }],
    })
}

/// What incident systems know it by: the same alarm is the same incident.
fn incident(told: &Told, values: &Value) -> String {
    match told.first() {
        Some(fact) if fact.alarm > 0 && told.count == 1 && !told.is_test => {
            format!("homeport-{}-{}", values["workspace"]["slug"].as_str().unwrap_or_default(), fact.alarm)
        }
        _ => told.key.clone(),
    }
}

fn pager_duty(told: &Told, values: &Value, routing_key: &str) -> Value {
    let severity = match told.rule.severity {
        Severity::Information => "info",
        Severity::Warning => "warning",
        Severity::Major => "error",
        Severity::Critical => "critical",
    };
    let source = told.first().map(|fact| fact.device.as_str()).filter(|id| !id.is_empty());
    json!({
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": incident(told, values),
        "client": "Homeport",
        "client_url": values["url"],
        "links": [{"href": values["rule"]["url"], "text": "The rule"}],
        "payload": {
            "summary": summary(told),
            "source": source.unwrap_or("homeport"),
            "severity": severity,
            "timestamp": values["timestamp"],
            "class": told.rule.name,
            "group": values["workspace"]["name"],
            "custom_details": {"alarms": lines(told), "description": told.rule.description, "count": told.count},
        },
    })
}

fn opsgenie(told: &Told, values: &Value) -> Value {
    let priority = match told.rule.severity {
        Severity::Information => "P5",
        Severity::Warning => "P3",
        Severity::Major => "P2",
        Severity::Critical => "P1",
    };
    let message: String = summary(told).chars().take(OPSGENIE_MAX).collect();
    json!({
        "message": message,
        "alias": incident(told, values),
        "description": lines(told).join("\n"),
        "priority": priority,
        "source": "Homeport",
        "entity": values["device"]["id"],
        "tags": ["homeport", told.rule.severity.as_str()],
        "details": {"rule": told.rule.name, "workspace": values["workspace"]["name"], "url": values["url"]},
    })
}
