//! Against the words of the specification (4.7), written down plainly, level by level.

use super::*;
use proptest::prelude::*;

/// Levels from which topics and filters are made: few, so that they meet often.
fn text(levels: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(levels), 1..6).prop_map(|levels| levels.join("/"))
}

fn topics() -> impl Strategy<Value = String> {
    text(&["a", "b", "", "$a", "ab"])
}

fn filters() -> impl Strategy<Value = String> {
    text(&["a", "b", "", "$a", "ab", "+", "+", "#"])
}

/// “The wildcard represents the parent and any number of child levels”; `+` is one level; others are themselves.
fn fits(filter: &[&str], topic: &[&str]) -> bool {
    match (filter, topic) {
        (["#"], _) => true,
        ([], []) => true,
        (["+", filter @ ..], [_, topic @ ..]) => fits(filter, topic),
        ([want, filter @ ..], [level, topic @ ..]) => want == level && fits(filter, topic),
        _ => false,
    }
}

fn plainly_matches(filter: &str, topic: &str) -> bool {
    let [filter, topic] = [filter, topic].map(|text| text.split('/').collect::<Vec<_>>());
    // “The Server MUST NOT match Topic Filters starting with a wildcard character with Topic Names beginning with a $.”
    let hidden = topic[0].starts_with('$') && ["+", "#"].contains(&filter[0]);
    !hidden && fits(&filter, &topic)
}

proptest! {
    #[test]
    fn matching_is_what_the_specification_says(filter in filters(), topic in topics()) {
        prop_assume!(is_filter(&filter));
        prop_assert_eq!(matches(&filter, &topic), plainly_matches(&filter, &topic), "{} {}", filter, topic);
    }

    #[test]
    fn a_topic_is_the_filter_of_itself_alone(topic in topics(), other in topics()) {
        prop_assume!(is_topic(&topic) && is_topic(&other));
        prop_assert!(is_filter(&topic));
        prop_assert_eq!(matches(&topic, &other), topic == other);
    }

    /// Where one level becomes a `+`, or an end a `#`, nothing is lost that was matched.
    #[test]
    fn wildcards_only_widen(topic in topics(), at in 0..6usize) {
        prop_assume!(is_topic(&topic));
        let mut levels: Vec<&str> = topic.split('/').collect();
        let at = at % levels.len();
        let hidden = at == 0 && topic.starts_with('$');
        levels[at] = "+";
        prop_assert_eq!(matches(&levels.join("/"), &topic), !hidden);
        levels.truncate(at);
        levels.push("#");
        prop_assert_eq!(matches(&levels.join("/"), &topic), !hidden);
    }

    #[test]
    fn filters_are_well_formed_as_the_specification_says(filter in "[ab+#/\0]{0,8}") {
        let levels: Vec<&str> = filter.split('/').collect();
        let (last, before) = levels.split_last().unwrap();
        let plain = |level: &&str| *level == "+" || !level.contains(['+', '#', '\0']);
        let expected = !filter.is_empty() && before.iter().all(plain) && (*last == "#" || plain(last));
        prop_assert_eq!(is_filter(&filter), expected, "{}", filter);
    }

    /// Whatever comes: no panic, and what is taken apart is what was put together.
    #[test]
    fn sharing_is_taken_apart(text in "(\\$share/)?[a+#/]{0,8}") {
        if let Some(Shared { group, filter }) = shared(&text) {
            prop_assert_eq!(format!("$share/{group}/{filter}"), &*text);
            prop_assert!(!group.is_empty() && !group.contains(['/', '+', '#']) && is_filter(filter));
        } else if let Some((group, filter)) = text.strip_prefix("$share/").and_then(|t| t.split_once('/')) {
            prop_assert!(group.is_empty() || group.contains(['+', '#']) || !is_filter(filter), "{}", text);
        }
    }
}
