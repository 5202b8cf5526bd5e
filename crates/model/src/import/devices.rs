//! Imports of devices: which columns of a file say what of each.

use super::{COLUMNS_MAX, Dialect, FoundColumn, RowProblem};
use crate::check::Check;
use crate::id::{OrganizationId, TemplateId};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// What becomes of a file of devices: a row is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceMapping {
    /// How it is divided.
    pub dialect: Dialect,
    /// The column with the ids, counted from 0.
    pub id: usize,
    /// The column with what people call them; none: the ids.
    pub name: Option<usize>,
    /// The column with their templates, by identifier or by name; none: `all_of` for all.
    pub template: Option<usize>,
    /// The template of rows that name none.
    pub all_of: Option<TemplateId>,
    /// The column that says whether Homeport plays them; none: it plays none.
    pub simulated: Option<usize>,
    /// The column with the organizations where they belong, by key or by name; none: `organization` for all.
    #[serde(default)]
    pub belongs: Option<usize>,
    /// Where those belong of which nothing is said: where whoever starts the import belongs, whatever is said here.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
}

impl DeviceMapping {
    /// Whether it can be.
    ///
    /// # Errors
    /// Every problem by field.
    pub fn checked(self) -> Result<DeviceMapping, Problem> {
        let mut check = Check::default();
        let known = [',', ';', '\t', '|'].contains(&self.dialect.delimiter);
        check.that(known, "delimiter", "Cells are divided by a comma, a semicolon, a tab or a bar.");
        let mut taken = vec![self.id];
        check.that(self.id < COLUMNS_MAX, "id", "Choose the column with the ids.");
        for (field, column) in [
            ("name", self.name),
            ("template", self.template),
            ("simulated", self.simulated),
            ("belongs", self.belongs),
        ] {
            let Some(column) = column else { continue };
            check.that(column < COLUMNS_MAX, field, "There is no such column.");
            check.that(!taken.contains(&column), field, "This column means something else already.");
            taken.push(column);
        }
        check.done()?;
        Ok(self)
    }
}

/// What a file of devices seems to be: a first mapping, for people to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundDevices {
    /// Its columns.
    pub columns: Vec<FoundColumn>,
    /// What seems right.
    pub mapping: DeviceMapping,
}

/// A row as it would become a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicePreview {
    /// Its number in the file; the header is row 1.
    pub row: i64,
    /// The device's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The name of its template; empty: none.
    pub template: String,
    /// The name of its organization, where a column says it.
    #[serde(default)]
    pub organization: String,
    /// Whether Homeport plays it.
    pub simulated: bool,
    /// Whether such a device is there already: then nothing happens.
    pub there: bool,
    /// What is wrong with it; empty: nothing.
    pub problems: Vec<RowProblem>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_means_one_thing() {
        let good = DeviceMapping { id: 1, name: Some(0), template: Some(2), ..DeviceMapping::default() };
        assert_eq!(good.clone().checked(), Ok(good.clone()));
        let bad = DeviceMapping { simulated: Some(1), template: Some(COLUMNS_MAX), ..good };
        let problem = bad.checked().unwrap_err();
        assert!(problem.of_field("simulated").is_some() && problem.of_field("template").is_some());
        assert!(problem.of_field("name").is_none());
    }
}
