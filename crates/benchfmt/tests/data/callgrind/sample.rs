use std::collections::BTreeMap;

#[inline(never)]
fn fib(n: u64) -> u64 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

#[inline(never)]
fn words(text: &str) -> BTreeMap<String, usize> {
    let mut lengths = BTreeMap::new();
    for word in text.split(' ') {
        *lengths.entry(word.to_owned()).or_insert(0) += word.len();
    }
    lengths
}

#[inline(never)]
fn work() -> u64 {
    words("the cat and the bird").values().map(|&length| length as u64).sum::<u64>() + fib(6)
}

fn main() {
    std::hint::black_box(work());
}
