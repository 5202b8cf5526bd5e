//! What can be said on the command line and in the environment.

use crate::bench::arguments::BenchCommand;
use crate::roles::Role;
use clap::{Args, Parser, Subcommand};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// Homeport: an IoT platform in one program.
#[derive(Debug, Parser)]
#[command(name = "homeport", version, about, propagate_version = true, disable_help_subcommand = false)]
#[command(
    after_help = "Every flag's variable can be set in the environment instead. HOMEPORT_LOG=debug tells more."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the product: web server, MQTT broker and ingestion.
    Serve(Box<ServeArgs>),
    /// Run it with a workspace full of weather stations and a simulated building, to try it out.
    Demo(DemoArgs),
    /// Bring the database up to date and end.
    Migrate(DataArgs),
    /// Say how the database's housekeeping stands, and what it failed at last.
    Status(DataArgs),
    /// List the mails that wait, and what became of others; or show one.
    Mails(MailsArgs),
    /// Disable a workspace, or enable it again.
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// Say who administers the platform: sees the console under /admin.
    #[command(subcommand)]
    Administrator(AdministratorCommand),
    /// Measure the product on this machine, or torture it, with a database made for the purpose.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Start, stop or find the embedded Postgres by itself.
    #[command(subcommand)]
    Postgres(PostgresCommand),
    /// Run programs of `jq` for a data export; started by the product itself.
    #[command(name = domain::data_exports::jq::WORD, hide = true)]
    JqWorker,
}

/// Where everything is kept.
#[derive(Args, Clone, Debug)]
pub struct DataArgs {
    /// The folder for keys, certificates and the embedded Postgres.
    #[arg(long, env = "HOMEPORT_DATA_DIR", default_value = ".homeport", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// A Postgres to use instead of the embedded one; its account must be able to create roles.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "postgres://…")]
    pub database_url: Option<String>,
    /// 32 bytes in base64 under which device keys are kept; without it, the file master.key in the data folder.
    #[arg(long, env = "HOMEPORT_MASTER_KEY", hide_env_values = true, hide = true)]
    pub master_key: Option<String>,
}

/// Where it listens.
#[derive(Args, Clone, Debug)]
pub struct ListenArgs {
    /// The port of the web pages.
    #[arg(long, env = "HOMEPORT_PORT", default_value_t = 8080)]
    pub port: u16,
    /// The port of the broker without encryption [default: 1883].
    #[arg(long, env = "HOMEPORT_MQTT_PORT", value_name = "PORT")]
    pub mqtt_port: Option<u16>,
    /// The port of the broker with TLS [default: 8883].
    #[arg(long, env = "HOMEPORT_MQTTS_PORT", value_name = "PORT")]
    pub mqtts_port: Option<u16>,
    /// The port of HTTPS for devices: MQTT over WebSocket as Microsoft's SDKs expect it at 443 [default: closed; in the
    /// demo 443, where that may be opened].
    #[arg(long, env = "HOMEPORT_DEVICE_HTTPS_PORT", value_name = "PORT")]
    pub device_https_port: Option<u16>,
    /// The folder with script, wasm and styles.
    #[arg(long, env = "HOMEPORT_SITE", default_value = "target/site", value_name = "FOLDER")]
    pub site: PathBuf,
}

