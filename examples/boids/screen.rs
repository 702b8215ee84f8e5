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
    pixmap: Pixmap,
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
            pixmap: Pixmap::new(1, 1).expect("one pixel is a picture"),
            painter: Painter::new(Palette::new()),
            meter: Meter::start(),
        })
    }

    /// Shows the last picture again, as when something that covered the window has gone.
    pub(crate) fn present(&mut self) -> Result<(), Error> {
        self.surface.window().pre_present_notify();
        let mut buffer = self.surface.buffer_mut().map_err(cannot_draw)?;
        if buffer.len() == self.pixmap.pixels().len() {
            for (shown, pixel) in buffer.iter_mut().zip(self.pixmap.pixels()) {
                *shown = u32::from_be_bytes([0, pixel.red(), pixel.green(), pixel.blue()]);
            }
            buffer.present().map_err(cannot_draw)?;
        }
        Ok(())
    }

    /// Follows the window's size. A window that is no larger than nothing, as when it is minimized, has no picture.
    fn resize(&mut self) -> Result<bool, Error> {
        let size = self.surface.window().inner_size();
        let (Some(width), Some(height)) = (NonZeroU32::new(size.width), NonZeroU32::new(size.height)) else {
            return Ok(false);
        };
        if (self.pixmap.width(), self.pixmap.height()) != (size.width, size.height) {
            self.surface.resize(width, height).map_err(cannot_draw)?;
            self.pixmap = Pixmap::new(size.width, size.height)
                .ok_or_else(|| Error::refused(format!("a window of {width}x{height} pixels is too large")))?;
        }
        Ok(true)
    }
}

impl Canvas for Screen {
    fn draw(&mut self, scene: &Scene<'_>) -> Result<(), Error> {
        let rates = self.meter.add(scene.behaviors);
        if !self.resize()? {
            return Ok(());
        }
        let overlay = [
            (scene.positions.len() as u64, "boids"),
            (rates.behaviors, "behaviors/s"),
            (rates.frames, "frames/s"),
        ];
        self.painter.paint(&mut self.pixmap, scene, &overlay);
        self.present()
    }
}

fn cannot_draw(error: SoftBufferError) -> Error {
    Error::refused(format!("cannot draw in a window: {error}"))
}
