//! `--mode record`: an animated GIF, which needs no display.

use std::borrow::Cow;

use boc::prelude::MainThread;
use gif::{Encoder, EncodingError, Frame, Repeat};
use indicatif::{DecimalBytes, HumanCount, ProgressBar, ProgressStyle};
use tiny_skia::Pixmap;

use crate::cli::Options;
use crate::draw::Painter;
use crate::error::Error;
use crate::flock::{Canvas, Flock, Scene};
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::palette::{Palette, Quantizer};
use crate::state::State;
use crate::tally::Tally;
use crate::verify;

const FRAMES: u64 = 240;
const SCALE: f64 = 0.5;

/// Records the flight, then says what there is to see.
pub(crate) fn run(options: &Options, main: &MainThread) -> Result<(), Error> {
    let (width, height) = options.picture(SCALE)?;
    let frames = options.frames.unwrap_or(FRAMES);
    let start = State::scatter(options.boids as usize, options.world(), options.seed);
    let interrupt = Interrupt::watch()?;
    let mut flock = Flock::new(main, options.world(), start, Recorder::create(options)?);

    let bar = ProgressBar::new(frames).with_style(style());
    let mut tally = Tally::start();
    for _ in 0..frames {
        let frame = flock.frame(main);
        tally.add(frame.behaviors);
        frame.join()?;
        interrupt.check()?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let (elapsed, rates) = (tally.elapsed(), tally.rates());
    verify::check(options, &flock.state(main), frames)?;

    let bytes = main.with(flock.canvas(), Recorder::finish).expect("nobody draws any more")?;
    println!(
        "{}: {} frames of {width}x{height}, {} boids, {}, {:.1} s, {} behaviors/s",
        options.output.display(),
        HumanCount(frames),
        HumanCount(options.boids.into()),
        DecimalBytes(bytes),
        elapsed.as_secs_f64(),
        HumanCount(rates.behaviors),
    );
    Ok(())
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("recording {wide_bar:.cyan/blue} {pos}/{len} frames, {eta} left")
        .expect("a constant template is sound")
        .progress_chars("━╸─")
}

/// A canvas that adds each frame to a GIF.
struct Recorder {
    painter: Painter,
    pixmap: Pixmap,
    quantizer: Quantizer,
    /// `None` once finished.
    encoder: Option<Encoder<Output>>,
    fps: u32,
    name: String,
}

impl Recorder {
    /// Opens the file and writes what comes before the first frame.
    fn create(options: &Options) -> Result<Self, Error> {
        let name = options.output.display().to_string();
        if options.output.extension().is_some_and(|extension| !extension.eq_ignore_ascii_case("gif")) {
            return Err(Error::refused(format!(
                "cannot write {name}: a recording is a GIF, so it needs a name in .gif"
            )));
        }
        let (width, height) = options.picture(SCALE)?;
        let palette = Palette::new();
        let quantizer = Quantizer::new(palette.colours());
        let encoder = Output::create(&options.output).map_err(EncodingError::Io).and_then(|output| {
            let mut encoder = Encoder::new(output, width, height, &quantizer.table())?;
            encoder.set_repeat(Repeat::Infinite)?;
            Ok(encoder)
        });
        Ok(Self {
            painter: Painter::new(palette),
            pixmap: Pixmap::new(width.into(), height.into()).expect("a picture has pixels"),
            quantizer,
            encoder: Some(encoder.map_err(|error| cannot_write(&name, error))?),
            fps: options.fps,
            name,
        })
    }

    /// Puts the complete GIF in its place; how many bytes it has.
    fn finish(&mut self) -> Result<u64, Error> {
        let encoder = self.encoder.take().expect("a recording ends once");
        let bytes = encoder.into_inner().and_then(|output| output.finish().map_err(EncodingError::Io));
        bytes.map_err(|error| cannot_write(&self.name, error))
    }
}

impl Canvas for Recorder {
    fn draw(&mut self, scene: &Scene<'_>) -> Result<(), Error> {
        // Nothing that depends on the clock: the same seed makes the same file.
        let overlay = [
            (scene.positions.len() as u64, "boids"),
            (scene.behaviors as u64, "behaviors/frame"),
            (scene.frame, "frames"),
        ];
        self.painter.paint(&mut self.pixmap, scene, &overlay);
        let pixels = self.pixmap.pixels().iter();
        let places: Vec<u8> =
            pixels.map(|pixel| self.quantizer.nearest([pixel.red(), pixel.green(), pixel.blue()])).collect();

        let frame = Frame {
            width: self.pixmap.width() as u16,
            height: self.pixmap.height() as u16,
            delay: delay(scene.frame, self.fps),
            buffer: Cow::Owned(places),
            ..Frame::default()
        };
        let encoder = self.encoder.as_mut().expect("nothing is drawn after the end");
        encoder.write_frame(&frame).map_err(|error| cannot_write(&self.name, error))
    }
}

/// How long frame number `frame` (from 1) stays, in hundredths of a second: what a GIF can say. The parts that are cut
/// off add up to a longer frame now and then. Viewers take anything below 2 for a mistake, and make it 10.
fn delay(frame: u64, fps: u32) -> u16 {
    let at = |frame: u64| frame * 100 / u64::from(fps);
    (at(frame) - at(frame - 1)).max(2) as u16
}

fn cannot_write(name: &str, error: EncodingError) -> Error {
    Error::refused(format!("cannot write {name}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use clap::Parser;

    use super::*;
    use crate::output::tests::Directory;

    fn record(output: &Path, more: &[&str]) -> Result<(), Error> {
        let line = ["boids", "--mode", "record", "--output", output.to_str().unwrap(), "--boids", "50"];
        crate::run(&Options::parse_from(line.iter().chain(more)))
    }

    #[test]
    fn a_recording_holds_every_frame() {
        let directory = Directory::new("record");
        let path = directory.0.join("flock.gif");
        record(&path, &["--frames", "5", "--scale", "0.25", "--fps", "30", "--verify"]).unwrap();

        let mut decoder = gif::DecodeOptions::new().read_info(File::open(&path).unwrap()).unwrap();
        assert_eq!((decoder.width(), decoder.height(), decoder.repeat()), (300, 200, Repeat::Infinite));
        let mut frames = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            frames.push((frame.delay, frame.buffer.to_vec()));
        }
        assert_eq!(frames.len(), 5);
        assert!(frames.windows(2).all(|pair| pair[0].1 != pair[1].1), "boids move");
        assert_eq!(frames.iter().map(|(delay, _)| delay).sum::<u16>(), 500 / 30);
        assert_eq!(directory.names(), ["flock.gif"]);
    }

    #[test]
    fn the_same_seed_makes_the_same_file() {
        let directory = Directory::new("same");
        let [a, b] = ["a.gif", "b.gif"].map(|name| directory.0.join(name));
        record(&a, &["--frames", "3", "--seed", "5", "--workers", "1"]).unwrap();
        record(&b, &["--frames", "3", "--seed", "5", "--workers", "4"]).unwrap();
        assert!(fs::read(&a).unwrap() == fs::read(&b).unwrap());
    }

    #[test]
    fn an_impossible_output_is_refused() {
        let directory = Directory::new("refused");
        for name in [".", "none/x.gif", "x.mp4"] {
            let error = record(&directory.0.join(name), &[]).unwrap_err();
            assert_eq!(error.code(), 2);
            assert!(error.to_string().starts_with("cannot write"), "{error}");
        }
        assert!(directory.names().is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_reported() {
        let error = record(Path::new("/dev/full"), &["--frames", "3"]).unwrap_err();
        assert_eq!(error.code(), 2);
        assert!(error.to_string().starts_with("cannot write /dev/full: No space left"), "{error}");
    }

    /// Not a test by itself: the process that `a_recording_that_is_interrupted_leaves_nothing` interrupts.
    #[test]
    #[ignore = "runs until it is interrupted"]
    fn recording_for_ever() {
        let directory = std::env::var("BOIDS_TEST_DIRECTORY").expect("set by the test that runs this");
        let error = record(&Path::new(&directory).join("it.gif"), &["--frames", "1000000000"]).unwrap_err();
        assert_eq!((error.code(), error.to_string()), (130, "interrupted; nothing was written".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn a_recording_that_is_interrupted_leaves_nothing() {
        let directory = Directory::new("interrupted");
        for signal in ["-INT", "-TERM"] {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "record::tests::recording_for_ever", "--ignored"])
                .env("BOIDS_TEST_DIRECTORY", &directory.0)
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            let deadline = Instant::now() + Duration::from_secs(60);
            while directory.names() != ["it.gif.part"] && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(5));
            }
            let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
            assert!(sent.success());
            while child.try_wait().unwrap().is_none() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(5));
            }
            let ended = child.try_wait().unwrap();
            child.kill().ok(); // if it has not
            assert!(ended.is_some_and(|status| status.success()), "{signal}: {ended:?}");
            assert!(directory.names().is_empty(), "{signal}: {:?}", directory.names());
        }
    }

    #[test]
    fn frames_last_as_long_as_they_should() {
        assert_eq!((1..=6).map(|frame| delay(frame, 30)).collect::<Vec<_>>(), [3, 3, 4, 3, 3, 4]);
        assert_eq!((1..=3).map(|frame| delay(frame, 60)).collect::<Vec<_>>(), [2, 2, 2]);
        assert_eq!(delay(1, 1), 100);
    }
}
