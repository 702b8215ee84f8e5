//! Owns: what each thread, or each execution, has one of.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use shuttle::scheduler::TaskId;
use shuttle::thread;

/// A thread-local.
///
/// One that has a destructor is shuttle's, which runs it when the thread ends. One that has none outlives those, as in a
/// program; shuttle's do not, so it is kept here.
pub(crate) struct LocalKey<T: 'static> {
    pub(crate) key: thread::LocalKey<T>,
    pub(crate) make: fn() -> T,
}

/// By thread and by address of the key.
type Kept = HashMap<(TaskId, usize), Rc<dyn Any>>;

std::thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Of the last execution.
pub(super) fn forget() {
    KEPT.take();
}

impl<T> LocalKey<T> {
    pub(crate) fn with<R>(&'static self, use_it: impl FnOnce(&T) -> R) -> R {
        self.try_with(use_it).expect("the thread has not ended")
    }

    pub(crate) fn try_with<R>(&'static self, use_it: impl FnOnce(&T) -> R) -> Result<R, thread::AccessError> {
        if std::mem::needs_drop::<T>() {
            return self.key.try_with(use_it);
        }
        let place = (shuttle::current::me(), std::ptr::from_ref(self).addr());
        let value = KEPT
            .with_borrow_mut(|kept| Rc::clone(kept.entry(place).or_insert_with(|| Rc::new((self.make)()))));
        Ok(use_it(value.downcast_ref().expect("a key is of one type")))
    }
}

macro_rules! scheduled_thread_local {
    ($($(#[$attribute:meta])* $visible:vis static $name:ident: $type:ty = $value:expr);* $(;)?) => {
        $($(#[$attribute])* $visible static $name: $crate::sync::LocalKey<$type> = $crate::sync::LocalKey {
            key: shuttle::thread::LocalKey { init: || $value, _p: std::marker::PhantomData },
            make: || $value,
        };)*
    };
}
pub(crate) use scheduled_thread_local;

/// A value of the whole execution, made when it is first used.
macro_rules! scheduled_global {
    ($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr) => {
        shuttle::lazy_static! { $(#[$attribute])* static ref $name: $type = $value; }
    };
}
pub(crate) use scheduled_global;
