//! The thirteen programs of the Savina-BoC suite on boc, as a user would write them.
