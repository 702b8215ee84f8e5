//! `--mode window`: the window system's own event loop, which pumps the main thread's behaviors at each tick.
//!
//! The loop sleeps until a frame is due, something happens to the window, or a behavior for this thread is ready (the
//! wake hook says so). Then it pumps, which draws a frame whose cells are done, and schedules the next one when it is due.
//! While the flock is paused no frame is ever due: the program sleeps until a key is pressed.

use std::env;
use std::time::{Duration, Instant};

use boc::prelude::MainThread;
use winit::application::ApplicationHandler;
use winit::dpi::LogicalSize;
use winit::event::{ElementState, KeyEvent, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop};
use winit::keyboard::{Key, NamedKey};
use winit::window::{Window, WindowId};

use crate::cli::Options;
use crate::error::Error;
use crate::flock::{Flock, Frame};
use crate::screen::Screen;
use crate::state::State;
use crate::tally::Tally;
use crate::verify;

const SCALE: f64 = 1.0;

/// Sent by the wake hook: a behavior for the main thread is ready.
#[derive(Debug)]
pub(crate) struct Wake;

/// Whether there seems to be a display to open a window on.
fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos"))
        || set("DISPLAY")
        || set("WAYLAND_DISPLAY")
        || set("WAYLAND_SOCKET")
}

/// Connects to the display.
pub(crate) fn connect() -> Result<EventLoop<Wake>, Error> {
    if !has_display() {
        return Err(Error::refused(
            "no display to open a window on (DISPLAY and WAYLAND_DISPLAY are not set)",
        ));
    }
    // The error names a line of winit, and nothing that helps its reader.
    EventLoop::with_user_event().build().map_err(|_| {
        let value = |name| env::var(name).unwrap_or_else(|_| "not set".to_owned());
        let (x11, wayland) = (value("DISPLAY"), value("WAYLAND_DISPLAY"));
        Error::refused(format!("cannot connect to the display (DISPLAY: {x11}, WAYLAND_DISPLAY: {wayland})"))
    })
}

/// Shows the flock until the window is closed or all frames have been shown.
pub(crate) fn run(options: &Options, main: &MainThread, events: EventLoop<Wake>) -> Result<(), Error> {
    options.picture(SCALE)?;
    let wake = events.create_proxy();
    main.set_wake_hook(move || {
        // An error means that the loop has ended: then there is nothing to wake.
        let _ = wake.send_event(Wake);
    });

    let mut app = App { options, main, flight: None, outcome: Ok(()) };
    events.run_app(&mut app).map_err(|error| Error::refused(format!("the window failed: {error}")))?;
    app.outcome?;
    if let Some(Flight { flock, tally, .. }) = app.flight {
        println!("window: {}", tally.summary(options.boids));
        verify::check(options, &flock.state(main), tally.frames)?;
    }
    Ok(())
}

/// What the event loop calls.
struct App<'a> {
    options: &'a Options,
    main: &'a MainThread,
    /// Begins when the window system lets windows be made.
    flight: Option<Flight>,
    outcome: Result<(), Error>,
}

/// The flock in its window.
struct Flight {
    flock: Flock<Screen>,
    /// The frame that is being computed or drawn.
    frame: Option<Frame>,
    /// When the next one may begin.
    due: Instant,
    /// Whether none begins.
    paused: bool,
    tally: Tally,
}

impl App<'_> {
    fn open(&self, events: &ActiveEventLoop) -> Result<Flight, Error> {
        let options = self.options;
        let (width, height) = options.picture(SCALE)?;
        let attributes = Window::default_attributes()
            .with_inner_size(LogicalSize::new(width, height))
            .with_min_inner_size(LogicalSize::new(100, 100));
        let window = events
            .create_window(attributes)
            .map_err(|error| Error::refused(format!("cannot open a window: {error}")))?;
        let start = State::scatter(options.boids as usize, options.world(), options.seed);
        let flock = Flock::new(self.main, options.world(), start, Screen::new(window)?);
        let (due, paused) = (Instant::now(), options.pause);
        let flight = Flight { flock, frame: None, due, paused, tally: Tally::start() };
        flight.show_state(self.main);
        Ok(flight)
    }

    /// Ends the loop on an error.
    fn check(&mut self, events: &ActiveEventLoop, result: Result<(), Error>) {
        if result.is_err() {
            self.outcome = result;
            events.exit();
        }
    }
}

