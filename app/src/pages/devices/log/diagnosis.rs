//! The first answer to “why does it not work?”: what stands in the way now, and what to do about it.

use super::super::here::Here;
use crate::ui::{Banner, BannerKind};
use leptos::prelude::*;
use model::device::Device;
use model::event::{DeviceEvent, EventKind, LogPage};

/// What stands in the way, above the log; nothing where nothing does.
#[component]
pub(super) fn Diagnosis(here: Here, log: RwSignal<LogPage>) -> impl IntoView {
    let said = Memo::new(move |_| {
        let heard = here.last_seen.get().is_some();
        here.device.with(|device| log.with(|log| diagnosis(device, heard, &log.lines)))
    });
    move || said.get().map(|said| view! { <Banner kind=BannerKind::Bad>{said}</Banner> })
}

/// What stands in the way, in sentences.
fn diagnosis(device: &Device, heard: bool, lines: &[DeviceEvent]) -> Option<String> {
    if device.blocked {
        return Some("The device is blocked: it can't connect until somebody unblocks it.".to_owned());
    }
    if !device.approved {
        return Some(
            "The device waits for approval: it can't connect until somebody approves it.".to_owned(),
        );
    }
    let newest = lines.iter().find(|line| line.kind.is_trouble() || line.kind == EventKind::Connected);
    match newest.filter(|line| line.kind.is_trouble()) {
        Some(line) => {
            let advice = line.kind.advice().unwrap_or_default();
            Some(format!("{}: {} {advice}", line.kind.label(), line.text).trim_end().to_owned())
        }
        None if !heard && lines.iter().any(|line| line.kind == EventKind::Connected) => Some(
            "The device has connected, but sent no telemetry yet. It publishes to the topic that the Connect tab shows."
                .to_owned(),
        ),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::id::{DeviceId, OrganizationId};
    use model::organization::OrganizationName;

    fn device() -> Device {
        Device {
            id: DeviceId(1),
            external_id: "d".into(),
            name: "d".into(),
            template: None,
            template_version: None,
            simulated: false,
            blocked: false,
            approved: true,
            registered_ms: None,
            group: None,
            created_ms: 0,
            last_seen_ms: None,
            organization: OrganizationName { id: OrganizationId(1), key: "root".into(), name: "All".into() },
            moved_away_ms: None,
        }
    }

    fn line(kind: EventKind, text: &str) -> DeviceEvent {
        DeviceEvent { id: 1, at_ms: 0, kind, text: text.into(), count: 1 }
    }

    #[test]
    fn what_stands_in_the_way_is_said() {
        let wrong = line(EventKind::SignInRefused, "The key was wrong.");
        let came = line(EventKind::Connected, "From 127.0.0.1.");
        let said = |lines: &[DeviceEvent]| diagnosis(&device(), false, lines);
        assert_eq!(said(&[]), None);
        assert!(
            said(std::slice::from_ref(&wrong))
                .is_some_and(|said| said.contains("The key was wrong. Compare id"))
        );
        assert!(said(&[came.clone(), wrong.clone()]).is_some_and(|said| said.contains("sent no telemetry")));
        assert_eq!(diagnosis(&device(), true, &[came, wrong.clone()]), None, "it has connected since");
        let blocked = Device { blocked: true, ..device() };
        assert!(diagnosis(&blocked, true, &[wrong]).is_some_and(|said| said.contains("blocked")));
    }
}
