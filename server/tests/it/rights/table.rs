//! What each function, route and file of a workspace asks for: the only place where it stands.

use model::permission::Permission::{self, *};

/// All of these.
pub(super) type Needs = &'static [Permission];

/// What only an administrator of the whole workspace may.
pub(super) const EVERYTHING: Needs = &Permission::ALL;

/// What whoever belongs to the workspace may, whatever their role. [`LEAVES`] is one of them.
pub(super) const BELONGING: [&str; 2] = ["trial_ends", "why_disabled"];
/// Whom it is asked as is gone afterwards.
pub(super) const LEAVES: &str = "leave_workspace";
/// What needs the whole workspace to be seen, though its permission is held below the root too.
pub(super) const AT_THE_ROOT: [&str; 2] = ["get_sign_on", "set_auto_approve"];
/// What needs something else where there is nothing yet: then it makes what it changes otherwise.
pub(super) const MAKES: [(&str, Needs); 1] = [("PUT /api/devices/{device}", &[CreateDevices, ViewTemplates])];

/// Server functions. Who may nothing finds no support in the list of it.
pub(super) const FUNCTIONS: &[(Needs, &[&str])] = &[
    (&[], &["list_support"]),
    (
        &[ViewDevices],
        &[
            "connection",
            "connection_settings",
            "create_exploration",
            "delete_exploration",
            "device_commands",
            "device_events",
            "device_family",
            "device_fields",
            "device_log",
            "device_simulation",
            "device_twin",
            "explore_query",
            "get_alarm",
            "get_dashboard",
            "get_device",
            "latest",
            "list_alarms",
            "list_dashboards",
            "list_devices",
            "list_explorations",
            "list_organizations",
            "read_tiles",
            "run_query",
            "series",
            "set_favourite_dashboard",
            "update_exploration",
        ],
    ),
    (
        &[CreateDevices],
        &[
            "create_device",
            "create_simulated_device",
            "create_simulated_devices",
            "inspect_device_import",
            "preview_device_import",
            "start_device_import",
        ],
    ),
    (
        &[ManageDevices],
        &[
            "approve_devices",
            "attach_child",
            "change_properties",
            "delete_device_file",
            "detach_child",
            "migrate_devices",
            "move_devices",
            "reject_devices",
            "remove_certificate",
            "rotate_key",
            "set_blocked",
            "set_certificate",
            "set_simulation",
            "show_key",
            "update_device",
        ],
    ),
    (&[DeleteDevices], &["delete_device"]),
    (&[RunCommands], &["purge_messages", "run_command", "send_message"]),
    (
        &[ManageEnrolment],
        &[
            "create_enrolment_group",
            "delete_enrolment_group",
            "group_certificate_code",
            "list_enrolment_groups",
            "remove_group_certificate",
            "rotate_group_key",
            "set_auto_approve",
            "set_group_certificate",
            "show_group_keys",
            "update_enrolment_group",
            "verify_group_certificate",
        ],
    ),
    (&[ViewDevices, ViewGroups], &["group_series"]),
    (&[ViewGroups], &["get_group", "group_choices", "group_uses", "list_groups"]),
    (&[ManageGroups], &["create_group", "delete_group", "update_group"]),
    (&[ViewRawData], &["device_file_text", "estimate_export", "list_device_files", "raw"]),
    (
        &[ImportData],
        &[
            "cancel_import",
            "create_import",
            "delete_import",
            "get_import",
            "inspect_import",
            "list_imports",
            "preview_import",
            "start_import",
        ],
    ),
    (&[DeleteData], &["erase_telemetry"]),
    (&[ViewTemplates], &["get_template", "list_templates"]),
    (
        &[ManageTemplates],
        &[
            "create_template",
            "delete_template",
            "discard_template",
            "import_template",
            "publish_template",
            "save_template",
        ],
    ),
    (&[ManageTemplates, ViewRawData], &["create_template_from_device"]),
    (&[ViewRules], &["get_rule", "list_rules"]),
    (&[ViewRules, ViewDevices], &["explain_rule", "rule_past"]),
    (&[ManageRules], &["create_rule", "delete_rule", "enable_rule", "update_rule"]),
    (&[ManageAlarms], &["change_alarms"]),
    (
        &[ManageDashboards],
        &[
            "copy_dashboard",
            "create_dashboard",
            "delete_dashboard",
            "save_dashboard",
            "set_default_dashboard",
        ],
    ),
    (&[ViewPeople], &["get_sign_on", "list_invitations", "list_people", "list_roles"]),
    (
        &[ManagePeople],
        &[
            "change_person",
            "invite_people",
            "people_choices",
            "remove_person",
            "resend_invitation",
            "revoke_invitation",
        ],
    ),
    (
        EVERYTHING,
        &["demand_second_factor", "enforce_sign_on", "remove_sign_on_provider", "set_sign_on_provider"],
    ),
    (&[ManageRoles], &["create_role", "delete_role", "update_role"]),
    (&[ManageOrganizations], &["create_organization", "delete_organization", "update_organization"]),
    (&[ManageTokens], &["create_api_token", "list_api_tokens", "revoke_api_token"]),
    (
        &[ManageWorkspace],
        &[
            "end_support",
            "list_erasures",
            "rename_workspace",
            "retention_dooms",
            "set_retention",
            "storage_usage",
        ],
    ),
    (&[ManageBranding], &["get_branding", "remove_logo", "set_branding", "set_logo"]),
    (&[ViewUsage], &["workspace_limits", "workspace_usage"]),
    (&[ViewAudit], &["list_audit"]),
    (&[ManageWorkspace, ViewAudit], &["set_audit_days"]),
];