/// Flags of `serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub data: DataArgs,
    /// Where it listens.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// Play these parts only, beside other processes on the same database [default: all parts in one process].
    #[arg(long = "role", env = "HOMEPORT_ROLE", value_enum, value_delimiter = ',', value_name = "ROLE")]
    pub roles: Vec<Role>,
    /// The network address to listen on.
    #[arg(long, env = "HOMEPORT_BIND", default_value_t = IpAddr::V4(Ipv4Addr::UNSPECIFIED), value_name = "ADDRESS")]
    pub bind: IpAddr,
    /// The address that people type: `https://iot.example.com`. With https, cookies go over https only.
    #[arg(long, env = "HOMEPORT_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Another name by which devices reach this server, beside that of the public address; may be given several times.
    /// The broker's certificate of our own making holds it, and devices that register are sent to the first.
    #[arg(long = "device-host", env = "HOMEPORT_DEVICE_HOSTS", value_delimiter = ',', value_name = "HOST")]
    pub device_hosts: Vec<String>,
    /// An external broker to ingest from, instead of the embedded one: mqtt://user:password@host:1883. With --role,
    /// mqtt://host:1883 is the embedded one of the process with --role edge.
    #[arg(long, env = "HOMEPORT_MQTT_URL", hide_env_values = true, value_name = "mqtt://…")]
    pub mqtt_url: Option<String>,
    /// With --role web: the file with the certificate that devices check the edge's with, as its /ca.pem gives it.
    #[arg(long, env = "HOMEPORT_MQTT_CA", value_name = "FILE")]
    pub mqtt_ca: Option<PathBuf>,
    /// What an external broker must know to ask whether a device may connect (POST /mqtt/authn and /mqtt/acl).
    #[arg(long, env = "HOMEPORT_HOOK_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub hook_secret: Option<String>,
    /// Messages that one device may send in a second, 0 for any number [default: 1000].
    #[arg(long, env = "HOMEPORT_DEVICE_RATE", value_name = "MESSAGES")]
    pub device_rate: Option<u64>,
    /// Messages that all devices of one workspace may send in a second, 0 for any number [default: 50000].
    #[arg(long, env = "HOMEPORT_WORKSPACE_RATE", value_name = "MESSAGES")]
    pub workspace_rate: Option<u64>,
    /// Requests that one API token may send in a minute, 0 for any number [default: 1200]. Each process counts its own.
    #[arg(long, env = "HOMEPORT_API_RATE", value_name = "REQUESTS")]
    pub api_rate: Option<u32>,
    /// The broker's certificate for TLS, PEM, with those that it was signed by; without it, one of our own making.
    #[arg(long, env = "HOMEPORT_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The key of that certificate, PEM.
    #[arg(long, env = "HOMEPORT_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// For how many hours messages are kept as they were received, with arrival, ids and properties; times and values
    /// stay as long as the workspace keeps telemetry.
    #[arg(long, env = "HOMEPORT_HOT_HOURS", default_value_t = 48, value_name = "HOURS")]
    pub hot_hours: u64,
    /// Most gigabytes of such messages: the oldest go sooner where there are more.
    #[arg(long, env = "HOMEPORT_HOT_GB", default_value_t = 10, value_name = "GB")]
    pub hot_gb: u64,
    /// Where files of devices are kept: s3://bucket/prefix, az://container/prefix or file:///folder, with what else the
    /// storage needs in its own variables (AWS_…, AZURE_…) [default: the folder files in the data folder].
    #[arg(long, env = "HOMEPORT_FILES_URL", value_name = "URL")]
    pub files_url: Option<String>,
    /// The mail server by which mails go: smtps://user:password@host:465, or smtp://host:587?tls=required for STARTTLS
    /// [default: none; mails wait, and whoever runs the server reads them in the product].
    #[arg(long, env = "HOMEPORT_SMTP_URL", hide_env_values = true, value_name = "smtp://…")]
    pub smtp_url: Option<String>,
    /// From whom mails are: "Homeport <homeport@example.com>".
    #[arg(long, env = "HOMEPORT_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Let requests that people of workspaces cause (to providers of single sign-on) go to addresses of private networks,
    /// and without encryption. Otherwise they go to public addresses over HTTPS alone.
    #[arg(long, env = "HOMEPORT_OUTGOING_PRIVATE")]
    pub outgoing_private: bool,
    /// A map server whose pictures maps show: `https://maps.example.com/{z}/{x}/{y}.png`. Browsers load them from there, and it
    /// sees which places they look at [default: none; maps show the outlines of countries that are built in].
    #[arg(long, env = "HOMEPORT_MAP_TILES", value_name = "URL")]
    pub map_tiles: Option<String>,
    /// From whom these pictures are, as it must stand on maps: "© OpenStreetMap contributors".
    #[arg(long, env = "HOMEPORT_MAP_ATTRIBUTION", value_name = "WORDS")]
    pub map_attribution: Option<String>,
    /// What must be known to read /metrics, as bearer token; without it, only this machine may.
    #[arg(long, env = "HOMEPORT_METRICS_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub metrics_token: Option<String>,
}

