//! How long the questions take that pages ask, beside the same asked of plain narrow rows in the same Postgres.

use super::arguments::PastArgs;
use super::chance::Chance;
use super::past::{FIELDS, Past};
use super::report::Report;
use crate::error::{Error, Result};
use crate::terminal;
use model::DeviceId;
use model::telemetry::SeriesQuery;
use std::path::Path;
use std::time::{Duration, Instant};

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Buckets of a line: what a chart can show.
const POINTS: u32 = 400;
/// Buckets of a group: five minutes of a day.
const GROUP_POINTS: u32 = 288;
/// How often each question is asked, at most …
const TIMES: usize = 200;
/// … and for how long, at most; but three times at least.
const LONG: Duration = Duration::from_secs(20);

/// A question that a page asks.
#[derive(Clone, Copy, Debug)]
enum Question {
    /// The latest values of so many devices.
    Latest(usize),
    /// One value of a device over so long, of one that has been there for that long.
    Line { ms: i64, far: bool },
    /// One value of so many devices together, over a day.
    Group(usize),
    /// The newest messages of a device.
    Raw(u32),
}

const QUESTIONS: [(Question, &str, &str); 7] = [
    (Question::Latest(500), "latest_500", "latest values of 500 devices"),
    (Question::Line { ms: DAY_MS, far: false }, "line_24h", "a line of 24 h"),
    (Question::Line { ms: 30 * DAY_MS, far: true }, "line_30d", "a line of 30 d"),
    (Question::Line { ms: 365 * DAY_MS, far: true }, "line_1y", "a line of 1 y"),
    (Question::Group(100), "group_100", "100 devices together over 24 h"),
    (Question::Group(1000), "group_1000", "1,000 devices together over 24 h"),
    (Question::Raw(100), "raw_100", "the latest 100 messages of a device"),
];

/// Runs the bench.
pub(super) async fn run(args: &PastArgs, dir: &Path) -> Result<()> {
    let past = Past::open(dir, args.datapoints).await?;
    let mut report = Report::default();
    let mut answers = serde_json::Map::new();
    for (question, key, words) in QUESTIONS {
        terminal::tell(&format!("{words} …"));
        let ours = times(&past, question, true).await?;
        let narrow = times(&past, question, false).await?;
        let figures = [
            ("ours_p50_ms", part(&ours, 0.5)),
            ("ours_p99_ms", part(&ours, 0.99)),
            ("narrow_p50_ms", part(&narrow, 0.5)),
            ("narrow_p99_ms", part(&narrow, 0.99)),
        ];
        let rounded = figures.map(|(name, ms)| (name.to_owned(), ((ms * 1e3).round() / 1e3).into()));
        answers.insert(key.to_owned(), serde_json::Value::Object(rounded.into_iter().collect()));
        let [ours, ours_99, narrow, _] = figures.map(|(_, ms)| ms);
        report.words(words, format!("{ours:8.2} {ours_99:8.2} {narrow:10.2} {:8.1}", narrow / ours));
    }
    report.add("datapoints", "datapoints", past.plan.datapoints());
    report.only_json("questions", answers);
    let title = "Milliseconds: ours p50, ours p99, narrow rows p50, so many times sooner";
    report.show(title, args.shared.json);
    Ok(())
}

/// How long each asking took, in milliseconds, in order.
async fn times(past: &Past, question: Question, ours: bool) -> Result<Vec<f64>> {
    let mut chance = Chance::new(7);
    let mut times = Vec::new();
    let begun = Instant::now();
    // The first fill caches.
    for asked in 0..TIMES + 5 {
        if begun.elapsed() > LONG && times.len() >= 3 {
            break;
        }
        let start = Instant::now();
        let found = if ours {
            ask(past, question, &mut chance).await?
        } else {
            narrow(past, question, &mut chance).await?
        };
        if asked >= 5 || begun.elapsed() > LONG {
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        if found == 0 {
            return Err(Error::Bench(format!("{question:?} finds nothing")));
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

fn part(times: &[f64], part: f64) -> f64 {
    let at = (times.len() as f64 * part) as usize;
    times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// The devices that a question is about this time.
fn chosen(past: &Past, question: Question, chance: &mut Chance) -> Vec<DeviceId> {
    let near = past.plan.near as u64;
    let (first, count) = match question {
        Question::Latest(count) | Question::Group(count) => {
            let count = (count as u64).min(near);
            (chance.below(near - count + 1), count)
        }
        Question::Line { far: true, .. } => (near + chance.below(past.plan.far as u64), 1),
        Question::Line { .. } | Question::Raw(_) => (chance.below(near), 1),
    };
    past.devices[first as usize..(first + count) as usize].to_vec()
}

fn length_ms(question: Question) -> i64 {
    if let Question::Line { ms, .. } = question { ms } else { DAY_MS }
}

async fn ask(past: &Past, question: Question, chance: &mut Chance) -> Result<usize> {
    let devices = chosen(past, question, chance);
    let metric = chance.below(FIELDS.len() as u64) as usize;
    let to_ms = past.plan.until_ms;
    let query = |points| SeriesQuery {
        names: vec![FIELDS[metric].0.to_owned()],
        from_ms: to_ms - length_ms(question),
        to_ms,
        points,
    };
    let Some(first) = devices.first() else { return Ok(0) };
    if let Question::Latest(_) = question {
        let tx = past.store.workspace(past.workspace).await?;
        return Ok(tx.telemetry().latest(&devices).await?.len());
    }
    let snapshot = past.store.snapshot(past.workspace).await?;
    let history = snapshot.history();
    Ok(match question {
        Question::Latest(_) => 0,
        Question::Line { .. } => {
            history.series(*first, &query(POINTS)).await?.iter().map(|s| s.buckets.len()).sum()
        }
        Question::Group(_) => {
            history.group_series(&devices, &query(GROUP_POINTS)).await?.iter().map(|s| s.buckets.len()).sum()
        }
        Question::Raw(count) => history.raw(*first, None, count).await?.messages.len(),
    })
}

async fn narrow(past: &Past, question: Question, chance: &mut Chance) -> Result<usize> {
    let devices: Vec<i32> = chosen(past, question, chance).iter().map(|device| device.0).collect();
    let metric = past.metrics[chance.below(FIELDS.len() as u64) as usize].0;
    let metrics: Vec<i32> = past.metrics.iter().map(|metric| metric.0).collect();
    let (to_ms, length) = (past.plan.until_ms, length_ms(question));
    let line = async |points: u32| {
        past.narrow.line(&devices, metric, to_ms - length, to_ms, length / i64::from(points)).await
    };
    Ok(match question {
        Question::Latest(_) => past.narrow.latest(&devices, &metrics).await?,
        Question::Line { .. } => line(POINTS).await?,
        Question::Group(_) => line(GROUP_POINTS).await?,
        Question::Raw(count) => past.narrow.raw(devices[0], &metrics, i64::from(count)).await?,
    })
}
