//! The dashboard without a terminal.

use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;

fn options(line: &str) -> Options {
    Options::parse_from(std::iter::once("dashboard").chain(line.split_whitespace()))
}

#[test]
fn the_bank_holds_what_it_held() {
    let terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let end = Instant::now() + Duration::from_millis(300);
    let quits = |within| {
        std::thread::sleep(within);
        Ok(Instant::now() > end)
    };
    let report = run(&options("--workers 2 --accounts 10 --fps 100"), terminal, quits).unwrap();
    assert!(report.ends_with("workers: 2; the bank holds 10,000, as at the start"), "{report}");
    assert!(!report.starts_with("0 "), "{report}");
}

#[test]
fn the_picture_fits_into_any_terminal() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    runtime.enter(|| {
        let bank = Bank::open(300, 1);
        let mut picture = Picture::new(bank.books().join().unwrap(), runtime.stats());
        std::thread::sleep(Duration::from_millis(260));
        picture.update(&bank.books().join().unwrap(), runtime.stats());
        bank.close().unwrap();
        for (width, height) in [(0, 0), (1, 1), (7, 3), (80, 24), (400, 100)] {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            terminal.draw(|frame| picture.draw(frame)).unwrap();
            if width >= 80 {
                let text = terminal.backend().to_string();
                assert!(text.contains("accounts 300   workers 1"), "{text}");
                assert!(text.contains("300,000 in all"), "{text}");
                assert_eq!(text.contains("the first 78 of 300"), width == 80, "{text}");
            }
        }
    });
}

#[test]
fn q_escape_and_control_c_quit() {
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    assert!(is_quit(key(KeyCode::Char('q'))));
    assert!(is_quit(key(KeyCode::Esc)));
    assert!(is_quit(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
    assert!(!is_quit(key(KeyCode::Char('c'))));
}
