//! Data goes to stdout, talk goes to stderr. A reader that stops reading (`| head`) ends us quietly.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write};

use serde::Serialize;

use crate::exit::{Code, Failure};

/// Where a command's data goes.
pub struct Output {
    out: BufWriter<Stdout>,
    json: bool,
}

/// Whether anyone still reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    Listening,
    Gone,
}

impl Output {
    pub fn new(json: bool) -> Self {
        Self {
            out: BufWriter::new(io::stdout()),
            json,
        }
    }

    /// Whether JSON was asked for.
    pub fn json(&self) -> bool {
        self.json
    }

    /// Prints one line and passes it on at once.
    pub fn line(&mut self, text: impl AsRef<str>) -> Result<Reader, Failure> {
        let written = writeln!(self.out, "{}", text.as_ref()).and_then(|()| self.out.flush());
        match written {
            Ok(()) => Ok(Reader::Listening),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Err(error) => Err(Failure::os(error)),
        }
    }

    /// Prints a value as one line of JSON.
    pub fn json_line(&mut self, value: &impl Serialize) -> Result<Reader, Failure> {
        self.line(to_json(value)?)
    }
}

/// A value as JSON text.
pub fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::new(Code::Internal, format!("cannot write JSON: {error}")))
}

/// Says something to the person at the terminal.
pub fn say(text: impl AsRef<str>) {
    // Nobody is left to tell if stderr is closed.
    drop(writeln!(io::stderr(), "{}", text.as_ref()));
}

/// Rows as columns of equal width, two spaces apart.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        widest.max(header.get(column).map_or(0, |title| title.chars().count()))
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let format_row = |cells: Vec<&str>| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let lines = std::iter::once(format_row(header.to_vec())).chain(
        rows.iter()
            .map(|row| format_row(row.iter().map(String::as_str).collect())),
    );
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = vec![
            vec!["gallery".into(), "7".into()],
            vec!["x".into(), "10".into()],
        ];
        let text = table(&["name", "lag"], &rows);
        assert_eq!(text, "name     lag\ngallery  7\nx        10");
    }
}
