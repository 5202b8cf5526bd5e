//! What our mails look like: a few sentences, at most one button, in text and in HTML alike.
//!
//! Mail programs know no stylesheets worth the name, so the HTML carries its few styles itself; it loads nothing.

use super::Mail;
use model::branding::Brand;

/// A mail in the making.
pub struct Letter {
    subject: String,
    paragraphs: Vec<String>,
    button: Option<(String, String)>,
    after: Vec<String>,
    brand: Brand,
}

impl Letter {
    /// One with this subject, a line.
    pub fn new(subject: impl Into<String>) -> Letter {
        let subject = subject.into().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Letter { subject, paragraphs: Vec::new(), button: None, after: Vec::new(), brand: Brand::default() }
    }

    /// From a workspace that looks so: its name stands at the foot, its colour on the button.
    #[must_use]
    pub fn looking(mut self, brand: &Brand) -> Letter {
        self.brand = brand.clone();
        self
    }

    /// A paragraph: before the button, or behind it.
    #[must_use]
    pub fn says(mut self, paragraph: impl Into<String>) -> Letter {
        match self.button {
            None => self.paragraphs.push(paragraph.into()),
            Some(_) => self.after.push(paragraph.into()),
        }
        self
    }

    /// The button, and where it leads.
    #[must_use]
    pub fn leads(mut self, label: &str, link: &str) -> Letter {
        self.button = Some((label.to_owned(), link.to_owned()));
        self
    }

    /// The mail to this address.
    pub fn to(self, to: &str) -> Mail {
        let (text, html) = (self.text(), self.html());
        Mail { to: to.to_owned(), subject: self.subject, text, html, attachments: Vec::new() }
    }

    fn text(&self) -> String {
        let mut parts = self.paragraphs.clone();
        if let Some((label, link)) = &self.button {
            parts.push(format!("{label}:\n{link}"));
        }
        parts.extend(self.after.iter().cloned());
        parts.push(format!("-- \n{}", self.brand.shown_name()));
        parts.join("\n\n")
    }

    fn html(&self) -> String {
        let paragraph = |text: &String| format!("<p style=\"margin:0 0 16px\">{}</p>\n", escaped(text));
        let before: String = self.paragraphs.iter().map(paragraph).collect();
        let after: String = self.after.iter().map(paragraph).collect();
        let colour = self.brand.mail_colour().unwrap_or_else(|| "#0b5cad".to_owned());
        let button = self.button.as_ref().map(|(label, link)| {
            let (label, link) = (escaped(label), escaped(link));
            format!(
                "<p style=\"margin:24px 0\"><a href=\"{link}\" style=\"background:{colour};color:#ffffff;\
                 padding:10px 18px;border-radius:6px;text-decoration:none;display:inline-block\">{label}</a></p>\n\
                 <p style=\"margin:0 0 16px;color:#5b6472;font-size:13px\">Or open this address: <br>{link}</p>\n"
            )
        });
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{subject}</title></head>\n\
             <body style=\"margin:0;padding:24px;background:#f4f5f7;color:#1c2430;\
             font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif\">\n\
             <div style=\"max-width:520px;margin:0 auto;background:#ffffff;border-radius:8px;padding:32px\">\n\
             {before}{button}{after}<p style=\"margin:24px 0 0;color:#5b6472;font-size:13px\">{name}</p>\n\
             </div></body></html>\n",
            subject = escaped(&self.subject),
            name = escaped(self.brand.shown_name()),
            button = button.unwrap_or_default(),
        )
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_the_same_in_both_forms_and_runs_nothing() {
        let mail = Letter::new("Join “<b>\nPlant”")
            .says("Ada <ada@example.com> invites you.")
            .leads("Join", "https://iot.example.com/invitation/a?b=1&c=2")
            .says("It holds for 7 days.")
            .to("bob@example.com");
        assert_eq!(mail.subject, "Join “<b> Plant”");
        assert_eq!(
            mail.text,
            "Ada <ada@example.com> invites you.\n\nJoin:\nhttps://iot.example.com/invitation/a?b=1&c=2\n\n\
             It holds for 7 days.\n\n-- \nHomeport"
        );
        assert!(mail.html.contains("Ada &lt;ada@example.com&gt; invites you."), "{}", mail.html);
        assert!(mail.html.contains("href=\"https://iot.example.com/invitation/a?b=1&amp;c=2\""));
        assert!(!mail.html.contains("<b>"));
    }
}
