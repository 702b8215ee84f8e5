//! Without anything imported.

fn main() {
    let a = boc::Cown::new(1);
    boc::when!(a => *a += 1);
    let sum = boc::when((&a, boc::read(&boc::Cown::new(2))), |(mut a, b)| {
        *a += *b;
        *a
    });
    assert_eq!(sum.join().unwrap(), 4);
}
