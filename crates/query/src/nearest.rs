//! The name that somebody meant, by the number of letters that are otherwise.

/// The nearest of these names, where one is near enough to be meant.
pub(crate) fn nearest<'a>(said: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let said: Vec<char> = said.to_lowercase().chars().take(64).collect();
    let allowed = (said.len() / 3).max(1);
    names
        .into_iter()
        .filter(|name| name.len() <= 256)
        .map(|name| (distance(&said, &name.to_lowercase().chars().collect::<Vec<_>>()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Letters to insert, delete, replace or swap with their neighbour until one is the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// A sentence that names what was meant, or what there is.
pub(crate) fn meant<'a>(said: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    const LISTED: usize = 12;
    if let Some(near) = nearest(said, names.clone()) {
        return format!("Did you mean `{near}`?");
    }
    let mut listed: Vec<String> = names.clone().take(LISTED).map(|name| format!("`{name}`")).collect();
    let more = names.count().saturating_sub(LISTED);
    if listed.is_empty() {
        return "There is none.".into();
    }
    if more > 0 {
        listed.push(format!("and {more} more"));
    }
    format!("There is: {}.", listed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_meant() {
        let names = ["temperature", "humidity", "co2"];
        for (said, meant) in [
            ("temprature", Some("temperature")),
            ("tempeartuer", Some("temperature")),
            ("Humidity", Some("humidity")),
            ("co", Some("co2")),
            ("pressure", None),
        ] {
            assert_eq!(nearest(said, names), meant, "{said}");
        }
        assert_eq!(meant("x_y_z_", names.into_iter()), "There is: `temperature`, `humidity`, `co2`.");
        assert_eq!(meant("x", [].into_iter()), "There is none.");
    }
}
