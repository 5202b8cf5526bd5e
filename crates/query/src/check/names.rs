//! Names: of templates, of fields, of what the product knows.

use super::{Check, Resolved, all};
use crate::ast::{Expr, From, Name, Top};
use crate::catalogue::{Catalogue, Kind, Known};
use crate::mistakes::Wrong;
use crate::nearest::meant;
use crate::plan::{About, Code, Field, Source};
use model::group::GroupId;

/// Whose data, and the templates whose fields may be named.
pub(super) fn source<'a>(from: &From, catalogue: &'a Catalogue) -> Result<Resolved<'a>, Wrong> {
    match from {
        From::All => Ok((Source::All, all(catalogue))),
        From::Devices(names) => {
            let ids = names.iter().map(|name| name.text.clone()).collect();
            Ok((Source::Devices(ids), all(catalogue)))
        }
        From::Group(name) => Ok((Source::Group(group(name, catalogue)?), all(catalogue))),
        From::Templates(names) => {
            let mut known: Vec<&Known> = Vec::new();
            for name in names {
                for template in template(name, catalogue)? {
                    if !known.iter().any(|before| before.id == template.id) {
                        known.push(template);
                    }
                }
            }
            Ok((Source::Templates(known.iter().map(|template| template.id).collect()), known))
        }
    }
}

/// The device group of this id or name. An id goes before a name, and a name as it is written before one in other case.
fn group(name: &Name, catalogue: &Catalogue) -> Result<GroupId, Wrong> {
    let said = name.text.as_str();
    let exact = catalogue.groups.iter().find(|(id, _)| id.as_str() == said);
    let mut written = catalogue.groups.iter().filter(|(_, called)| called == said);
    let found = exact.or_else(|| written.next().filter(|_| written.next().is_none()));
    match (found, catalogue.groups.as_slice()) {
        (Some((id, _)), _) | (None, [(id, _)]) => Ok(id.clone()),
        (None, []) => {
            let message = format!("There is no device group `{said}`. The page Device groups lists them.");
            Err(Wrong::new(name.spot.0, message))
        }
        (None, several) => {
            let ids = several.iter().map(|(id, _)| format!("`{id}`")).collect::<Vec<_>>().join(" or ");
            let message = format!("Several device groups are called `{said}`. Name one by its id: {ids}.");
            Err(Wrong::new(name.spot.0, message))
        }
    }
}

/// The template of this identifier or name; of an identifier without a version, all its versions.
fn template<'a>(name: &Name, catalogue: &'a Catalogue) -> Result<Vec<&'a Known>, Wrong> {
    let said = name.text.as_str();
    let ways: [&dyn Fn(&Known) -> bool; 4] = [
        &|known| known.dtmi == said,
        &|known| known.name == said,
        &|known| known.name.eq_ignore_ascii_case(said),
        &|known| known.dtmi.rsplit_once(';').is_some_and(|(base, _)| base == said),
    ];
    for way in ways {
        let found: Vec<&Known> = catalogue.templates.iter().filter(|known| way(known)).collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let identifiers = said.contains(':');
    let names = catalogue.templates.iter().map(|known| if identifiers { &*known.dtmi } else { &*known.name });
    let message = format!(
        "There is no template `{said}`. {} `devices` stands for the devices of all templates.",
        meant(said, names)
    );
    Err(Wrong::new(name.spot.0, message))
}

/// How many rows.
pub(super) fn top(top: Top) -> Result<u64, Wrong> {
    // Whole numbers up to here are exact.
    if top.count < 1.0 || top.count.fract() != 0.0 || top.count > 9e15 {
        return Err(Wrong::new(top.spot.0, format!("TOP takes a whole number from 1, not {}.", top.count)));
    }
    Ok(top.count as u64)
}