/// The stream and the files of a workspace, each with a question that it takes.
pub(super) const FILES: &[(&str, &str, Needs, &str)] = &[
    ("GET", homeport::routes::AUDIT_CSV, &[ViewAudit], ""),
    ("GET", homeport::routes::AUDIT_LINES, &[ViewAudit], ""),
    ("GET", homeport::routes::LIVE, &[ViewDevices], ""),
    ("GET", homeport::routes::RAW_CSV, &[ViewRawData], ""),
    ("GET", homeport::routes::QUERY_CSV, &[ViewDevices], "?query=SELECT+$id+FROM+devices"),
    ("GET", homeport::routes::QUERY_LINES, &[ViewDevices], "?query=SELECT+$id+FROM+devices"),
    ("GET", homeport::routes::EXPORT_CSV, &[ViewRawData], "?device=secret-1"),
    ("GET", homeport::routes::DEVICES_CSV, &[ViewDevices], ""),
    ("GET", homeport::routes::IMPORT_ERRORS, &[ImportData], ""),
    ("PUT", homeport::routes::IMPORT_FILE, &[ImportData], "?at=0"),
    ("GET", homeport::routes::DEVICE_FILE, &[ViewRawData], ""),
    ("GET", homeport::routes::TEMPLATE_FILE, &[ViewTemplates], ""),
    ("GET", homeport::routes::USAGE_CSV, &[ViewUsage], ""),
];

