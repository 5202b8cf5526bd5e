//! The binary: configuration, routes, web sessions, wiring; it plays every part of Homeport in one process,
//! or those that it is told.
//!
//! A library too, so that tests start the real server on a port of their own: [`wiring::start`].

#![recursion_limit = "512"]

mod actions;
mod allowances;
mod asked;
mod audit;
pub mod bench;
mod branding;
mod burial;
pub mod commands;
pub mod config;
mod cut_off;
pub mod data_dir;
mod data_export;
pub mod demo;
pub mod device_log;
mod device_retained;
mod device_sessions;
mod device_web;
pub mod error;
mod files;
pub mod gate;
pub mod hook;
pub mod logging;
pub mod mail;
pub mod operator;
pub mod origin;
mod outgoing;
pub mod problem;
pub mod rest;
pub mod roles;
pub mod routes;
pub mod sessions;
pub mod settings;
pub mod signals;
mod simulation;
pub mod site;
mod sso;
pub mod terminal;
pub mod tls;
pub mod traces;
mod watching;
mod websocket;
pub mod wiring;

mod csv;
mod headers;
mod imports;
mod jobs;
mod line;
mod live;
mod pictures;
mod post;
mod provisioning;
mod pump;
mod push_worker;
mod query;
mod reports;
mod request;
mod rules;
mod state;
mod template_file;
mod usage;
mod warnings;

/// The use-cases, for tests that furnish a server from within.
pub use domain;
pub use error::{Error, Result};
