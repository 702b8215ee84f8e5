//! The picture: what has been shown so far, and how the next frame looks.

use std::time::{Duration, Instant};

use boc::Stats;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Stylize};
use ratatui::text::Line;
use ratatui::widgets::{Bar, BarChart, Block, BorderType, Sparkline};

use crate::bank::{Account, DEPOSIT};

/// How far apart two points of the curve are.
const SAMPLE: Duration = Duration::from_millis(250);
/// How many of them are kept: enough for the widest of terminals.
const MOST_SAMPLES: usize = 1_000;

/// The state of the user interface.
pub(crate) struct Picture {
    opened: Instant,
    books: Vec<Account>,
    stats: Stats,
    /// The books and figures of the latest sample, and its time.
    sample: (Instant, Stats, Vec<Account>),
    /// Transfers of each account in a second.
    activity: Vec<u64>,
    /// Behaviors in a second, the latest first.
    rates: Vec<u64>,
}

impl Picture {
    pub(crate) fn new(books: Vec<Account>, stats: Stats) -> Self {
        let (opened, activity) = (Instant::now(), vec![0; books.len()]);
        Self {
            opened,
            books: books.clone(),
            stats,
            sample: (opened, stats, books),
            activity,
            rates: Vec::new(),
        }
    }

    /// Takes in what is new.
    pub(crate) fn update(&mut self, books: &[Account], stats: Stats) {
        books.clone_into(&mut self.books);
        self.stats = stats;
        let (then, before, old) = &self.sample;
        let passed = then.elapsed();
        if SAMPLE <= passed {
            let per_second = |n: u64| (n as f64 / passed.as_secs_f64()).round() as u64;
            self.activity =
                books.iter().zip(old).map(|(now, old)| per_second(now.transfers - old.transfers)).collect();
            self.rates.insert(0, per_second(stats.finished.saturating_sub(before.finished)));
            self.rates.truncate(MOST_SAMPLES);
            self.sample = (Instant::now(), stats, books.to_vec());
        }
    }

    pub(crate) fn draw(&self, frame: &mut Frame<'_>) {
        let rows = [Constraint::Length(1), Constraint::Length(7), Constraint::Fill(3), Constraint::Fill(2)];
        let [head, rate, balances, activity] = Layout::vertical(rows).areas(frame.area());
        self.head(frame, head);

        let now = self.rates.first().copied().unwrap_or(0);
        let title = Line::from(vec![" Behaviors per second ".bold(), format!("{} ", grouped(now)).cyan()]);
        // The newest at the right.
        let curve: Vec<_> = (0..usize::from(rate.width.saturating_sub(2)))
            .rev()
            .map(|age| self.rates.get(age).copied())
            .collect();
        frame.render_widget(Sparkline::default().data(curve).cyan().block(panel(title)), rate);

        let total = self.books.iter().map(|account| account.balance).sum();
        let sum = format!("{} in all", grouped(total));
        let verdict = if total == DEPOSIT * self.books.len() as u64 {
            format!("{sum}, as at the start ").green()
        } else {
            format!("{sum}, which is wrong ").red()
        };
        let title = Line::from(vec![" Balances ".bold(), verdict]);
        chart(frame, balances, title, Color::Green, self.books.iter().map(|account| account.balance));

        let busiest = self.activity.iter().max().copied().unwrap_or(0);
        let title = Line::from(vec![
            " Transfers per account and second ".bold(),
            format!("{} at most ", grouped(busiest)).yellow(),
        ]);
        chart(frame, activity, title, Color::Yellow, self.activity.iter().copied());
    }

    fn head(&self, frame: &mut Frame<'_>, area: Rect) {
        let Stats { workers, scheduled, finished, .. } = self.stats;
        let age = self.opened.elapsed().as_secs();
        let text = Line::from(vec![
            " boc ".black().on_cyan().bold(),
            format!("  accounts {}   workers {workers}   ", self.books.len()).into(),
            format!("behaviors {}   in flight {}", grouped(finished), scheduled.saturating_sub(finished))
                .dim(),
        ]);
        frame.render_widget(text, area);
        let right =
            Line::from(vec![format!("{}:{:02}  ", age / 60, age % 60).into(), "q".bold(), " quits ".dim()]);
        let width = (right.width() as u16).min(area.width);
        let corner = Rect { x: area.right() - width, width, ..area };
        frame.render_widget(right, corner);
    }
}

fn panel(title: Line<'_>) -> Block<'_> {
    Block::bordered().border_type(BorderType::Rounded).border_style(Color::DarkGray).title(title)
}

/// A bar for each value, as broad as there is room, for as many as there is room.
fn chart(
    frame: &mut Frame<'_>,
    area: Rect,
    title: Line<'_>,
    color: Color,
    values: impl ExactSizeIterator<Item = u64>,
) {
    let (room, n) = (area.width.saturating_sub(2), values.len() as u16);
    let pitch = (room / n).clamp(1, 9);
    let gap = u16::from(pitch > 1);
    let bars: Vec<_> = values
        .take(room.into())
        .map(|value| Bar::new(value).text_value(if pitch > 5 { value.to_string() } else { String::new() }))
        .collect();
    let mut block = panel(title);
    if n > room {
        block = block.title_bottom(format!(" the first {room} of {n} "));
    }
    let used = (pitch * n).saturating_sub(gap).min(room);
    let inside = block.inner(area).centered_horizontally(Constraint::Length(used));
    let chart = BarChart::vertical(bars)
        .bar_width(pitch - gap)
        .bar_gap(gap)
        .bar_style(color)
        .value_style((Color::Black, color));
    frame.render_widget(block, area);
    frame.render_widget(chart, inside);
}

/// 1234567 as 1,234,567.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
