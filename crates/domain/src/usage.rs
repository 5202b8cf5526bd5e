//! What the workspace used.

use crate::access::ViewUsage;
use crate::context::Context;
use crate::error::Result;
use model::usage::{Grain, HOUR_MS, USAGE_DAYS, UsageQuery, Used};
use model::{Code, Problem};

/// By hours or days, the oldest first; those in which nothing was used are left out.
///
/// # Errors
/// [`Code::Invalid`] beside `to_ms`; [`Code::NotAllowed`].
pub async fn used(context: &Context, query: &UsageQuery) -> Result<Vec<Used>> {
    let granted = context.grant::<ViewUsage>()?;
    checked(query)?;
    Ok(granted.scope().await?.allowances().used(query).await?)
}

/// Days as many as are kept, hours of at most 31 days.
pub(crate) fn checked(query: &UsageQuery) -> Result<()> {
    let most = match query.grain {
        Grain::Day => i64::from(USAGE_DAYS),
        Grain::Hour => 31,
    };
    let span = query.to_ms.saturating_sub(query.from_ms);
    let known = (0..=4_102_444_800_000).contains(&query.from_ms);
    if known && (1..=most * 24 * HOUR_MS).contains(&span) {
        return Ok(());
    }
    let text = format!(
        "From before to, and at most {most} days by the {}.",
        match query.grain {
            Grain::Day => "day",
            Grain::Hour => "hour",
        }
    );
    Err(Problem::field(Code::Invalid, "to_ms", text).into())
}
