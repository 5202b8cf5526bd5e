//! Leaves of messages need no autovacuum: nothing in them is changed or deleted but with a device, and they are dropped
//! within days. While messages pour in, it would read a leaf again and again, which devices feel.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, LEAVES).await
    }
}

const LEAVES: &str = r"
SET LOCAL ROLE homeport_worker;
CREATE OR REPLACE FUNCTION tm_make_slot() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    made int4 := (SELECT coalesce(max(slot), 0) + 1 FROM tm_slot);
    leaf text := 'tm_hot_' || made;
BEGIN
    -- The CHECK says what the partition bound will say, so attaching needs no scan.
    EXECUTE format('CREATE TABLE %I (LIKE tm_hot INCLUDING ALL, CHECK (slot = %s)) WITH (autovacuum_enabled = false)',
        leaf, made);
    EXECUTE format('ALTER TABLE tm_hot ATTACH PARTITION %I FOR VALUES IN (%s)', leaf, made);
    EXECUTE format('GRANT INSERT ON %I TO homeport_ingest', leaf);
    INSERT INTO tm_slot (slot, state) VALUES (made, 'next');
END $$;
DO $$
DECLARE
    leaf regclass;
BEGIN
    FOR leaf IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'tm_hot'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', leaf);
    END LOOP;
END $$;
RESET ROLE;
";
