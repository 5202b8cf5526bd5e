//! Who administers the platform, as whoever runs the server says on the command line.

use crate::error::{Error, Result};
use crate::homeport::Homeport;
use model::check;
use model::{Code, Problem};
use store::Removed;

/// Makes the person of this address a platform administrator.
///
/// # Errors
/// [`Code::Invalid`] beside `email`; [`Code::NotFound`] where nobody has it.
pub async fn add_administrator(homeport: &Homeport, email: &str) -> Result<()> {
    let email = check::email(email).map_err(|message| Problem::field(Code::Invalid, "email", message))?;
    match homeport.store().console().add_administrator(&email).await? {
        true => Ok(()),
        false => Err(nobody(&email)),
    }
}

/// Takes it from them again. Somebody always remains.
///
/// # Errors
/// [`Code::Invalid`] beside `email`, also where they are the only one; [`Code::NotFound`] where they are none.
pub async fn remove_administrator(homeport: &Homeport, email: &str) -> Result<()> {
    let email = check::email(email).map_err(|message| Problem::field(Code::Invalid, "email", message))?;
    match homeport.store().console().remove_administrator(&email).await? {
        Removed::Done => Ok(()),
        Removed::WasNone => {
            let text = format!("{email} is no platform administrator.");
            Err(Problem::with_detail(Code::NotFound, text).into())
        }
        Removed::Last => {
            let text = format!("{email} is the only platform administrator. Add another one first.");
            Err(Problem::with_detail(Code::Invalid, text).into())
        }
    }
}

/// The addresses of all, by name.
///
/// # Errors
/// The database's.
pub async fn administrators(homeport: &Homeport) -> Result<Vec<String>> {
    Ok(homeport.store().console().administrators().await?)
}

fn nobody(email: &str) -> Error {
    Problem::with_detail(Code::NotFound, format!("Nobody here has the address {email}.")).into()
}
