//! What can be wrong with an application, told with its place.

use super::{Application, DESCRIPTION_MAX, DEVICES_MAX, FORMAT, PARTS_MAX, TEMPLATES_MAX, places};
use crate::check::{self, Check};
use crate::dtdl;
use crate::group::GroupDraft;
use crate::organization::{NewOrganization, ORGANIZATIONS_MAX};
use crate::problem::{FieldProblem, Problem};
use crate::{Code, dashboard, simulation};
use std::collections::BTreeSet;

impl Application {
    /// With its texts trimmed, and everything in it where it can be. What a workspace must be asked about, a name that is
    /// taken for example, is not known here.
    ///
    /// # Errors
    /// Every problem with a pointer to its place: `/devices/2/template`.
    pub fn checked(mut self) -> Result<Application, Problem> {
        let mut check = Check::default();
        check.that(
            self.application == FORMAT,
            "/application",
            format!("This is no application of version {FORMAT}."),
        );
        self.display_name = check.field("/displayName", check::name(&self.display_name)).unwrap_or_default();
        let description = check.field("/description", check::line(&self.description, DESCRIPTION_MAX));
        self.description = description.unwrap_or_default();
        self.check_numbers(&mut check);
        self.check_organizations(&mut check);
        self.check_devices(&mut check);
        let mut fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
        fields.extend(self.check_templates());
        fields.extend(self.check_groups());
        fields.extend(self.check_dashboards());
        fields.extend(self.check_rules());
        match fields.is_empty() {
            true => Ok(self),
            false => Err(Problem { code: Code::Invalid, detail: None, fields }),
        }
    }

    fn check_numbers(&self, check: &mut Check) {
        let most = usize::try_from(ORGANIZATIONS_MAX).unwrap_or(usize::MAX);
        let counts = [
            ("/organizations", self.organizations.len(), most),
            ("/templates", self.templates.len(), TEMPLATES_MAX),
            ("/groups", self.groups.len(), PARTS_MAX),
            ("/dashboards", self.dashboards.len(), PARTS_MAX),
            ("/rules", self.rules.len(), PARTS_MAX),
            ("/devices", self.device_count() as usize, DEVICES_MAX as usize),
        ];
        for (at, count, most) in counts {
            check.that(count <= most, at, format!("At most {most}; these are {count}."));
        }
    }

    fn check_organizations(&mut self, check: &mut Check) {
        let mut known = BTreeSet::new();
        for (i, part) in self.organizations.iter_mut().enumerate() {
            let new =
                NewOrganization { key: part.key.clone(), name: part.display_name.clone(), parent: None };
            match new.checked() {
                Ok(new) if !part.key.trim().is_empty() => {
                    (part.key, part.display_name) = (new.key, new.name);
                }
                Ok(_) => {
                    check.that(false, &format!("/organizations/{i}/key"), "It has a key.");
                }
                Err(problem) => problem.fields.into_iter().for_each(|field| {
                    let name = if field.field == "name" { "displayName" } else { &field.field };
                    check.that(false, &format!("/organizations/{i}/{name}"), field.message);
                }),
            }
            if let Some(parent) = &part.parent {
                let there = known.contains(parent);
                let text = format!("No organization “{parent}” stands above this one in the file.");
                check.that(there, &format!("/organizations/{i}/parent"), text);
            }
            let fresh = known.insert(part.key.clone());
            check.that(fresh, &format!("/organizations/{i}/key"), "Another organization has this key.");
        }
    }

    fn check_devices(&mut self, check: &mut Check) {
        let families: BTreeSet<String> = self.families().into_iter().map(str::to_owned).collect();
        let keys = self.keys();
        let mut ids = BTreeSet::new();
        for (i, part) in self.devices.iter_mut().enumerate() {
            let at = |field: &str| format!("/devices/{i}/{field}");
            let known = families.contains(dtdl::family(&part.template));
            check.that(known, &at("template"), no_template(&part.template));
            part.display_name =
                check.field(&at("displayName"), check::name(&part.display_name)).unwrap_or_default();
            part.prefix = check.field(&at("prefix"), check::device_id(&part.prefix)).unwrap_or_default();
            check.that(part.prefix.len() <= 100, &at("prefix"), "At most 100 signs.");
            check.field(&at("everyMs"), simulation::every(part.every_ms));
            let several =
                (1..=DEVICES_MAX).contains(&part.count) && (part.first.is_some() || part.count == 1);
            check.that(several, &at("count"), format!("1 to {DEVICES_MAX}; several have a “first”."));
            check_key(check, &at("organization"), part.organization.as_deref(), &keys);
            if several {
                let fresh = part.named().into_iter().all(|(id, _)| ids.insert(id));
                check.that(fresh, &at("prefix"), "Other devices of the file have these ids.");
            }
        }
    }

