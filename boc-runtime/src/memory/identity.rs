//! Owns: [`identity!`], by which handles compare.

/// Handles compare, order and hash by identity: two are equal if they are handles of one block.
macro_rules! identity {
    ($handle:ident, |$this:ident| $block:expr) => {
        impl<T> $handle<T> {
            fn identity(&self) -> ::std::ptr::NonNull<()> {
                let $this = self;
                $block.cast()
            }
        }

        /// Two handles are equal if they are handles of one cown or promise.
        impl<T> PartialEq for $handle<T> {
            fn eq(&self, other: &$handle<T>) -> bool {
                self.identity() == other.identity()
            }
        }

        impl<T> Eq for $handle<T> {}

        impl<T> PartialOrd for $handle<T> {
            fn partial_cmp(&self, other: &$handle<T>) -> Option<::std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl<T> Ord for $handle<T> {
            fn cmp(&self, other: &$handle<T>) -> ::std::cmp::Ordering {
                self.identity().cmp(&other.identity())
            }
        }

        impl<T> ::std::hash::Hash for $handle<T> {
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.identity().hash(state);
            }
        }
    };
}

pub(crate) use identity;
