//! What a query may name: the templates of a workspace, what their devices send, and their properties.

use model::TemplateId;
use model::dtdl::{self, Capability, Document, Schema};
use model::group::GroupId;
use model::template::Template;

/// What a query may name.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The templates of the workspace.
    pub templates: Vec<Known>,
    /// Fields that devices have sent though no template names them; of those that the query asks for.
    pub unmodelled: Vec<String>,
    /// Properties that devices have though no template names them; of those that the query asks for.
    pub unmodelled_properties: Vec<String>,
    /// Device groups that are called as the query says: by their ids and names, the likeliest first.
    pub groups: Vec<(GroupId, String)>,
}

/// A template.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its key.
    pub id: TemplateId,
    /// Its identifier in DTDL.
    pub dtmi: String,
    /// What people call it.
    pub name: String,
    /// Its telemetry, by path.
    pub fields: Vec<(String, Kind)>,
    /// Its properties, by path: reported, and those that only the cloud knows.
    pub properties: Vec<(String, Kind)>,
}

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers.
    Number,
    /// Texts.
    Text,
    /// True and false.
    Bool,
    /// Times.
    Time,
    /// Objects, whose parts have names: `place.lat`.
    Object,
    /// Nobody said.
    Any,
}

impl Kind {
    pub(crate) fn article(self) -> &'static str {
        match self {
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::Bool => "true or false",
            Kind::Time => "a time",
            Kind::Object => "an object",
            Kind::Any => "anything",
        }
    }
}

impl From<&Schema> for Kind {
    fn from(schema: &Schema) -> Kind {
        match schema {
            Schema::Double | Schema::Float | Schema::Integer | Schema::Long => Kind::Number,
            Schema::Boolean => Kind::Bool,
            Schema::String | Schema::Date | Schema::DateTime | Schema::Time | Schema::Duration => Kind::Text,
            Schema::Enum(values) if values.of_text => Kind::Text,
            Schema::Enum(_) => Kind::Number,
            Schema::GeoPoint | Schema::Vector | Schema::Object(_) | Schema::Map(_) => Kind::Object,
            Schema::Geometry(_) | Schema::Array(_) | Schema::Any => Kind::Any,
        }
    }
}

impl From<&Template> for Known {
    fn from(template: &Template) -> Known {
        Known {
            id: template.id,
            dtmi: template.dtmi.clone(),
            name: template.name.clone(),
            fields: template.telemetry.iter().map(|f| (f.name.clone(), (&f.schema).into())).collect(),
            properties: Vec::new(),
        }
    }
}

/// The properties of a document, by path.
pub fn properties(document: &Document) -> Vec<(String, Kind)> {
    let capabilities = dtdl::capabilities(document).into_iter();
    let properties = capabilities.filter(|capability| capability.kind == dtdl::Kind::Property);
    let path = |capability: &Capability| match capability.component.as_str() {
        "" => capability.name.clone(),
        component => format!("{component}.{}", capability.name),
    };
    properties.map(|property| (path(&property), Kind::from(&property.schema))).collect()
}
