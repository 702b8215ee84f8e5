//! A file that is there when it is complete, and not before: written beside its place, and moved there at the end.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that is being written.
#[derive(Debug)]
pub(crate) struct Output {
    file: BufWriter<File>,
    written: u64,
    /// Where it stands while it is written, and where it will stand; `None` for a device, which is written at once.
    places: Option<(PathBuf, PathBuf)>,
}

impl Output {
    /// Opens it for writing, so that an impossible place is known before the work begins.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let (file, places) = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if found.is_file() => {
                // Asks for the right to write, changes nothing, and follows a link to where the file really is.
                File::options().append(true).open(path)?;
                Self::beside(fs::canonicalize(path)?)?
            }
            Ok(_) => (File::options().write(true).open(path)?, None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::beside(path.to_owned())?,
            Err(error) => return Err(error),
        };
        Ok(Self { file: BufWriter::new(file), written: 0, places })
    }

    fn beside(path: PathBuf) -> io::Result<(File, Option<(PathBuf, PathBuf)>)> {
        let mut name = OsString::from(path.file_name().ok_or(io::ErrorKind::InvalidFilename)?);
        name.push(".part");
        let part = path.with_file_name(name);
        Ok((File::create(&part)?, Some((part, path))))
    }

    /// Puts the complete file in its place; how many bytes it has.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        self.file.flush()?;
        if let Some((part, path)) = &self.places {
            self.file.get_ref().sync_all()?;
            fs::rename(part, path)?;
        }
        self.places = None;
        Ok(self.written)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// An unfinished file leaves nothing behind.
impl Drop for Output {
    fn drop(&mut self) {
        if let Some((part, _)) = self.places.take() {
            // If even this fails there is nobody left to tell; the name says that the file is a part.
            let _ = fs::remove_file(part);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A directory of one test, removed at its end.
    #[derive(Debug)]
    pub(crate) struct Directory(pub(crate) PathBuf);

    impl Directory {
        pub(crate) fn new(test: &str) -> Self {
            let path = std::env::temp_dir().join(format!("boids-{test}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        /// The names in it, sorted.
        pub(crate) fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<String> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_finished_file_stands_in_its_place() {
        let directory = Directory::new("finished");
        let path = directory.0.join("it.gif");
        fs::write(&path, "old").unwrap();
        let mut output = Output::create(&path).unwrap();
        output.write_all(b"new!").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(directory.names(), ["it.gif", "it.gif.part"]);
        assert_eq!(output.finish().unwrap(), 4);
        assert_eq!(fs::read(&path).unwrap(), b"new!");
        assert_eq!(directory.names(), ["it.gif"]);
    }

    #[test]
    fn an_unfinished_file_leaves_nothing() {
        let directory = Directory::new("unfinished");
        let mut output = Output::create(&directory.0.join("it.gif")).unwrap();
        output.write_all(b"half").unwrap();
        drop(output);
        assert!(directory.names().is_empty());
    }

    #[test]
    fn impossible_places_are_refused_at_once() {
        let directory = Directory::new("impossible");
        assert!(Output::create(&directory.0).is_err(), "a directory");
        assert!(Output::create(&directory.0.join("none/it.gif")).is_err(), "nowhere");
        assert!(Output::create(Path::new("")).is_err(), "no name");
        assert!(directory.names().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let directory = Directory::new("link");
        let (path, link) = (directory.0.join("it.gif"), directory.0.join("link.gif"));
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let mut output = Output::create(&link).unwrap();
        output.write_all(b"new").unwrap();
        output.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
