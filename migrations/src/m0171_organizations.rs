//! Each sees their subtree: restrictive policies by organization, beside those by workspace.
//!
//! A transaction says in `app.organizations` what it sees: `*`, or the numbers of organizations as an array. Where
//! nothing is said, nothing is seen. The policies ask it once a statement.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, BELONGING).await?;
        for table in
            ["devices", "device_organizations", "memberships", "api_tokens", "enrolment_groups", "imports"]
        {
            run(manager, &by_organization(table, "organization_id")).await?;
        }
        run(manager, &by_organization("organizations", "id")).await?;
        for table in
            ["device_twins", "device_sessions", "device_certificates", "device_retained", "device_messages"]
        {
            run(manager, &restrictive(table, &of_device(table), None)).await?;
        }
        for (table, at) in [
            ("device_events", "at"),
            ("twin_changes", "at"),
            ("command_runs", "created_at"),
            ("device_files", "asked_at"),
        ] {
            let then = format!("{table}.{at} >= o.from_at AND {table}.{at} < coalesce(o.to_at, 'infinity')");
            let seen = at_the_time(table, &then);
            run(manager, &restrictive(table, &seen, Some(&of_device(table)))).await?;
        }
        for (table, parent, key, to) in [
            ("import_pieces", "imports", "id", "import_id"),
            ("import_errors", "imports", "id", "import_id"),
            ("enrolment_group_certificates", "enrolment_groups", "number", "group_number"),
            ("device_file_blocks", "device_files", "id", "file_id"),
        ] {
            let seen = format!(
                "EXISTS (SELECT FROM {parent} p WHERE p.workspace_id = {table}.workspace_id AND p.{key} = {table}.{to})"
            );
            run(manager, &restrictive(table, &seen, None)).await?;
        }
        run(manager, "SET LOCAL ROLE homeport_worker;").await?;
        for (table, seen) in telemetry() {
            run(manager, &restrictive(table, &seen, None)).await?;
        }
        run(manager, WORKER).await?;
        run(manager, "RESET ROLE;").await?;
        run(manager, SHAPE).await?;
        run(manager, IMPORTS).await
    }
}

/// Groups and imports belong to an organization, and so do the intervals of a device's history; these are counted in
/// slots too, since what has come to rest knows its slot and not when it came.
const BELONGING: &str = "
ALTER TABLE enrolment_groups ADD COLUMN organization_id int4,
    ADD CONSTRAINT enrolment_groups_organization_fkey FOREIGN KEY (workspace_id, organization_id)
        REFERENCES organizations (workspace_id, id);
ALTER TABLE imports ADD COLUMN organization_id int4,
    ADD CONSTRAINT imports_organization_fkey FOREIGN KEY (workspace_id, organization_id)
        REFERENCES organizations (workspace_id, id);
ALTER TABLE device_organizations
    -- Which of the device's intervals it is: 0, 1, …
    ADD COLUMN era int4 NOT NULL DEFAULT 0,
    -- What arrived in slots of [from, to) belongs to it.
    ADD COLUMN from_slot int4 NOT NULL DEFAULT 0,
    ADD COLUMN to_slot int4,
    -- What the device was called when it left.
    ADD COLUMN left_external_id text,
    ADD COLUMN left_name text;
-- Who makes one must see it from the beginning, and so has its number before.
GRANT USAGE ON SEQUENCE organizations_id_seq TO homeport_app;
CREATE INDEX device_organizations_organization ON device_organizations (workspace_id, organization_id);
CREATE UNIQUE INDEX device_organizations_era ON device_organizations (workspace_id, device_id, era);

-- Those who are there belong to the root. Whoever runs this owns the tables, but is under their policies too.
ALTER TABLE organizations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE enrolment_groups NO FORCE ROW LEVEL SECURITY;
ALTER TABLE imports NO FORCE ROW LEVEL SECURITY;
UPDATE enrolment_groups g SET organization_id = o.id FROM organizations o
    WHERE o.workspace_id = g.workspace_id AND o.parent_id IS NULL;
UPDATE imports i SET organization_id = o.id FROM organizations o
    WHERE o.workspace_id = i.workspace_id AND o.parent_id IS NULL;
ALTER TABLE organizations FORCE ROW LEVEL SECURITY;
ALTER TABLE enrolment_groups FORCE ROW LEVEL SECURITY;
ALTER TABLE imports FORCE ROW LEVEL SECURITY;
CREATE TRIGGER to_the_root BEFORE INSERT ON enrolment_groups FOR EACH ROW EXECUTE FUNCTION to_the_root();
CREATE TRIGGER to_the_root BEFORE INSERT ON imports FOR EACH ROW EXECUTE FUNCTION to_the_root();
CREATE INDEX enrolment_groups_organization ON enrolment_groups (workspace_id, organization_id);
CREATE INDEX imports_organization ON imports (workspace_id, organization_id);

-- Who packs a day again keeps what belongs to different organizations apart.
GRANT SELECT (workspace_id, device_id, era, from_slot, to_slot) ON device_organizations TO homeport_worker;
CREATE POLICY worker ON device_organizations FOR SELECT TO homeport_worker USING (true);
";

/// Whether the transaction sees everything; asked once a statement.
const EVERYTHING: &str = "(SELECT current_setting('app.organizations', true) = '*')";
/// What it sees otherwise.
const THESE: &str =
    "coalesce((SELECT nullif(nullif(current_setting('app.organizations', true), ''), '*')::int4[]), '{}')";

