//! `homeport`: reads the command line and does what it says.

use clap::Parser;
use homeport::config::{Cli, Command};
use homeport::traces::Traces;
use homeport::{Result, bench, commands, demo, error, logging, operator, terminal};
use std::process::ExitCode;

/// Ingestion makes and drops small pieces by the hundred thousand a second; this takes a tenth of its time off.
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Bounded, and with nothing of the product in it.
    if matches!(cli.command, Command::JqWorker) {
        return match domain::data_exports::jq::work() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let level = match cli.command {
        Command::Serve(_) => "info",
        _ => "warn",
    };
    let traces = match cli.command {
        Command::Serve(_) | Command::Demo(_) => Traces::from_environment(),
        _ => Ok(None),
    };
    logging::start(level, traces.as_ref().ok().and_then(Option::as_ref));
    if let Err(why) = &traces {
        tracing::error!("no traces are exported: {why}");
    }
    let outcome = run(cli.command);
    if let Ok(Some(traces)) = traces {
        traces.finish();
    }
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::tell(&format!("homeport: {}.", error::chain(&error).trim_end_matches('.')));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(args) => commands::serve(&args).await,
            Command::Demo(args) => demo::run(&args).await,
            Command::Mails(args) => operator::mails(args).await,
            Command::Migrate(args) => commands::migrate(&args).await,
            Command::Status(args) => operator::status(&args).await,
            Command::Workspace(command) => operator::workspace(command).await,
            Command::Administrator(command) => operator::administrator(command).await,
            Command::Bench(command) => bench::run(command).await,
            Command::Postgres(command) => commands::postgres(command).await,
            Command::JqWorker => Ok(()),
        }
    })
}
