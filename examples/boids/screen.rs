//! A window as a canvas: tiny-skia draws into memory, softbuffer shows it.

use std::num::NonZeroU32;
use std::rc::Rc;

use softbuffer::{Context, SoftBufferError, Surface};
use tiny_skia::Pixmap;
use winit::window::Window;

use crate::draw::Painter;
use crate::error::Error;
use crate::flock::{Canvas, Scene};
use crate::palette::Palette;
use crate::tally::Meter;

/// A window and what it shows.
pub(crate) struct Screen {
    surface: Surface<Rc<Window>, Rc<Window>>,
    /// As large as the surface; none before the first frame, and none while the window is minimized to nothing.
    picture: Option<Pixmap>,
    painter: Painter,
    meter: Meter,
}

impl Screen {
    /// Draws on `window` from now on.
    pub(crate) fn new(window: Window) -> Result<Self, Error> {
        let window = Rc::new(window);
        let surface = Context::new(Rc::clone(&window)).and_then(|context| Surface::new(&context, window));
        Ok(Self {
            surface: surface.map_err(cannot_draw)?,
            picture: None,
            painter: Painter::new(Palette::new()),
            meter: Meter::start(),
        })
    }

    /// Says something in the window's title.
    pub(crate) fn set_title(&self, title: &str) {
        self.surface.window().set_title(title);
    }

    /// Shows the last picture again, as when something that covered the window has gone.
    pub(crate) fn present(&mut self) -> Result<(), Error> {
        let Some(picture) = &self.picture else { return Ok(()) };
        self.surface.window().pre_present_notify();
        let mut buffer = self.surface.buffer_mut().map_err(cannot_draw)?;
        for (shown, pixel) in buffer.iter_mut().zip(picture.pixels()) {
            *shown = u32::from_be_bytes([0, pixel.red(), pixel.green(), pixel.blue()]);
        }
        buffer.present().map_err(cannot_draw)
    }

    /// Follows the window's size.
    fn resize(&mut self) -> Result<(), Error> {
        let size = self.surface.window().inner_size();
        let drawn = self.picture.as_ref().map_or((0, 0), |picture| (picture.width(), picture.height()));
        if drawn != (size.width, size.height) {
            self.picture = None;
            if let (Some(width), Some(height)) = (NonZeroU32::new(size.width), NonZeroU32::new(size.height)) {
                self.surface.resize(width, height).map_err(cannot_draw)?;
                self.picture = Pixmap::new(size.width, size.height);
            }
        }
        Ok(())
    }
}

impl Canvas for Screen {
    fn draw(&mut self, scene: &Scene<'_>) -> Result<(), Error> {
        let rates = self.meter.add(scene.behaviors);
        self.resize()?;
        if let Some(picture) = &mut self.picture {
            let overlay = [
                (scene.positions.len() as u64, "boids"),
                (rates.behaviors, "behaviors/s"),
                (rates.frames, "frames/s"),
            ];
            self.painter.paint(picture, scene, &overlay);
        }
        self.present()
    }
}

fn cannot_draw(error: SoftBufferError) -> Error {
    Error::refused(format!("cannot draw in a window: {error}"))
}
