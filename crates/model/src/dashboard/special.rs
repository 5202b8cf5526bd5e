//! What only some kinds of tiles have: pictures and what stands on them, commands, bins, which alarms.

use super::tile::{CAPABILITY_MAX, Configuration, TEXT_MAX, is_usual};
use crate::alarm::AlarmState;
use crate::check::{self, Check, NAME_MAX};
use crate::command;
use crate::rule::Severity;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most values that stand on a plan.
pub const SPOTS_MAX: usize = 200;
/// Largest picture that is taken, in bytes: as base64 it fits into a request.
pub const PICTURE_MAX: usize = 740_000;
/// Most pictures of a dashboard.
pub const PICTURES_MAX: i64 = 40;
/// Longest words about a picture, in characters.
const ALT_MAX: usize = 300;
/// Most bins of a histogram.
pub const BINS_MAX: u16 = 100;

/// A value that stands on a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spot {
    /// How far from the left, of the picture's width: 0 to 1.
    pub x: f64,
    /// How far from above, of its height.
    pub y: f64,
    /// The device, by what it connects with.
    pub device: String,
    /// The value's name.
    pub capability: String,
    /// What it is called here; empty: as the device is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
}

/// What a command button runs, on the devices of its tile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommandOf {
    /// The component; empty: the device itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// The command's name.
    pub name: String,
    /// What it is given; none: nothing, or what the form asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Value>,
    /// Whether it is asked before it is run.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub confirm: bool,
}

impl Configuration {
    /// Trims its texts, and notes what is wrong below this pointer.
    pub(super) fn check_special(&mut self, check: &mut Check, at: &str) {
        let field = |name: &str| format!("{at}/{name}");
        let known = self.picture.is_empty()
            || self.picture.len() == 32 && self.picture.bytes().all(|byte| byte.is_ascii_hexdigit());
        check.that(known, &field("picture"), "What a picture is known by, as uploading it tells.");
        let alt = check.field(&field("alt"), check::line(&self.alt, ALT_MAX));
        self.alt = alt.unwrap_or_default();
        check.that(
            self.spots.len() <= SPOTS_MAX,
            &field("spots"),
            format!("At most {SPOTS_MAX} values stand on a plan."),
        );
        for (i, spot) in self.spots.iter().enumerate() {
            let within = |part: f64| (0.0..=1.0).contains(&part);
            let named = check::device_id(&spot.device).is_ok()
                && (1..=CAPABILITY_MAX).contains(&spot.capability.chars().count())
                && check::line(&spot.label, NAME_MAX).is_ok();
            check.that(
                within(spot.x) && within(spot.y) && named,
                &field(&format!("spots/{i}")),
                "A value on a plan has a device's id, a value's name, and a place from 0 to 1.",
            );
        }
        check.that(self.bins <= BINS_MAX, &field("bins"), format!("At most {BINS_MAX} bins."));
        check.that(
            self.severities.len() <= Severity::ALL.len() && self.states.len() <= AlarmState::ALL.len(),
            &field("severities"),
            "Each severity and each state once.",
        );
        if let Some(of) = &mut self.command {
            of.name = of.name.trim().to_owned();
            of.component = of.component.trim().to_owned();
            let named = of.name.is_empty() || command::is_name(&of.name);
            check.that(
                named && (of.component.is_empty() || command::is_name(&of.component)),
                &field("command"),
                "The name of a command has letters, digits, _ - and . only.",
            );
            let bytes = of.request.as_ref().map_or(0, |request| request.to_string().len());
            check.that(bytes <= TEXT_MAX, &field("command"), format!("At most {} kB.", TEXT_MAX / 1024));
        }
    }
}
