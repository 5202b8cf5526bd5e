//! The parts that one process plays: all of them, or those that it is told, beside other processes on one database.

use clap::ValueEnum;

/// A part of the product that can be a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Pages, their programming interface, the live stream, the hook of external brokers.
    Web,
    /// The embedded broker: where devices connect.
    Edge,
    /// From the broker into the database.
    Ingest,
    /// What is to be done now and then: room for telemetry, clearing away.
    Worker,
}

/// The parts that a process plays.
#[derive(Clone, Debug, Default)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// These; all where none is named.
    pub fn new(named: &[Role]) -> Roles {
        Roles(named.to_vec())
    }

    /// Whether this process plays the part.
    pub fn play(&self, role: Role) -> bool {
        self.0.is_empty() || self.0.contains(&role)
    }

    /// Whether no other process plays any part.
    pub fn are_all(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_named_is_all() {
        let all = Roles::default();
        assert!(all.are_all() && all.play(Role::Web) && all.play(Role::Worker));
        // All of them named may still have others beside them.
        let some = Roles::new(&[Role::Web, Role::Edge, Role::Ingest, Role::Worker]);
        assert!(!some.are_all() && some.play(Role::Edge));
        assert!(!Roles::new(&[Role::Ingest]).play(Role::Web));
    }
}