/// Operations of the programming interface.
pub(super) const ROUTES: &[(Needs, &[&str])] = &[
    (&[], &["GET /api/supportAccess"]),
    (
        &[ViewDevices],
        &[
            "GET /api/alarms",
            "GET /api/alarms/{alarm}",
            "GET /api/dashboards",
            "GET /api/dashboards/{dashboard}",
            "GET /api/devices/{device}",
            "GET /api/devices/{device}/children",
            "GET /api/devices/{device}/commands/{name}",
            "GET /api/devices/{device}/components",
            "GET /api/devices/{device}/components/{component}/commands/{name}",
            "GET /api/devices/{device}/components/{component}/properties",
            "GET /api/devices/{device}/components/{component}/telemetry/{name}",
            "GET /api/devices/{device}/messages",
            "GET /api/devices/{device}/properties",
            "GET /api/devices/{device}/relationships",
            "GET /api/devices/{device}/relationships/{relationship}",
            "GET /api/devices/{device}/simulation",
            "GET /api/devices/{device}/telemetry/{name}",
            "GET /api/devices/{device}/twin",
            "GET /api/organizations",
            "GET /api/organizations/{organization}",
            "POST /api/query",
        ],
    ),
    (
        &[ManageDevices],
        &[
            "DELETE /api/devices/{device}/attestation",
            "DELETE /api/devices/{device}/files/{file}",
            "DELETE /api/devices/{device}/relationships/{relationship}",
            "GET /api/devices/{device}/attestation",
            "GET /api/devices/{device}/credentials",
            "PATCH /api/devices/{device}",
            "PATCH /api/devices/{device}/attestation",
            "PATCH /api/devices/{device}/components/{component}/properties",
            "PATCH /api/devices/{device}/properties",
            "PATCH /api/devices/{device}/relationships/{relationship}",
            "PATCH /api/devices/{device}/simulation",
            "PUT /api/devices/{device}/attestation",
            "PUT /api/devices/{device}/components/{component}/properties",
            "PUT /api/devices/{device}/properties",
            "PUT /api/devices/{device}/relationships/{relationship}",
        ],
    ),
    (&[ViewDevices, ViewTemplates], &["GET /api/devices"]),
    (&[ManageDevices, ViewTemplates], &["PUT /api/devices/{device}"]),
    (&[DeleteDevices], &["DELETE /api/devices/{device}"]),
    (
        &[ViewRawData],
        &[
            "GET /api/devices/{device}/files",
            "GET /api/devices/{device}/files/{file}",
            "GET /api/devices/{device}/files/{file}/content",
        ],
    ),
    (
        &[RunCommands],
        &[
            "DELETE /api/devices/{device}/messages",
            "POST /api/devices/{device}/commands/{name}",
            "POST /api/devices/{device}/components/{component}/commands/{name}",
            "POST /api/devices/{device}/messages",
        ],
    ),
    (
        &[ManageEnrolment],
        &[
            "DELETE /api/enrollmentGroups/{group}",
            "DELETE /api/enrollmentGroups/{group}/certificates/{entry}",
            "GET /api/enrollmentGroups",
            "GET /api/enrollmentGroups/{group}",
            "GET /api/enrollmentGroups/{group}/certificates/{entry}",
            "PATCH /api/enrollmentGroups/{group}",
            "POST /api/enrollmentGroups/{group}/certificates/{entry}/generateVerificationCode",
            "POST /api/enrollmentGroups/{group}/certificates/{entry}/verify",
            "PUT /api/enrollmentGroups/{group}",
            "PUT /api/enrollmentGroups/{group}/certificates/{entry}",
        ],
    ),
    (&[ViewGroups], &["GET /api/deviceGroups", "GET /api/deviceGroups/{deviceGroup}"]),
    (
        &[ManageGroups],
        &[
            "DELETE /api/deviceGroups/{deviceGroup}",
            "PATCH /api/deviceGroups/{deviceGroup}",
            "PUT /api/deviceGroups/{deviceGroup}",
        ],
    ),
    (
        &[ManageDashboards],
        &[
            "DELETE /api/dashboards/{dashboard}",
            "PATCH /api/dashboards/{dashboard}",
            "PUT /api/dashboards/{dashboard}",
        ],
    ),
    (&[ViewTemplates], &["GET /api/deviceTemplates", "GET /api/deviceTemplates/{template}"]),
    (
        &[ManageTemplates],
        &[
            "DELETE /api/deviceTemplates/{template}",
            "PATCH /api/deviceTemplates/{template}",
            "PUT /api/deviceTemplates/{template}",
        ],
    ),
    (&[ViewRules], &["GET /api/rules", "GET /api/rules/{rule}"]),
    (&[ViewRules, ViewDevices], &["GET /api/rules/{rule}/devices/{device}"]),
    (&[ManageRules], &["DELETE /api/rules/{rule}", "POST /api/rules", "PUT /api/rules/{rule}"]),
    (&[ManageAlarms], &["POST /api/alarms/{alarm}"]),
    (&[ViewPeople], &["GET /api/roles", "GET /api/roles/{role}", "GET /api/users", "GET /api/users/{user}"]),
    (&[ManagePeople], &["DELETE /api/users/{user}", "PATCH /api/users/{user}", "PUT /api/users/{user}"]),
    (&[ManageRoles], &["DELETE /api/roles/{role}", "PATCH /api/roles/{role}", "PUT /api/roles/{role}"]),
    (
        &[ManageOrganizations, ViewDevices],
        &[
            "DELETE /api/organizations/{organization}",
            "PATCH /api/organizations/{organization}",
            "PUT /api/organizations/{organization}",
        ],
    ),
    (
        &[ManageTokens],
        &[
            "DELETE /api/apiTokens/{token}",
            "GET /api/apiTokens",
            "GET /api/apiTokens/{token}",
            "PUT /api/apiTokens/{token}",
        ],
    ),
    (
        &[ManageWorkspace],
        &["DELETE /api/supportAccess/{access}", "GET /api/fileUploads", "PUT /api/fileUploads"],
    ),
    (&[ManageBranding], &["GET /api/branding", "PUT /api/branding"]),
    (&[ViewUsage], &["GET /api/limits", "GET /api/usage"]),
    (&[ViewAudit], &["GET /api/auditLogs"]),
];
