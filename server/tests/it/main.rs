//! The real server, asked from outside: by browsers' requests, by devices, by strangers.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on must fail, and say where"
)]

mod accounts;
mod alarms;
mod audit;
mod azure;
mod bad_input;
mod benches;
mod branding;
mod commands;
mod compose;
mod console;
mod dashboards;
mod data_exports;
mod demo;
mod device_certificates;
mod device_files;
mod device_groups;
mod device_guide;
mod device_ids;
mod device_lists;
mod device_retained;
mod device_sessions;
mod files;
mod first_start;
mod hook;
mod jobs;
mod live;
mod mail;
mod mosquitto;
mod openapi;
mod pages;
mod people;
mod platform;
mod platform_log;
mod process;
mod provisioning;
mod query;
mod relationships;
mod reports;
mod rest;
mod revocation;
mod rights;
mod roles;
mod rule_actions;
mod rules;
mod security;
mod sessions;
mod sign_on;
mod simulations;
mod site;
mod storages;
mod strangers;
mod support;
mod templates;
mod torture;
mod traces;
mod twin;
mod watching;
mod websocket;