impl Check<'_> {
    /// The place of this field among those that are read; nothing where nobody has heard of it.
    pub(super) fn field(&mut self, name: &str) -> Option<(usize, Kind)> {
        if let Some(i) = self.fields.iter().position(|field| field.name == name) {
            return Some((i, self.fields[i].kind));
        }
        let kinds =
            self.known.iter().flat_map(|template| &template.fields).filter(|(field, _)| field == name);
        let kind = kinds.map(|(_, kind)| *kind).reduce(|a, b| if a == b { a } else { Kind::Any });
        let unmodelled = &self.catalogue.unmodelled;
        let kind = kind.or_else(|| unmodelled.iter().any(|field| field == name).then_some(Kind::Any))?;
        self.fields.push(Field { name: name.to_owned(), kind });
        Some((self.fields.len() - 1, kind))
    }

    /// The place of this property among those that are read; nothing where no template and no device has it.
    fn property(&mut self, name: &str, of_templates: bool) -> Option<(usize, Kind)> {
        if let Some(i) = self.properties.iter().position(|property| property.name == name) {
            return Some((i, self.properties[i].kind));
        }
        let kind = if of_templates {
            let properties = self.known.iter().flat_map(|template| &template.properties);
            let kinds = properties.filter(|(property, _)| property == name).map(|(_, kind)| *kind);
            kinds.reduce(|a, b| if a == b { a } else { Kind::Any })?
        } else {
            self.catalogue
                .unmodelled_properties
                .iter()
                .find(|property| *property == name)
                .map(|_| Kind::Any)?
        };
        self.properties.push(Field { name: name.to_owned(), kind });
        Some((self.properties.len() - 1, kind))
    }

    /// What has this name: what templates call telemetry, then what they call properties, then what devices have sent.
    fn named(&mut self, name: &str, rest: &[String]) -> Option<(Code, Kind)> {
        let telemetry =
            self.known.iter().flat_map(|template| &template.fields).any(|(field, _)| field == name);
        if !telemetry && let Some((i, kind)) = self.property(name, true) {
            return Some((Code::Property(i, rest.to_vec()), kind));
        }
        if let Some((i, kind)) = self.field(name) {
            return Some((Code::Field(i, rest.to_vec()), kind));
        }
        self.property(name, false).map(|(i, kind)| (Code::Property(i, rest.to_vec()), kind))
    }

    /// A field or property, or a part of one whose values are objects: the longest name that is known is its.
    pub(super) fn path(&mut self, expr: &Expr, parts: &[String]) -> Result<(Code, Kind), Wrong> {
        for end in (1..=parts.len()).rev() {
            let name = parts[..end].join(".");
            let rest = &parts[end..];
            let Some((code, kind)) = self.named(&name, rest) else { continue };
            if rest.is_empty() {
                return Ok((code, kind));
            }
            if matches!(kind, Kind::Object | Kind::Any) {
                return Ok((code, Kind::Any));
            }
            let message = format!("`{name}` is {}: it has no part `{}`.", kind.article(), rest.join("."));
            return Err(Wrong::new(expr.span(), message));
        }
        let said = parts.join(".");
        let about = About::ALL.iter().map(|(name, _)| *name).chain(["$ts"]);
        if let Some(system) = about.clone().find(|name| name[1..].eq_ignore_ascii_case(&said)) {
            let message =
                format!("There is no field `{said}`. The product's own names begin with a $: `{system}`.");
            return Err(Wrong::new(expr.span(), message));
        }
        let whose = match self.known.as_slice() {
            [only] => format!("Template “{}” has", only.name),
            _ => "The templates have".to_owned(),
        };
        let names = self.known.iter().flat_map(|template| template.fields.iter().chain(&template.properties));
        let hint = meant(&said, names.map(|(name, _)| &**name));
        let message = format!("{whose} no field or property `{said}`, and no device has sent one. {hint}");
        Err(Wrong::new(expr.span(), message))
    }

    /// One of the product's names, but the time.
    pub(super) fn about(expr: &Expr, name: &str) -> Result<(Code, Kind), Wrong> {
        match About::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, about)) => Ok((Code::About(*about), about.kind())),
            None => {
                let names = About::ALL.iter().map(|(name, _)| *name).chain(["$ts"]);
                let message = format!("`{name}` is no name of the product's. {}", meant(name, names));
                Err(Wrong::new(expr.span(), message))
            }
        }
    }
}
