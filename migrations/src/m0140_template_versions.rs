//! Templates are whole documents with a draft and published versions; a device lives by one version.
//!
//! What there was becomes version 1, published. `templates.dtdl` is not read any more; it goes in a later step, so that the
//! version before can run on.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        run(manager, BACKFILL).await?;
        enable_rls(manager, "template_versions").await?;
        run(manager, DEVICES).await
    }
}

// `json`, not `jsonb`: a document comes back as it was written, with the order of its keys.
const TABLES: &str = "
ALTER TABLE templates ADD COLUMN draft json;
ALTER TABLE templates ALTER COLUMN dtdl SET DEFAULT '{}';

CREATE TABLE template_versions (
    workspace_id int4 NOT NULL,
    template_id int4 NOT NULL,
    version int4 NOT NULL CHECK (version > 0),
    dtmi text NOT NULL,
    document json NOT NULL,
    -- The fields that its devices send, read out of the document when it is published: what the ingestion checks.
    telemetry jsonb NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, template_id, version),
    CONSTRAINT template_versions_dtmi_key UNIQUE (workspace_id, dtmi),
    FOREIGN KEY (workspace_id, template_id) REFERENCES templates (workspace_id, id) ON DELETE CASCADE
);
GRANT SELECT, INSERT, UPDATE, DELETE ON template_versions TO homeport_app;
ALTER TABLE devices ADD COLUMN template_version int4;
";

/// What there was becomes version 1; a test says it again over an older table.
///
/// The owner is under the policies too, and no workspace is set here: for these statements they are not forced.
pub const BACKFILL: &str = "
ALTER TABLE templates NO FORCE ROW LEVEL SECURITY;
ALTER TABLE devices NO FORCE ROW LEVEL SECURITY;

INSERT INTO template_versions (workspace_id, template_id, version, dtmi, document, telemetry, published_at)
SELECT t.workspace_id, t.id, 1, t.dtmi, t.dtdl::json, (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', c.content ->> 'name',
            'display_name', coalesce(c.content ->> 'displayName', c.content ->> 'name'),
            'schema', coalesce(c.content -> 'schema', '\"any\"'),
            'unit', CASE WHEN c.content ->> 'unit' IS NULL THEN coalesce(c.content ->> 'displayUnit', '')
                         ELSE coalesce(u.symbol, c.content ->> 'unit') END
        ) ORDER BY c.place), '[]')
        FROM jsonb_array_elements(
            CASE jsonb_typeof(t.dtdl -> 'contents') WHEN 'array' THEN t.dtdl -> 'contents' ELSE '[]' END
        ) WITH ORDINALITY AS c (content, place)
        LEFT JOIN (VALUES
            ('degreeCelsius', '°C'), ('degreeFahrenheit', '°F'), ('kelvin', 'K'), ('percent', '%'), ('unity', ''),
            ('pascal', 'Pa'), ('kilopascal', 'kPa'), ('bar', 'bar'), ('millibar', 'mbar'), ('poundPerSquareInch', 'psi'),
            ('metrePerSecond', 'm/s'), ('kilometrePerHour', 'km/h'), ('milePerHour', 'mph'), ('degreeOfArc', '°'),
            ('radian', 'rad'), ('metre', 'm'), ('centimetre', 'cm'), ('millimetre', 'mm'), ('kilometre', 'km'),
            ('inch', 'in'), ('foot', 'ft'), ('mile', 'mi'), ('lux', 'lx'), ('lumen', 'lm'), ('candela', 'cd'),
            ('watt', 'W'), ('kilowatt', 'kW'), ('megawatt', 'MW'), ('joule', 'J'), ('kilowattHour', 'kWh'), ('volt', 'V'),
            ('millivolt', 'mV'), ('ampere', 'A'), ('milliampere', 'mA'), ('ohm', 'Ω'), ('hertz', 'Hz'),
            ('kilohertz', 'kHz'), ('second', 's'), ('millisecond', 'ms'), ('minute', 'min'), ('hour', 'h'), ('day', 'd'),
            ('litre', 'L'), ('cubicMetre', 'm³'), ('litrePerSecond', 'L/s'), ('litrePerHour', 'L/h'),
            ('cubicMetrePerHour', 'm³/h'), ('gram', 'g'), ('kilogram', 'kg'), ('tonne', 't'), ('newton', 'N'),
            ('newtonMetre', 'N·m'), ('revolutionPerMinute', 'rpm'), ('metrePerSecondSquared', 'm/s²'), ('gForce', 'g'),
            ('decibel', 'dB'), ('bitPerSecond', 'bit/s'), ('byte', 'B'), ('kilobyte', 'kB'), ('megabyte', 'MB')
        ) AS u (name, symbol) ON u.name = c.content ->> 'unit'
        WHERE c.content ->> 'name' IS NOT NULL
            AND (c.content -> '@type' = '\"Telemetry\"' OR c.content -> '@type' @> '[\"Telemetry\"]')
    ), t.updated_at
FROM templates t;
UPDATE devices SET template_version = 1 WHERE template_id IS NOT NULL;

ALTER TABLE templates FORCE ROW LEVEL SECURITY;
ALTER TABLE devices FORCE ROW LEVEL SECURITY;
";

const DEVICES: &str = "
ALTER TABLE devices
    ADD CONSTRAINT devices_template_version_fkey FOREIGN KEY (workspace_id, template_id, template_version)
        REFERENCES template_versions (workspace_id, template_id, version),
    ADD CONSTRAINT devices_template_version_check CHECK ((template_id IS NULL) = (template_version IS NULL));
CREATE INDEX devices_template_version ON devices (workspace_id, template_id, template_version);

-- A device that is given a template gets its newest version, whoever gives it and whatever they know of versions.
CREATE FUNCTION device_template_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.template_id IS NULL THEN
        NEW.template_version := NULL;
    ELSIF TG_OP = 'INSERT' OR NEW.template_id IS DISTINCT FROM OLD.template_id THEN
        NEW.template_version := (
            SELECT max(v.version) FROM template_versions v
            WHERE v.workspace_id = NEW.workspace_id AND v.template_id = NEW.template_id
        );
        IF NEW.template_version IS NULL AND EXISTS (
            SELECT FROM templates t WHERE t.workspace_id = NEW.workspace_id AND t.id = NEW.template_id
        ) THEN
            RAISE check_violation USING MESSAGE = 'the template is not published', CONSTRAINT = 'devices_template_unpublished';
        ELSIF NEW.template_version IS NULL THEN
            RAISE foreign_key_violation USING MESSAGE = 'there is no such template', CONSTRAINT = 'devices_template_fkey';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER device_template_version BEFORE INSERT OR UPDATE OF template_id ON devices
    FOR EACH ROW EXECUTE FUNCTION device_template_version();
";
