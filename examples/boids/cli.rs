//! The command line: what can be asked for, and what makes no sense.

use std::path::PathBuf;

use clap::{Parser, ValueEnum, value_parser};

use crate::error::Error;
use crate::rules::World;

/// A flock of boids, computed by behaviors on all cores.
///
/// Each boid steers by three rules: fly to the middle of your neighbours, keep your distance,
/// go where they go. The world is divided into cells; a behavior for each of them moves its
/// boids, and one behavior for each frame, pinned to the main thread, draws them.
#[derive(Clone, Debug, Parser)]
#[command(name = "boids", verbatim_doc_comment)]
pub(crate) struct Options {
    /// Where to show the flock [default: window if there is a display, else record]
    #[arg(long, value_enum)]
    pub(crate) mode: Option<Mode>,

    /// How many boids: 1 to 1000000
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub(crate) boids: u32,

    /// The width of the world: 50 to 20000
    #[arg(long, value_name = "W", default_value_t = 1200, value_parser = value_parser!(u32).range(50..=20_000))]
    pub(crate) width: u32,

    /// The height of the world: 50 to 20000
    #[arg(long, value_name = "H", default_value_t = 800, value_parser = value_parser!(u32).range(50..=20_000))]
    pub(crate) height: u32,

    /// How many frames [default: window: until it is closed, record: 240, headless: 300]
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    pub(crate) frames: Option<u64>,

    /// Frames per second: 1 to 1000; a GIF shows 50 at most, and a run without a display does not wait
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = value_parser!(u32).range(1..=1000))]
    pub(crate) fps: u32,

    /// How many worker threads: 1 to 1024 [default: one for each core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    pub(crate) workers: Option<u16>,

    /// Where the boids start: the same seed gives the same flight, bit for bit, for any number of workers
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Pixels for each unit of the world: 0.05 to 4 [default: window: 1, record: 0.5]
    #[arg(long, value_name = "F", value_parser = scale)]
    pub(crate) scale: Option<f64>,

    /// Window: begin with a flock that stands still; the space bar makes it fly, and stop again
    #[arg(long)]
    pub(crate) pause: bool,

    /// Where to write the recording, a GIF
    #[arg(long, value_name = "FILE", default_value = "boids.gif")]
    pub(crate) output: PathBuf,

    /// At the end, run the same frames again, sequentially, and compare bit for bit
    #[arg(long)]
    pub(crate) verify: bool,
}

/// Where the flock is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Mode {
    /// In a window; the space bar pauses, Esc closes it
    Window,
    /// In an animated GIF; needs no display
    Record,
    /// Nowhere: only the speed is shown
    Headless,
}

fn scale(text: &str) -> Result<f64, String> {
    let scale: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.05..=4.0).contains(&scale) { Ok(scale) } else { Err(format!("{scale} is not in 0.05..=4")) }
}

impl Options {
    /// The rectangle the flock lives in.
    pub(crate) fn world(&self) -> World {
        World { width: f64::from(self.width), height: f64::from(self.height) }
    }

    /// The picture's width and height in pixels, at `--scale` or else at `scale`.
    pub(crate) fn picture(&self, scale: f64) -> Result<(u16, u16), Error> {
        const MOST_PIXELS: u32 = 1 << 26;
        let scale = self.scale.unwrap_or(scale);
        let pixels = |units: u32| (f64::from(units) * scale).round().max(1.0) as u32;
        let (width, height) = (pixels(self.width), pixels(self.height));
        match (u16::try_from(width), u16::try_from(height)) {
            (Ok(w), Ok(h)) if width * height <= MOST_PIXELS => Ok((w, h)),
            _ => Err(Error::refused(format!(
                "a picture of {width}x{height} pixels is too large; use a --scale below {scale}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    fn parse(line: &str) -> Result<Options, clap::Error> {
        Options::try_parse_from(std::iter::once("boids").chain(line.split_whitespace()))
    }

    #[test]
    fn the_definition_is_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn nothing_asked_for_gives_the_defaults() {
        let options = parse("").unwrap();
        assert_eq!(options.mode, None);
        assert!(!options.pause);
        assert_eq!((options.boids, options.width, options.height, options.fps), (300, 1200, 800, 60));
        assert_eq!(
            (options.frames, options.workers, options.scale, options.verify),
            (None, None, None, false)
        );
        assert_eq!(options.world(), World { width: 1200.0, height: 800.0 });
    }

    #[test]
    fn everything_can_be_asked_for() {
        let line = "--mode record --boids 5 --width 60 --height 70 --frames 8 --fps 9 --workers 10 --seed 11 \
                    --scale 0.5 --pause --output x.gif --verify";
        let options = parse(line).unwrap();
        assert_eq!((options.mode, options.pause), (Some(Mode::Record), true));
        assert_eq!((options.boids, options.width, options.height, options.fps), (5, 60, 70, 9));
        assert_eq!((options.frames, options.workers, options.seed), (Some(8), Some(10), 11));
        assert_eq!(
            (options.scale, options.output.to_str(), options.verify),
            (Some(0.5), Some("x.gif"), true)
        );
    }

    #[test]
    fn nonsense_is_refused_with_exit_code_2() {
        for line in [
            "--boids 0",
            "--boids 1000001",
            "--boids -3",
            "--boids many",
            "--width 49",
            "--height 20001",
            "--height NaN",
            "--frames 0",
            "--frames 1.5",
            "--fps 0",
            "--fps 1001",
            "--workers 0",
            "--workers 1025",
            "--seed -1",
            "--scale 0",
            "--scale 0.049",
            "--scale 4.1",
            "--scale NaN",
            "--scale inf",
            "--scale big",
            "--mode film",
            "--colour red",
            "stray",
        ] {
            let error = parse(line).expect_err(line);
            assert_eq!(error.exit_code(), 2, "{line}: {error}");
        }
        assert_eq!(parse("--help").unwrap_err().kind(), ErrorKind::DisplayHelp);
    }

    #[test]
    fn the_picture_follows_the_scale() {
        assert_eq!(parse("").unwrap().picture(0.5).unwrap(), (600, 400));
        assert_eq!(parse("--scale 2").unwrap().picture(0.5).unwrap(), (2400, 1600));
        assert_eq!(parse("--width 50 --height 50 --scale 0.05").unwrap().picture(1.0).unwrap(), (3, 3));
    }

    #[test]
    fn a_picture_too_large_is_refused() {
        let wide = parse("--width 20000 --height 50 --scale 4").unwrap().picture(1.0).unwrap_err();
        assert_eq!(wide.to_string(), "a picture of 80000x200 pixels is too large; use a --scale below 4");
        assert_eq!(wide.code(), 2);
        assert!(parse("--width 20000 --height 20000").unwrap().picture(1.0).is_err());
    }
}