    fn check_templates(&self) -> Vec<FieldProblem> {
        let mut found = Vec::new();
        let mut ids = BTreeSet::new();
        for (i, document) in self.templates.iter().enumerate() {
            if let Some(problem) = dtdl::problem(&dtdl::validate(document)) {
                found.extend(below(&format!("/templates/{i}"), problem));
            } else if !ids.insert(dtdl::family(document.id())) {
                found.push(told(&format!("/templates/{i}/@id"), "Another template has this identifier."));
            }
        }
        found
    }

    fn check_groups(&self) -> Vec<FieldProblem> {
        let (mut found, mut ids) = (Vec::new(), BTreeSet::new());
        for (i, part) in self.groups.iter().enumerate() {
            let at = format!("/groups/{i}");
            if let Err(why) = part.id.checked() {
                found.push(told(&format!("{at}/id"), why));
            } else if !ids.insert(&part.id) {
                found.push(told(&format!("{at}/id"), "Another device group has this id."));
            }
            if let Err(why) = check::name(&part.display_name) {
                found.push(told(&format!("{at}/displayName"), why));
            }
            for name in places::names_in(&part.filter) {
                found.extend(self.unknown(&format!("{at}/filter"), &name));
            }
            // Whether the conditions can be is asked with numbers in the place of the names.
            if let Some(filter) = places::filter_with(&part.filter, &mut |_, _| Some(1.into())) {
                let draft = GroupDraft { name: "A".into(), filter, ..GroupDraft::default() };
                found.extend(draft.checked().err().map(|problem| below(&at, problem)).unwrap_or_default());
            }
            found.extend(self.unknown_key(&at, part.organization.as_deref()));
        }
        found
    }

    fn check_dashboards(&mut self) -> Vec<FieldProblem> {
        let (mut found, mut ids) = (Vec::new(), BTreeSet::new());
        let keys = self.keys();
        for (i, part) in self.dashboards.iter_mut().enumerate() {
            let at = format!("/dashboards/{i}");
            if let Err(why) = dashboard::id(&part.id) {
                found.push(told(&format!("{at}/id"), why));
            } else if !ids.insert(part.id.clone()) {
                found.push(told(&format!("{at}/id"), "Another dashboard has this id."));
            }
            if let Err(why) = check::name(&part.display_name) {
                found.push(told(&format!("{at}/displayName"), why));
            }
            match part.content.checked() {
                Ok(content) => part.content = content,
                Err(problem) => found.extend(below(&format!("{at}/content"), problem)),
            }
            if part.organization.as_ref().is_some_and(|key| !keys.contains(key)) {
                found.push(told(&format!("{at}/organization"), NO_ORGANIZATION));
            }
        }
        found
    }

    fn check_rules(&self) -> Vec<FieldProblem> {
        let mut found = Vec::new();
        for (i, part) in self.rules.iter().enumerate() {
            let at = format!("/rules/{i}");
            if let Err(why) = check::name(&part.display_name) {
                found.push(told(&format!("{at}/displayName"), why));
            }
            for name in places::names_of(&part.definition) {
                found.extend(self.unknown(&format!("{at}/definition/target"), &name));
            }
            // Whether its conditions can be is asked with numbers in the place of the names.
            if let Err(problem) = part.with(&|_| Some(1)) {
                found.extend(below(&at, problem));
            }
        }
        found
    }

    fn keys(&self) -> BTreeSet<String> {
        self.organizations.iter().map(|part| part.key.clone()).collect()
    }

    fn unknown(&self, at: &str, name: &places::Name) -> Option<FieldProblem> {
        match name {
            places::Name::Template(id) => {
                let known = self.families().contains(&dtdl::family(id));
                (!known).then(|| told(at, no_template(id)))
            }
            places::Name::Organization(key) => {
                (!self.keys().contains(key)).then(|| told(at, NO_ORGANIZATION))
            }
            places::Name::Other => {
                Some(told(at, "A template's identifier, or an organization's key, stands here."))
            }
        }
    }

    fn unknown_key(&self, at: &str, key: Option<&str>) -> Option<FieldProblem> {
        let known = key.is_none_or(|key| self.keys().contains(key));
        (!known).then(|| told(&format!("{at}/organization"), NO_ORGANIZATION))
    }
}

const NO_ORGANIZATION: &str = "The file holds no organization of this key.";

fn no_template(id: &str) -> String {
    format!("The file holds no template {id}.")
}

fn check_key(check: &mut Check, at: &str, key: Option<&str>, keys: &BTreeSet<String>) {
    check.that(key.is_none_or(|key| keys.contains(key)), at, NO_ORGANIZATION);
}

