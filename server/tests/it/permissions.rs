//! Who may do what, as a table that one can read: every server function, every file and stream, and every address of the
//! programming interface that reads or deletes, by each built-in role at the root, and by an administrator of a branch to which
//! none of the things belong. `permissions.txt` holds the decisions; what changes one shows here.

use crate::rest::Program;
use crate::strangers::{furnish, of_workspaces};
use http::StatusCode;
use serde_json::Value;
use std::fmt::Write;
use test_support::{TestApp, TestPerson};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/permissions.txt");
/// In the order in which they are asked: what is deleted by one who may is gone for the next.
const ROLES: [&str; 4] = ["viewer", "operator", "builder", "administrator"];

/// `+` may, `-` may not, `.` for them it isn't there.
fn sign(status: u16, below: bool) -> char {
    match status {
        403 => '-',
        404 if below => '.',
        500.. => '!',
        _ => '+',
    }
}

/// What everybody is asked, with what stands for the thing in the table; who leaves, leaves last.
fn asked(owner: &TestPerson, template: i64, import: i64) -> (Vec<(&'static str, Value)>, Vec<String>) {
    let mut functions = of_workspaces(&owner.workspace.slug, "secret-1", template, import);
    functions.sort_by_key(|(name, _)| (*name == "leave_workspace", *name));
    let filled = |path: &&str| {
        let path = path
            .replace("{slug}", &owner.workspace.slug)
            .replace("{device}", "secret-1")
            .replace("{template}", &template.to_string())
            .replace("{import}", &import.to_string())
            .replace("{file}", "1");
        match path {
            path if path.contains("/query.") => format!("{path}?query=SELECT+$id+FROM+devices"),
            path if path.ends_with("export.csv") => format!("{path}?device=secret-1"),
            path => path,
        }
    };
    (functions, homeport::routes::OF_WORKSPACES.iter().map(filled).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_do_what_the_table_says() {
    let app = TestApp::start().await;
    let (owner, template, import) = furnish(&app).await;
    let (functions, files) = asked(&owner, template, import);
    let programs = {
        let mut programs = Vec::new();
        for role in ROLES {
            programs.push(Program::new(&app, &owner, role).await);
        }
        programs
    };
    let branch = app.member(&owner, "branch@example.com", "administrator", 2).await;
    let mut columns: Vec<(TestPerson, bool)> = vec![(branch, true)];
    for role in ROLES {
        columns.push((app.member(&owner, &format!("{role}@example.com"), role, 1).await, false));
    }
    let mut read = vec![String::new(); files.len()];
    let mut rest = Vec::new();
    for (person, below) in &columns {
        for (row, path) in read.iter_mut().zip(&files) {
            row.push(sign(person.get(path).await.status().as_u16(), *below));
        }
    }
    for (path, methods) in homeport::rest::ROUTES {
        let filled = path.replace("{device}", "secret-1").replace("{group}", "secret-group");
        let filled =
            filled.replace("{template}", &template.to_string()).replace("{organization}", "secret-wing");
        let filled = filled.replace("{role}", "secret-role").replace("{file}", "1").replace("{user}", "1");
        let filled = filled.replace("{token}", "viewer").replace("{entry}", "primary");
        let filled = filled.replace(['{', '}'], "");
        for method in methods.iter().filter(|method| ["GET", "DELETE"].contains(method)) {
            let mut row = String::from(" ");
            for program in &programs {
                // A program that has deleted its own token is one no more.
                let asked = if filled.ends_with("/viewer") { format!("{filled}-no") } else { filled.clone() };
                let status: StatusCode = program.ask(method, &asked, None).await.0;
                row.push(sign(status.as_u16(), false));
            }
            rest.push((format!("{method} {path}"), row));
        }
    }
    // What deletes, last of all: the functions delete too.
    let mut rows = vec![String::new(); functions.len()];
    for (person, below) in &columns {
        for (row, (name, arguments)) in rows.iter_mut().zip(&functions) {
            row.push(sign(app.call(person.client(), name, arguments.clone()).await.status, *below));
        }
    }
    let functions = functions.iter().map(|(name, _)| (*name).to_owned()).zip(rows);
    let files = homeport::routes::OF_WORKSPACES.iter().map(|path| (*path).to_owned()).zip(read);
    let mut table = String::new();
    for (name, row) in functions.chain(files).chain(rest) {
        let signs: Vec<String> = row.chars().map(String::from).collect();
        writeln!(table, "{} {name}", signs.join(" ")).unwrap();
    }
    assert!(!table.contains('!'), "something of ours broke:\n{table}");
    let decided = std::fs::read_to_string(TABLE).unwrap();
    let expected: String = decided
        .lines()
        .filter(|line| !line.starts_with('#'))
        .fold(String::new(), |all, line| all + line + "\n");
    assert!(table == expected, "who may do what has changed:\n{table}");
}