/// A policy that takes away what the condition doesn't hold of; another may stand for what is written.
pub(crate) fn restrictive(table: &str, seen: &str, written: Option<&str>) -> String {
    let case = |condition: &str| format!("CASE WHEN {EVERYTHING} THEN true ELSE {condition} END");
    let (seen, written) = (case(seen), case(written.unwrap_or(seen)));
    format!(
        "CREATE POLICY organization ON {table} AS RESTRICTIVE TO homeport_app
             USING ({seen}) WITH CHECK ({written});"
    )
}

pub(crate) fn by_organization(table: &str, column: &str) -> String {
    restrictive(table, &format!("{column} = ANY ({THESE})"), None)
}

/// What hangs on a device goes with it: its own policy answers.
pub(crate) fn of_device(table: &str) -> String {
    format!(
        "EXISTS (SELECT FROM devices d WHERE d.workspace_id = {table}.workspace_id AND d.id = {table}.device_id)"
    )
}

/// What happened at a time belongs to the organization that the device belonged to then.
fn at_the_time(table: &str, then: &str) -> String {
    format!(
        "EXISTS (SELECT FROM device_organizations o
                 WHERE o.workspace_id = {table}.workspace_id AND o.device_id = {table}.device_id AND {then})"
    )
}

/// Telemetry, by the slot in which it arrived. Chunks that were packed again know the interval: slot 0, -1, …
fn telemetry() -> Vec<(&'static str, String)> {
    let slot = |table: &str| {
        format!("{table}.slot >= o.from_slot AND (o.to_slot IS NULL OR {table}.slot < o.to_slot)")
    };
    let ms = |column: &str| format!("(extract(epoch FROM {column}) * 1000)::int8");
    let refused = format!(
        "tm_refused.arrived >= {} AND (o.to_at IS NULL OR tm_refused.arrived < {})",
        ms("o.from_at"),
        ms("o.to_at")
    );
    let chunk =
        format!("CASE WHEN tm_chunk.slot > 0 THEN {} ELSE o.era = -tm_chunk.slot END", slot("tm_chunk"));
    let erasure = "NOT EXISTS (SELECT FROM unnest(tm_erasure.devices) AS e (id) WHERE NOT EXISTS (
        SELECT FROM devices d WHERE d.workspace_id = tm_erasure.workspace_id AND d.id = e.id))";
    vec![
        ("tm_hot", at_the_time("tm_hot", &slot("tm_hot"))),
        ("tm_chunk", at_the_time("tm_chunk", &chunk)),
        ("tm_refused", at_the_time("tm_refused", &refused)),
        ("tm_last", of_device("tm_last")),
        ("tm_erasure", erasure.to_owned()),
        // Of the workspace as a whole.
        ("tm_usage", "false".to_owned()),
    ]
}

/// A device that moves leaves its latest values behind; and the slot from which on something else counts for it is a
/// new one, where the open one holds something of it.
const WORKER: &str = r#"
CREATE FUNCTION tm_forget_latest(these int4[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE tm_last SET "values" = '{}'
    WHERE workspace_id = nullif(current_setting('app.workspace', true), '')::int4 AND device_id = ANY (these)
$$;

CREATE FUNCTION tm_turn_slot(these int4[]) RETURNS int4
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    current int4;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('homeport.tm_slot'));
    SELECT slot INTO current FROM tm_slot WHERE state = 'open';
    IF EXISTS (SELECT FROM tm_hot WHERE slot = current AND device_id = ANY (these)
        AND workspace_id = nullif(current_setting('app.workspace', true), '')::int4) THEN
        RETURN tm_ensure_slots(0, 1);
    END IF;
    RETURN coalesce(current, tm_ensure_slots(0, 0));
END $$;
REVOKE EXECUTE ON FUNCTION tm_forget_latest(int4[]), tm_turn_slot(int4[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tm_forget_latest(int4[]), tm_turn_slot(int4[]) TO homeport_app;
"#;

/// How the whole tree is, to whoever changes a part of it: how many there are, how deep some lie and how much is below.
const SHAPE: &str = "
CREATE FUNCTION organization_shape(these int4[])
RETURNS TABLE (total int8, id int4, depth int4, height int4)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE tree AS (
        SELECT o.id, ARRAY[o.id] AS path FROM organizations o
        WHERE o.workspace_id = nullif(current_setting('app.workspace', true), '')::int4 AND o.parent_id IS NULL
        UNION ALL
        SELECT o.id, t.path || o.id FROM organizations o JOIN tree t ON o.parent_id = t.id
        WHERE o.workspace_id = nullif(current_setting('app.workspace', true), '')::int4
    )
    SELECT (SELECT count(*) FROM tree), t.id, cardinality(t.path),
        (SELECT max(cardinality(b.path)) FROM tree b WHERE t.id = ANY (b.path)) - cardinality(t.path) + 1
    FROM (SELECT 1) AS once LEFT JOIN tree t ON t.id = ANY (these)
$$;
REVOKE EXECUTE ON FUNCTION organization_shape(int4[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organization_shape(int4[]) TO homeport_app;
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION organization_shape(int4[]) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";

/// What an import may write to: what whoever began it sees. Nothing: everything.
const IMPORTS: &str = "
GRANT SELECT (organization_id) ON imports TO homeport_lookup;
CREATE FUNCTION lookup_import_reach(of_workspace int4, of_import int4) RETURNS int4[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT CASE WHEN o.parent_id IS NULL THEN NULL ELSE organization_subtree(of_workspace, o.id) END
    FROM imports i JOIN organizations o ON o.workspace_id = i.workspace_id AND o.id = i.organization_id
    WHERE i.workspace_id = of_workspace AND i.id = of_import
$$;
REVOKE EXECUTE ON FUNCTION lookup_import_reach(int4, int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_import_reach(int4, int4) TO homeport_app;
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_import_reach(int4, int4) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