impl Flight {
    /// Pauses, or goes on.
    fn toggle(&mut self, main: &MainThread) {
        self.paused = !self.paused;
        self.due = Instant::now();
        self.show_state(main);
    }

    /// In the window's title; the frame on its way shows the flock.
    fn show_state(&self, main: &MainThread) {
        let title = if self.paused { "boids (paused: press space)" } else { "boids" };
        main.with(self.flock.canvas(), |screen| screen.set_title(title)).expect("between two behaviors");
    }

    /// Draws what is ready, begins what is due.
    fn tick(&mut self, main: &MainThread, options: &Options) -> Result<Next, Error> {
        let period = Duration::from_secs(1) / options.fps;
        main.pump();
        let now = Instant::now();
        if let Some(frame) = self.frame.take_if(|frame| frame.is_finished()) {
            self.tally.add(frame.behaviors);
            frame.join()?;
        }
        if Some(self.tally.frames) == options.frames {
            return Ok(Next::End);
        }
        // The first one in any case: a flock that stands still is to be seen, too.
        if self.frame.is_none() && self.paused && self.tally.frames > 0 {
            return Ok(Next::Sleep);
        }
        if self.frame.is_none() && self.due <= now {
            // A frame that came late does not make the next ones hurry.
            self.due = (self.due + period).max(now);
            self.frame = Some(self.flock.frame(main));
        }
        Ok(Next::Until(if self.frame.is_some() { now + period } else { self.due }))
    }
}

/// What the event loop has to do after a tick.
enum Next {
    /// Tick again, then at the latest.
    Until(Instant),
    /// Tick again when something happens.
    Sleep,
    /// All frames have been shown.
    End,
}

/// The key that has just gone down; not again and again while it is held.
fn pressed(event: &KeyEvent) -> Option<NamedKey> {
    match event.logical_key {
        Key::Named(key) if event.state == ElementState::Pressed && !event.repeat => Some(key),
        _ => None,
    }
}

impl ApplicationHandler<Wake> for App<'_> {
    fn resumed(&mut self, events: &ActiveEventLoop) {
        if self.flight.is_none() {
            let flight = self.open(events);
            let result = flight.map(|flight| self.flight = Some(flight));
            self.check(events, result);
        }
    }

    fn window_event(&mut self, events: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        match event {
            WindowEvent::CloseRequested => events.exit(),
            WindowEvent::KeyboardInput { event, .. } => match (pressed(&event), &mut self.flight) {
                (Some(NamedKey::Escape), _) => events.exit(),
                (Some(NamedKey::Space), Some(flight)) => flight.toggle(self.main),
                _ => {}
            },
            WindowEvent::RedrawRequested => {
                if let Some(flight) = &self.flight {
                    // Busy: a frame is ready to be drawn, and soon will be.
                    let shown = self.main.with(flight.flock.canvas(), Screen::present);
                    self.check(events, shown.unwrap_or(Ok(())));
                }
            }
            _ => {}
        }
    }

    /// Called after every event, and when the time to wait is over.
    fn about_to_wait(&mut self, events: &ActiveEventLoop) {
        let Some(flight) = &mut self.flight else { return };
        match flight.tick(self.main, self.options) {
            Ok(Next::Until(then)) => events.set_control_flow(ControlFlow::WaitUntil(then)),
            Ok(Next::Sleep) => events.set_control_flow(ControlFlow::Wait),
            Ok(Next::End) => events.exit(),
            Err(error) => self.check(events, Err(error)),
        }
    }

    /// The frame on its way is still drawn, while there is a window.
    fn exiting(&mut self, _: &ActiveEventLoop) {
        if let Some(flight) = &mut self.flight
            && let Some(frame) = flight.frame.take()
            && self.outcome.is_ok()
        {
            flight.tally.add(frame.behaviors);
            self.outcome = frame.join();
        }
    }
}
