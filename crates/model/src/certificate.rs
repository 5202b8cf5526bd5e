//! A certificate by which a device proves who it is: known by its thumbprint alone.

use serde::{Deserialize, Serialize};

/// SHA-256 of a certificate as it is sent (DER).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Thumbprint(pub [u8; 32]);

/// Longest text that is taken for a certificate, in bytes: a chain of some certificates in PEM.
pub const TEXT_MAX: usize = 32 * 1024;

impl Thumbprint {
    /// Reads 64 hexadecimal digits, in either case, with or without colons or spaces between them.
    ///
    /// # Errors
    /// A sentence for whoever typed it.
    pub fn read(text: &str) -> Result<Thumbprint, String> {
        let digits: String = text.chars().filter(|c| *c != ':' && !c.is_whitespace()).collect();
        if !digits.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(
                "Paste a certificate that begins with -----BEGIN CERTIFICATE-----, or its SHA-256 thumbprint.".into()
            );
        }
        match digits.len() {
            64 => {}
            40 => return Err("These 40 digits are a SHA-1 thumbprint; a SHA-256 thumbprint has 64.".into()),
            n => return Err(format!("A SHA-256 thumbprint has 64 hexadecimal digits; this has {n}.")),
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).unwrap_or_default();
            *byte = u8::from_str_radix(pair, 16).unwrap_or_default();
        }
        Ok(Thumbprint(bytes))
    }
}

impl std::fmt::Display for Thumbprint {
    /// Upper-case pairs with colons between them, as `openssl x509 -fingerprint` prints them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            let colon = if i > 0 { ":" } else { "" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

/// Which of a device's two certificates: the next one can be set before the last one runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The first.
    Primary,
    /// The other.
    Secondary,
}

impl Place {
    /// Both, in the order in which they are shown.
    pub const ALL: [Place; 2] = [Place::Primary, Place::Secondary];

    /// The word kept in the database, and the name of its field in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Place::Primary => "primary",
            Place::Secondary => "secondary",
        }
    }

    /// Reads [`Place::as_str`] back.
    pub fn from_word(word: &str) -> Option<Place> {
        Place::ALL.into_iter().find(|place| place.as_str() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Place::Primary => "Primary",
            Place::Secondary => "Secondary",
        }
    }

    /// The other one.
    pub fn other(self) -> Place {
        match self {
            Place::Primary => Place::Secondary,
            Place::Secondary => Place::Primary,
        }
    }
}

/// A certificate that a device may come with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCertificate {
    /// Which of the two.
    pub place: Place,
    /// Its thumbprint, as people read it.
    pub thumbprint: String,
    /// Whom it names, where the certificate itself was given.
    pub subject: Option<String>,
    /// When it runs out, in milliseconds since 1970, where the certificate itself was given.
    pub not_after_ms: Option<i64>,
}

/// What a person may have pasted, looked at before it is sent: a certificate is read by the server.
///
/// # Errors
/// A sentence to be shown beside the field.
pub fn pasted(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("Paste a certificate or its SHA-256 thumbprint.".into());
    }
    if text.contains("PRIVATE KEY-----") {
        return Err(
            "There is a private key in it. Paste the certificate alone: the key stays on the device.".into(),
        );
    }
    if text.len() > TEXT_MAX {
        return Err(format!("At most {TEXT_MAX} bytes."));
    }
    if text.contains("-----BEGIN CERTIFICATE-----") {
        return Ok(());
    }
    Thumbprint::read(text).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprints_are_read_as_they_come() {
        let thumbprint = Thumbprint([0xab; 32]);
        let shown = thumbprint.to_string();
        assert!(shown.starts_with("AB:AB:") && shown.len() == 95);
        for text in [shown.clone(), shown.to_lowercase(), shown.replace(':', ""), shown.replace(':', " ")] {
            assert_eq!(Thumbprint::read(&format!(" {text}\n")), Ok(thumbprint), "{text}");
        }
        for bad in ["", "AB", &"A".repeat(40), &"G".repeat(64), &"A".repeat(65), "ü"] {
            assert!(Thumbprint::read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_private_key_is_told_from_a_certificate() {
        let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(pasted(certificate), Ok(()));
        let both =
            format!("{certificate}-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
        assert!(pasted(&both).unwrap_err().contains("stays on the device"));
        assert!(pasted(" ").is_err() && pasted(&"A".repeat(64)).is_ok());
        assert!(pasted(&format!("{certificate}{}", "x".repeat(TEXT_MAX))).is_err());
    }
}
