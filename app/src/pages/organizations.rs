//! Choosing an organization, wherever something belongs to one.

use model::OrganizationId;
use model::organization::Organization;

/// The choices of a select: the tree, each indented by its depth.
pub(super) fn options(tree: &[Organization]) -> Vec<(String, String)> {
    tree.iter()
        .map(|node| (node.id.to_string(), format!("{}{}", "\u{2003}".repeat(node.depth), node.name)))
        .collect()
}

/// The organization that a select's value stands for.
pub(super) fn chosen(value: &str) -> Option<OrganizationId> {
    value.parse().ok().map(OrganizationId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_shows_where_it_lies() {
        let node = |id, depth| Organization {
            id: OrganizationId(id),
            key: "k".into(),
            name: "North".into(),
            parent: None,
            depth,
            devices: 0,
            people: 0,
            alarms: 0,
        };
        let all = options(&[node(1, 0), node(2, 1)]);
        assert_eq!(all, [("1".to_owned(), "North".to_owned()), ("2".into(), "\u{2003}North".into())]);
        assert_eq!(chosen(&all[1].0), Some(OrganizationId(2)));
        assert_eq!(chosen(""), None);
    }
}
