//! A progress bar on stderr for long work: how much, how fast, how much longer. Silent where nobody watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub struct Bar(ProgressBar);

impl Bar {
    /// A bar over `total` steps of which `done` were made before.
    pub fn new(name: &str, total: u64, done: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let template =
            "{prefix:>12} [{bar:30}] {human_pos}/{human_len}  {per_sec}  {eta} left  {msg}";
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        bar.set_prefix(name.to_owned());
        bar.set_position(done);
        bar.reset_eta();
        Self(bar)
    }

    pub fn at(&self, position: u64) {
        self.0.set_position(position);
    }

    /// Moves on where the end and what is being done may change.
    pub fn of(&self, position: u64, total: u64, doing: &'static str) {
        self.0.set_length(total);
        self.0.set_position(position);
        self.0.set_message(doing);
    }

    pub fn done(&self) {
        self.0.finish_and_clear();
    }
}
