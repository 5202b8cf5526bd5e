//! How a workspace looks: a name, a colour, a logo, links for help, a host name of its own.

use crate::check::{self, Check};
use crate::colour::{self, Colour};
use crate::problem::{Code, Problem};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Most links for help.
pub const LINKS_MAX: usize = 5;
/// Longest words of a link, in characters.
pub const LABEL_MAX: usize = 40;
/// Longest address of a link, in bytes.
pub const HREF_MAX: usize = 500;
/// Longest host name, in bytes.
pub const HOST_MAX: usize = 253;
/// Largest picture that is taken, in bytes.
pub const LOGO_MAX: usize = 700_000;
/// A logo is drawn within this many pixels: wide and high.
pub const LOGO_BOX: (u32, u32) = (480, 120);

/// What pages and mails need of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// What stands where Homeport's name stands otherwise; empty: Homeport's.
    #[serde(default)]
    pub name: String,
    /// `#0b6b58`; empty: Homeport's.
    #[serde(default)]
    pub colour: String,
    /// By which its logo is asked for; none: Homeport's mark.
    #[serde(default)]
    pub logo: Option<String>,
    /// Links for help.
    #[serde(default)]
    pub links: Vec<HelpLink>,
}

/// A link for help.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpLink {
    /// What people read.
    pub label: String,
    /// Where it leads: `https://…`, or `mailto:…`.
    pub href: String,
}

impl Brand {
    /// What stands where Homeport's name stands.
    pub fn shown_name(&self) -> &str {
        if self.name.is_empty() { "Homeport" } else { &self.name }
    }

    /// The colour of buttons in mails: that of the light theme, on white.
    pub fn mail_colour(&self) -> Option<String> {
        let colour = Colour::parse(&self.colour).ok()?;
        Some(colour::Shades::light(colour).accent.to_string())
    }

    /// The tokens that it sets, for a `style` attribute; nothing where the colours are Homeport's.
    pub fn style(&self) -> Option<String> {
        Colour::parse(&self.colour).ok().map(colour::tokens)
    }

    /// The path of the logo, where it has one.
    pub fn logo_path(&self) -> Option<String> {
        self.logo.as_ref().map(|logo| format!("/logo/{logo}.png"))
    }

    /// With name, colour and links trimmed; the logo is changed by itself.
    ///
    /// # Errors
    /// Every problem, by field: `name`, `colour`, `links`.
    pub fn checked(self) -> Result<Brand, Problem> {
        let mut check = Check::default();
        let name = match self.name.trim() {
            "" => String::new(),
            name => check.field("name", check::name(name)).unwrap_or_default(),
        };
        let colour = match self.colour.trim() {
            "" => String::new(),
            text => check.field("colour", Colour::parse(text)).map(|c| c.to_string()).unwrap_or_default(),
        };
        let links = self.links.into_iter().map(HelpLink::trimmed).filter(|link| *link != HelpLink::default());
        let links: Vec<HelpLink> = links.collect();
        check.that(links.len() <= LINKS_MAX, "links", format!("At most {LINKS_MAX} links."));
        for link in &links {
            check.field("links", link.check());
        }
        check.done()?;
        Ok(Brand { name, colour, links, logo: self.logo })
    }
}

impl HelpLink {
    fn trimmed(self) -> HelpLink {
        HelpLink { label: self.label.trim().to_owned(), href: self.href.trim().to_owned() }
    }

    fn check(&self) -> Result<(), String> {
        let HelpLink { label, href } = self;
        let plain = !label.chars().any(char::is_control);
        if label.is_empty() || label.chars().count() > LABEL_MAX || !plain {
            return Err(format!("Each link needs words, at most {LABEL_MAX} characters."));
        }
        let leads =
            ["https://", "mailto:"].iter().any(|start| href.len() > start.len() && href.starts_with(start));
        if !leads || href.len() > HREF_MAX || !href.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(format!("“{label}” leads nowhere: a link begins with https:// or mailto:."));
        }
        Ok(())
    }
}

/// How a workspace looks, as its administrators see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branding {
    /// What pages and mails need.
    pub brand: Brand,
    /// The host name that it wants to be reached by; empty: none.
    pub host: String,
    /// Whether whoever runs Homeport has confirmed that the name is the workspace's.
    pub host_confirmed: bool,
}

/// A host name, in lower case.
///
/// # Errors
/// A sentence.
pub fn host(raw: &str) -> Result<String, String> {
    let host = raw.trim().trim_end_matches('.').to_lowercase();
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let several = host.split('.').count() >= 2;
    let number = host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if host.len() > HOST_MAX || !several || number || !host.split('.').all(label) {
        return Err("A host name looks like iot.example.com, without https:// and without a port.".into());
    }
    Ok(host)
}

/// A picture as it is sent: base64.
pub fn packed(picture: &[u8]) -> String {
    STANDARD.encode(picture)
}

/// Reads [`packed`] back.
///
/// # Errors
/// Invalid, beside `logo`.
pub fn unpacked(text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(text).map_err(|_| Problem::field(Code::Invalid, "logo", "This is no picture."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_by_field() {
        let link = |label: &str, href: &str| HelpLink { label: label.into(), href: href.into() };
        let good = Brand {
            name: " Acme ".into(),
            colour: "#AABBCC".into(),
            links: vec![link(" Help ", "https://help.example.com/a?b=1"), link("", "")],
            logo: None,
        };
        let checked = good.clone().checked().unwrap();
        assert_eq!((checked.name.as_str(), checked.colour.as_str()), ("Acme", "#aabbcc"));
        assert_eq!(checked.links, [link("Help", "https://help.example.com/a?b=1")]);
        for bad in ["javascript:alert(1)", "http://x.example", "//x.example", "https://", "https://a b"] {
            let brand = Brand { links: vec![link("Help", bad)], ..good.clone() };
            assert!(brand.checked().unwrap_err().of_field("links").is_some(), "{bad}");
        }
        let brand = Brand { colour: "red; background: url(x)".into(), ..good };
        assert!(brand.checked().unwrap_err().of_field("colour").is_some());
        assert!(Brand::default().checked().is_ok());
    }

    #[test]
    fn host_names_are_names() {
        assert_eq!(host(" IoT.Example.com. ").unwrap(), "iot.example.com");
        for bad in
            ["", "localhost", "https://a.b", "a.b:443", "10.0.0.1", "-a.b", "a..b", "a_b.c", "a.b/c", "é.com"]
        {
            assert!(host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn without_branding_it_is_homeport() {
        let none = Brand::default();
        assert_eq!((none.shown_name(), none.style(), none.logo_path()), ("Homeport", None, None));
        let own = Brand { name: "Acme".into(), colour: "#ffff00".into(), ..none };
        assert_eq!(own.shown_name(), "Acme");
        assert_ne!(own.mail_colour().as_deref(), Some("#ffff00"), "yellow can't be read on white");
    }
}