/// Flags of `demo`.
#[derive(Args, Clone, Debug)]
pub struct DemoArgs {
    /// The folder for keys, certificates and the embedded Postgres.
    #[arg(long, env = "HOMEPORT_DATA_DIR", default_value = ".homeport/demo", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// Where it listens.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// The network address to listen on; 0.0.0.0 lets devices and browsers of your network in.
    #[arg(long, env = "HOMEPORT_BIND", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS")]
    pub bind: IpAddr,
    /// Delete what an earlier demo left in the data folder, and begin anew.
    #[arg(long)]
    pub fresh: bool,
    /// Once ready, print one line of JSON for scripts instead of the banner.
    #[arg(long)]
    pub json: bool,
}

/// Flags of `mails`.
#[derive(Args, Clone, Debug)]
pub struct MailsArgs {
    /// The number of a mail to show, with its text where it was not sent yet.
    pub mail: Option<i64>,
    /// Try to send it at once, also where it was given up.
    #[arg(long, requires = "mail")]
    pub again: bool,
    /// Where everything is kept.
    #[command(flatten)]
    pub data: DataArgs,
}

/// What `workspace` can do. Servers may run on the database meanwhile.
#[derive(Debug, Subcommand)]
pub enum WorkspaceCommand {
    /// End all connections of its devices at once, and let in nobody: neither people, devices nor programs.
    Disable(WorkspaceArgs),
    /// Let everybody in again.
    Enable(WorkspaceArgs),
    /// Bound the files that its devices upload.
    Files(WorkspaceFilesArgs),
}

/// What `administrator` can do. Servers may run on the database meanwhile.
#[derive(Debug, Subcommand)]
pub enum AdministratorCommand {
    /// Make somebody who can sign in a platform administrator.
    Add(AdministratorArgs),
    /// Take it from them again.
    Remove(AdministratorArgs),
    /// Tell the addresses of all.
    List(DataArgs),
}

/// Who, and where the database is.
#[derive(Args, Clone, Debug)]
pub struct AdministratorArgs {
    /// The address with which they sign in.
    pub email: String,
    /// Where everything is kept.
    #[command(flatten)]
    pub data: DataArgs,
}

/// How much the devices of a workspace may upload.
#[derive(Args, Clone, Debug)]
pub struct WorkspaceFilesArgs {
    /// Which workspace.
    #[command(flatten)]
    pub workspace: WorkspaceArgs,
    /// Largest file, in bytes.
    #[arg(long, value_name = "BYTES")]
    pub largest: u64,
    /// All files together, in bytes.
    #[arg(long, value_name = "BYTES")]
    pub all: u64,
}

/// Which workspace, and where its database is.
#[derive(Args, Clone, Debug)]
pub struct WorkspaceArgs {
    /// What stands in its address behind /w/.
    pub slug: String,
    /// Where everything is kept.
    #[command(flatten)]
    pub data: DataArgs,
}

/// What `postgres` can do.
#[derive(Debug, Subcommand)]
pub enum PostgresCommand {
    /// Start it, where it doesn't run, and print its address.
    Start(PostgresArgs),
    /// Stop it, where it runs.
    Stop(PostgresArgs),
    /// Print the address of the running one.
    Url(PostgresArgs),
}

/// Which cluster.
#[derive(Args, Clone, Debug)]
pub struct PostgresArgs {
    /// The folder of the cluster.
    #[arg(long, default_value = ".homeport/postgres", value_name = "FOLDER")]
    pub dir: PathBuf,
    /// Give durability up for speed: for tests.
    #[arg(long)]
    pub fast: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        let cli = Cli::parse_from(["homeport", "demo", "--port", "0", "--json"]);
        assert!(matches!(cli.command, Command::Demo(DemoArgs { json: true, fresh: false, .. })));
        assert!(Cli::try_parse_from(["homeport", "serve", "--port", "70000"]).is_err());
        let roles = |arguments: &[&str]| {
            let cli = Cli::try_parse_from(["homeport", "serve"].iter().chain(arguments)).ok()?;
            let Command::Serve(args) = cli.command else { return None };
            Some(args.roles)
        };
        assert_eq!(roles(&[]), Some(vec![]));
        assert_eq!(roles(&["--role", "web,worker"]), Some(vec![Role::Web, Role::Worker]));
        assert_eq!(roles(&["--role", "edge", "--role", "ingest"]), Some(vec![Role::Edge, Role::Ingest]));
        assert_eq!(roles(&["--role", "everything"]), None);
    }
}
