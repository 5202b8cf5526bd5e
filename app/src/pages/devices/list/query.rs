//! What the list shows, as it stands in the address: shareable, and the back button goes through it.

use model::device::{DeviceQuery, DeviceSort, Status};
use model::group::GroupId;
use model::id::{OrganizationId, TemplateId};
use model::page::Direction;

/// Rows of a page.
pub(super) const PAGE: i64 = 50;

/// Search, filters, order and page of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ListState {
    /// Part of a name or an id.
    pub search: String,
    /// Only of this template.
    pub template: Option<TemplateId>,
    /// Only of this organization and what lies below it.
    pub organization: Option<OrganizationId>,
    /// Only of this group.
    pub group: Option<GroupId>,
    /// Those that have moved away instead.
    pub moved_away: bool,
    /// Only of this status.
    pub status: Option<Status>,
    /// Only those that wait for somebody to approve them.
    pub waiting: bool,
    /// By which column.
    pub sort: DeviceSort,
    /// In which direction.
    pub direction: Direction,
    /// From 0.
    pub page: i64,
}

impl ListState {
    /// Reads the parameters of an address; what makes no sense there counts as absent.
    pub(super) fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let sort = parameter("sort").unwrap_or_default();
        let (word, direction) = match sort.strip_prefix('-') {
            Some(word) => (word, Direction::Descending),
            None => (sort.as_str(), Direction::Ascending),
        };
        let known = column(word);
        ListState {
            search: parameter("q").unwrap_or_default(),
            template: parameter("template").and_then(|t| t.parse().ok()).map(TemplateId),
            organization: parameter("organization").and_then(|o| o.parse().ok()).map(OrganizationId),
            group: parameter("group").filter(|group| !group.is_empty()).map(GroupId),
            moved_away: parameter("moved").is_some_and(|word| word == "away"),
            status: parameter("status").and_then(|s| Status::from_word(&s)),
            waiting: parameter("approval").is_some_and(|word| word == "waiting"),
            sort: known.unwrap_or_default(),
            direction: if known.is_some() { direction } else { Direction::Ascending },
            page: parameter("page")
                .and_then(|p| p.parse::<i64>().ok())
                .map_or(0, |p| (p - 1).clamp(0, 1_000_000)),
        }
    }

    /// The parameters of the address, without those that say what is the case anyway.
    pub(super) fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        if !self.search.is_empty() {
            out.push(("q", self.search.clone()));
        }
        if let Some(template) = self.template {
            out.push(("template", template.to_string()));
        }
        if let Some(organization) = self.organization {
            out.push(("organization", organization.to_string()));
        }
        if let Some(group) = &self.group {
            out.push(("group", group.to_string()));
        }
        if self.moved_away {
            out.push(("moved", "away".to_owned()));
        }
        if let Some(status) = self.status {
            out.push(("status", status.as_str().to_owned()));
        }
        if self.waiting {
            out.push(("approval", "waiting".to_owned()));
        }
        if (self.sort, self.direction) != (DeviceSort::Name, Direction::Ascending) {
            let minus = if self.direction == Direction::Descending { "-" } else { "" };
            out.push(("sort", format!("{minus}{}", word(self.sort))));
        }
        if self.page > 0 {
            out.push(("page", (self.page + 1).to_string()));
        }
        out
    }

    /// What the server is asked.
    pub(super) fn query(&self) -> DeviceQuery {
        DeviceQuery {
            search: self.search.clone(),
            loosely: false,
            template: self.template,
            organization: self.organization,
            moved_away: self.moved_away,
            status: self.status,
            waiting: self.waiting.then_some(true),
            group: self.group.clone(),
            filter: None,
            sort: self.sort,
            direction: self.direction,
            offset: self.page * PAGE,
            limit: PAGE,
        }
    }

    /// Whether something is filtered away.
    pub(super) fn is_filtered(&self) -> bool {
        !self.search.is_empty()
            || self.template.is_some()
            || self.organization.is_some()
            || self.group.is_some()
            || self.moved_away
            || self.status.is_some()
            || self.waiting
    }

    /// Everything again, in the order that was chosen.
    pub(super) fn cleared(&self) -> Self {
        ListState { sort: self.sort, direction: self.direction, ..ListState::default() }
    }

    /// After a click on a column's header: its natural direction first, the other one next.
    pub(super) fn sorted_by(&self, sort: DeviceSort) -> Self {
        let natural = match sort {
            DeviceSort::LastSeen | DeviceSort::Created => Direction::Descending,
            DeviceSort::Name | DeviceSort::Id | DeviceSort::Template => Direction::Ascending,
        };
        let direction = match (self.sort == sort, self.direction) {
            (false, _) => natural,
            (true, Direction::Ascending) => Direction::Descending,
            (true, Direction::Descending) => Direction::Ascending,
        };
        ListState { sort, direction, page: 0, ..self.clone() }
    }
}

/// The word of a column in the address.
pub(super) fn word(sort: DeviceSort) -> &'static str {
    match sort {
        DeviceSort::Name => "name",
        DeviceSort::Id => "id",
        DeviceSort::Template => "template",
        DeviceSort::LastSeen => "last-seen",
        DeviceSort::Created => "created",
    }
}

/// The column of a word in the address.
pub(super) fn column(text: &str) -> Option<DeviceSort> {
    use DeviceSort::*;
    [Name, Id, Template, LastSeen, Created].into_iter().find(|sort| word(*sort) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> ListState {
        ListState::read(|key| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| v.to_string()))
    }

    #[test]
    fn an_address_round_trips() {
        let state = ListState {
            search: "room".into(),
            template: Some(TemplateId(3)),
            organization: Some(OrganizationId(2)),
            group: Some(GroupId("pumps-1".into())),
            moved_away: true,
            status: Some(Status::NeverConnected),
            waiting: true,
            sort: DeviceSort::LastSeen,
            direction: Direction::Descending,
            page: 2,
        };
        let written = state.parameters();
        let pairs: Vec<(&str, &str)> = written.iter().map(|(k, v)| (*k, v.as_str())).collect();
        assert_eq!(read(&pairs), state);
        assert_eq!(pairs.last(), Some(&("page", "3")));
        assert!(ListState::default().parameters().is_empty());
    }

    #[test]
    fn nonsense_counts_as_absent() {
        let state = read(&[("template", "x"), ("status", "on fire"), ("sort", "-colour"), ("page", "-4")]);
        assert_eq!(state, ListState::default());
        assert_eq!(read(&[("page", "9223372036854775807")]).page, 1_000_000);
    }

    #[test]
    fn a_header_turns_the_order_and_goes_to_the_first_page() {
        let start = ListState { page: 4, ..ListState::default() };
        let newest = start.sorted_by(DeviceSort::LastSeen);
        assert_eq!((newest.direction, newest.page), (Direction::Descending, 0));
        assert_eq!(newest.sorted_by(DeviceSort::LastSeen).direction, Direction::Ascending);
        assert_eq!(start.sorted_by(DeviceSort::Name).direction, Direction::Descending);
    }
}
