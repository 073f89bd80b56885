//! What all letters look like: the same content as text and as HTML that needs nothing from elsewhere.

use maud::{DOCTYPE, PreEscaped, html};

const STYLE: &str = "body{font-family:sans-serif;color:#222;background:#fff;margin:0;padding:24px}\
    main{max-width:34em;margin:auto}h1{font-size:1.3em}a{color:#1a4fa0}\
    footer{margin-top:2em;padding-top:1em;border-top:1px solid #ddd;color:#666;font-size:.85em}";

/// A letter's parts, before they are set.
pub(super) struct Content {
    pub subject: String,
    pub heading: String,
    pub paragraphs: Vec<String>,
    /// What a link is called, and where it goes.
    pub link: (&'static str, String),
}

/// A letter as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Content {
    pub(super) fn write(self, opt_out_url: Option<&str>) -> Written {
        Written {
            text: self.text(opt_out_url),
            html: self.html(opt_out_url),
            subject: self.subject,
        }
    }

    fn text(&self, opt_out_url: Option<&str>) -> String {
        let (label, url) = &self.link;
        let mut text = format!("{}\n\n", self.heading);
        for paragraph in &self.paragraphs {
            text += &format!("{paragraph}\n\n");
        }
        text += &format!("{label}: {url}\n");
        if let Some(url) = opt_out_url {
            text += &format!("\n-- \nNo more letters like this one: {url}\n");
        }
        text
    }

    fn html(&self, opt_out_url: Option<&str>) -> String {
        let (label, url) = &self.link;
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.subject) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main {
                        h1 { (self.heading) }
                        @for paragraph in &self.paragraphs { p { (paragraph) } }
                        p { a href=(url) { (label) } }
                        @if let Some(url) = opt_out_url {
                            footer { a href=(url) { "No more letters like this one" } }
                        }
                    }
                }
            }
        };
        page.into_string()
    }
}
