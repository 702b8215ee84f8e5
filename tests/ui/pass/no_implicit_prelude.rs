//! Without the standard prelude: generated code names what it uses by its full path.

#![no_implicit_prelude]

use ::boc::when as boc_when;

fn main() {
    let (a, b, name) = (::boc::Cown::new(1), ::boc::Cown::new(2), ::std::format!("abc"));
    let sum = boc_when!(a, read b, clone name, let k = 2 => {
        *a += *b + k;
        boc_when!(a => *a += 1);
        *a + name.len() as i32
    });
    #[::boc::attr::when(sum)]
    fn twice(sum: &mut i32, name: ::std::string::String) -> i32 {
        *sum * 2 + name.len() as i32
    }
    ::std::assert_eq!(twice.join().ok(), ::std::option::Option::Some(19));
}
