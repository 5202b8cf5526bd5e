//! Rows that are devices: nothing that they have sent is read.

use super::answer::{Answer, Given, Member, Sortable};
use crate::error::Result;
use query::eval::Scope;

impl Answer {
    /// Whether more rows were wanted.
    pub(super) async fn devices(&self, members: &[Member], given: &mut Given<'_>) -> Result<bool> {
        let scopes =
            members.iter().map(|member| Scope { subject: Some(&member.subject), ..Scope::default() });
        let mut rows: Vec<Sortable> = scopes.map(|scope| self.sortable(&scope)).collect();
        self.sort(&mut rows);
        Ok(given.rows(rows.into_iter().map(Sortable::into_row)).await)
    }
}
