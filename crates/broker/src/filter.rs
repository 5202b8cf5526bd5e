//! Topics and topic filters: which are well formed, and which filter matches which topic.

/// A `$share/{group}/{filter}` taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shared<'a> {
    pub(crate) group: &'a str,
    pub(crate) filter: &'a str,
}

/// Whether something may be published to this topic: not empty, no wildcards.
pub(crate) fn is_topic(topic: &str) -> bool {
    !topic.is_empty() && !topic.contains(['+', '#', '\0'])
}

/// Whether this is a filter: `+` fills a level, `#` fills the last one.
pub(crate) fn is_filter(filter: &str) -> bool {
    if filter.is_empty() || filter.contains('\0') {
        return false;
    }
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        let last = levels.peek().is_none();
        match level {
            "+" => {}
            "#" if last => {}
            _ if level.contains(['+', '#']) => return false,
            _ => {}
        }
    }
    true
}

/// Takes a shared subscription apart; nothing where it is not one, or malformed.
pub(crate) fn shared(filter: &str) -> Option<Shared<'_>> {
    let (group, filter) = filter.strip_prefix("$share/")?.split_once('/')?;
    let well_formed = !group.is_empty() && !group.contains(['+', '#']) && is_filter(filter);
    well_formed.then_some(Shared { group, filter })
}

/// Whether a message with this topic is one that the filter asks for. Both are well formed.
pub(crate) fn matches(filter: &str, topic: &str) -> bool {
    // Wildcards at the beginning don't reach topics of the broker's own.
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut levels = topic.split('/');
    for want in filter.split('/') {
        if want == "#" {
            return true;
        }
        match levels.next() {
            Some(level) if want == "+" || want == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_and_topics() {
        let cases = [
            ("a/b", "a/b", true),
            ("a/b", "a/c", false),
            ("a/+", "a/b", true),
            ("a/+", "a/b/c", false),
            ("a/+", "a", false),
            ("a/#", "a/b/c", true),
            ("a/#", "a", true),
            ("+/+/telemetry/#", "s/d/telemetry", true),
            ("+/+/telemetry/#", "s/d/telemetry/motor", true),
            ("+/+/telemetry/#", "s/d/properties", false),
            ("+", "a", true),
            ("+/", "a/", true),
            ("#", "$SYS/x", false),
            ("$SYS/#", "$SYS/x", true),
        ];
        for (filter, topic, expected) in cases {
            assert_eq!(matches(filter, topic), expected, "{filter} {topic}");
        }
    }

    #[test]
    fn well_formed() {
        for good in ["a", "/", "a//b", "+", "#", "a/#", "+/a/+"] {
            assert!(is_filter(good), "{good}");
        }
        for bad in ["", "a#", "a/#/b", "a+/b", "#/a", "a\0"] {
            assert!(!is_filter(bad), "{bad}");
        }
        assert!(is_topic("a/b") && !is_topic("a/+") && !is_topic("") && !is_topic("#"));
    }

    #[test]
    fn shared_subscriptions() {
        assert_eq!(shared("$share/g/a/#"), Some(Shared { group: "g", filter: "a/#" }));
        for bad in ["a/b", "$share/g", "$share/g/", "$share//a", "$share/+/a", "$share/g/a#"] {
            assert_eq!(shared(bad), None, "{bad}");
        }
    }
}
