//! The programs of the Savina-BoC suite on other runtimes, as their users would write them.