fn told(field: &str, message: impl Into<String>) -> FieldProblem {
    FieldProblem { field: field.to_owned(), message: message.into() }
}

/// The problems of a part, with the part's place before theirs.
fn below(at: &str, problem: Problem) -> Vec<FieldProblem> {
    let place = |field: &str| match field.trim_start_matches('/') {
        "" => at.to_owned(),
        field => format!("{at}/{}", field.replace('.', "/")),
    };
    let fields = problem.fields.iter();
    let mut found: Vec<FieldProblem> =
        fields.map(|field| told(&place(&field.field), field.message.clone())).collect();
    if found.is_empty() {
        found.push(told(at, problem.sentence()));
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::application::Application;
    use serde_json::{Value, json};

    fn whole() -> Value {
        json!({
            "application": 1, "displayName": " Plant ",
            "organizations": [{"key": "hall", "displayName": "Hall"}],
            "templates": [{
                "@context": "dtmi:dtdl:context;2", "@id": "dtmi:test:Pump;1", "@type": "Interface",
                "displayName": "Pump",
                "contents": [{"@type": "Telemetry", "name": "flow", "schema": "double"}],
            }],
            "devices": [{
                "template": "dtmi:test:Pump;1", "prefix": "pump", "displayName": "Pump", "first": 1, "count": 3,
                "organization": "hall",
            }],
            "groups": [{
                "id": "pumps", "displayName": "Pumps",
                "filter": {"is": {"what": "template", "operator": "equal", "values": ["dtmi:test:Pump"]}},
            }],
            "dashboards": [{"id": "plant", "displayName": "Plant", "content": {"tiles": []}}],
            "rules": [{
                "displayName": "No flow",
                "definition": {
                    "target": {"of": "template", "template": "dtmi:test:Pump"},
                    "when": {"kind": "telemetry", "metric": "flow", "test": {"is": "below", "value": 1}},
                },
            }],
        })
    }

    #[test]
    fn a_file_comes_back_as_it_was_written() {
        let read = Application::parse(&whole().to_string()).unwrap();
        assert_eq!(read.display_name, "Plant");
        assert_eq!(
            read.holds(),
            "1 organization, 1 template, 3 simulated devices, 1 device group, 1 dashboard, 1 rule"
        );
        assert_eq!(read.devices[0].named()[2], ("pump-3".to_owned(), "Pump 3".to_owned()));
        assert_eq!(Application::parse(&read.to_text()), Ok(read));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let cases: [(&str, Value, &str); 12] = [
            ("/application", json!(2), "/application"),
            ("/organizations/0/parent", json!("none"), "/organizations/0/parent"),
            ("/templates/0/contents/0/schema", json!("wood"), "/templates/0/contents/0/schema"),
            ("/devices/0/template", json!("dtmi:test:Motor;1"), "/devices/0/template"),
            ("/devices/0/count", json!(501), "/devices"),
            ("/devices/0/everyMs", json!(1), "/devices/0/everyMs"),
            ("/devices/0/organization", json!("cellar"), "/devices/0/organization"),
            ("/groups/0/filter/is/values/0", json!("dtmi:test:Motor"), "/groups/0/filter"),
            ("/groups/0/filter/is/values/0", json!(3), "/groups/0/filter"),
            ("/dashboards/0/content/range", json!("fortnight"), "/dashboards/0/content/range"),
            ("/rules/0/definition/target/template", json!(7), "/rules/0/definition/target"),
            ("/rules/0/definition/when/metric", json!(""), "/rules/0/definition/when"),
        ];
        for (place, value, told) in cases {
            let mut file = whole();
            let parent = place.rsplit_once('/').unwrap();
            match file.pointer_mut(place) {
                Some(there) => *there = value.clone(),
                None => file.pointer_mut(parent.0).unwrap()[parent.1] = value.clone(),
            }
            let problem = Application::parse(&file.to_string()).unwrap_err();
            let found = problem.fields.iter().any(|field| field.field.starts_with(told));
            assert!(found, "{place} = {value}: {problem:?}");
        }
        let unread = Application::parse("{\"application\": 1,\n \"colour\": 2}").unwrap_err();
        assert!(unread.of_field("file").is_some_and(|text| text.contains("line 2")), "{unread:?}");
    }

    #[test]
    fn nothing_stands_in_a_file_twice() {
        let mut file = whole();
        for part in ["templates", "devices", "groups", "dashboards"] {
            let again = file[part][0].clone();
            file[part].as_array_mut().unwrap().push(again);
        }
        let problem = Application::parse(&file.to_string()).unwrap_err();
        for at in ["/templates/1/@id", "/devices/1/prefix", "/groups/1/id", "/dashboards/1/id"] {
            assert!(problem.of_field(at).is_some(), "{at}: {problem:?}");
        }
    }
}
