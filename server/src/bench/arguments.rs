//! What can be said to `homeport bench`.

use clap::{Args, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Messages a second from devices into the database, and how long an acknowledgement takes.
    Ingest(IngestArgs),
    /// The memory of many connections that say nothing.
    Connections(ConnectionsArgs),
    /// Kill, stall and cut everything while devices send, then compare what was acknowledged with what is stored.
    Torture(TortureArgs),
    /// The highest rate at which compaction keeps up, and whether memory stays flat, over minutes.
    Soak(SoakArgs),
    /// What a datapoint takes on the disk, beside plain narrow rows. Makes a year's past first, or goes on where it was.
    Storage(PastArgs),
    /// How long a page's questions take, beside the same asked of plain narrow rows. Makes the past that `storage` makes.
    Query(PastArgs),
    /// How soon pages show what they are to show, in headless Chromium, over the past that `storage` makes.
    Web(WebArgs),
    /// The plain subscriber that `torture --against mosquitto` starts.
    #[command(hide = true)]
    Subscriber(SubscriberArgs),
}

/// What is tortured instead of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Against {
    /// Debian's mosquitto, a plain subscriber that writes each message into Postgres, and Postgres.
    Mosquitto,
}

/// What all benches share.
#[derive(Args, Clone, Debug)]
pub struct SharedArgs {
    /// A folder for the data of the run, on the disk that is to be measured; it is emptied first and deleted afterwards.
    #[arg(long, env = "HOMEPORT_DATA_DIR", default_value = ".homeport/bench", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// Leave the data where it is, to look into it.
    #[arg(long)]
    pub keep: bool,
    /// Print one line of JSON at the end instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Flags of `bench ingest`.
#[derive(Args, Clone, Debug)]
pub struct IngestArgs {
    /// What all benches share.
    #[command(flatten)]
    pub shared: SharedArgs,
    /// Devices that send at once, each on a connection of its own.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub connections: u32,
    /// Numbers in a message: 1, 4 or 8.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub values: u8,
    /// Messages that a device sends before the first is acknowledged; the broker allows 200.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub window: u16,
    /// How long the full load is measured; half the load, COPY and mosquitto take about as long again.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
    /// Leave the comparison with mosquitto out.
    #[arg(long)]
    pub no_mosquitto: bool,
    /// Let the database pass over what is noted of usage: beside a run without this flag it tells what metering costs.
    #[arg(long)]
    pub no_metering: bool,
}

/// Flags of `bench connections`.
#[derive(Args, Clone, Debug)]
pub struct ConnectionsArgs {
    /// What all benches share.
    #[command(flatten)]
    pub shared: SharedArgs,
    /// Connections; one workspace is allowed 10,000.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub count: u32,
}

/// Flags of `bench torture`.
#[derive(Args, Clone, Debug)]
pub struct TortureArgs {
    /// What all benches share.
    #[command(flatten)]
    pub shared: SharedArgs,
    /// How long faults are made, in minutes; fractions are fine.
    #[arg(long, default_value_t = 1.0)]
    pub minutes: f64,
    /// Devices that send meanwhile.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    pub connections: u32,
    /// Messages a second of each device.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub rate: u32,
    /// Faults a minute; 0 for none.
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(0..=120))]
    pub faults: u32,
    /// Torture something else instead of the product, to compare: its losses are told, and are no failure.
    #[arg(long, value_name = "WHAT")]
    pub against: Option<Against>,
    /// The seed of chance; without it, another at each run. It is printed.
    #[arg(long)]
    pub seed: Option<u64>,
}

/// Flags of `bench soak`.
#[derive(Args, Clone, Debug)]
pub struct SoakArgs {
    /// What all benches share.
    #[command(flatten)]
    pub shared: SharedArgs,
    /// How long, in minutes; fractions are fine.
    #[arg(long, default_value_t = 20.0)]
    pub minutes: f64,
    /// Devices that send at once, each on a connection of its own.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub connections: u32,
    /// Numbers in a message.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub values: u8,
    /// Messages that a device sends before the first is acknowledged.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub window: u16,
    /// Messages a second; without it, the highest at which compaction keeps up is found.
    #[arg(long)]
    pub rate: Option<f64>,
}

/// Flags of `bench storage` and `bench query`.
#[derive(Args, Clone, Debug)]
pub struct PastArgs {
    /// What all benches share. The past stays in its folder, for the next run.
    #[command(flatten)]
    pub shared: SharedArgs,
    /// Datapoints, at least.
    #[arg(long, default_value_t = 50_000_000, value_parser = clap::value_parser!(u64).range(100_000..=10_000_000_000))]
    pub datapoints: u64,
    /// Delete the past that is there, and make another.
    #[arg(long)]
    pub fresh: bool,
}

/// Flags of `bench web`.
#[derive(Args, Clone, Debug)]
pub struct WebArgs {
    /// What all benches share. The past stays in its folder, for the next run.
    #[command(flatten)]
    pub shared: SharedArgs,
    /// Datapoints, at least.
    #[arg(long, default_value_t = 50_000_000, value_parser = clap::value_parser!(u64).range(100_000..=10_000_000_000))]
    pub datapoints: u64,
    /// Delete the past that is there, and make another.
    #[arg(long)]
    pub fresh: bool,
    /// How long the page is looked at while devices send, in minutes; fractions are fine.
    #[arg(long, default_value_t = 2.0)]
    pub minutes: f64,
}

/// Flags of `bench subscriber`.
#[derive(Args, Clone, Debug)]
pub struct SubscriberArgs {
    /// Where mosquitto listens.
    #[arg(long, value_name = "ADDRESS")]
    pub broker: SocketAddr,
    /// Where it writes.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "postgres://…")]
    pub database_url: String,
}

impl BenchCommand {
    /// What all benches share; the plain subscriber is none.
    pub(super) fn shared(&self) -> Option<&SharedArgs> {
        match self {
            BenchCommand::Ingest(args) => Some(&args.shared),
            BenchCommand::Connections(args) => Some(&args.shared),
            BenchCommand::Torture(args) => Some(&args.shared),
            BenchCommand::Soak(args) => Some(&args.shared),
            BenchCommand::Storage(args) | BenchCommand::Query(args) => Some(&args.shared),
            BenchCommand::Web(args) => Some(&args.shared),
            BenchCommand::Subscriber(_) => None,
        }
    }

    /// Whether it uses what a run before has left, and leaves it to the next.
    pub(super) fn goes_on(&self) -> bool {
        match self {
            BenchCommand::Storage(args) | BenchCommand::Query(args) => !args.fresh,
            BenchCommand::Web(args) => !args.fresh,
            _ => false,
        }
    }
}
