//! The language from outside: what is read, what is refused and how, what comes of rows.

mod answers;
mod mistakes;
mod plans;
mod round_trip;
